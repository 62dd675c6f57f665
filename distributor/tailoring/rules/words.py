"""Rules on what stands in the text at all: its length, its placeholders, its letters, its address, its credit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex

from distributor import unseen
from distributor.domain import Fix
from distributor.tailoring.placeholders import LEFT, addresses
from distributor.tailoring.subject import Finding, Subject

_LOOKALIKE = regex.compile(
    r"[\U0001D400-\U0001D7FF\uFF21-\uFF3A\uFF41-\uFF5A\u24B6-\u24E9\U0001F130-\U0001F169]++"
    r"(?:[ ][\U0001D400-\U0001D7FF\uFF21-\uFF3A\uFF41-\uFF5A\u24B6-\u24E9\U0001F130-\U0001F169]++)*+"
)
_WHITE_ON_BLACK = {0x1F150 + place: chr(ord("A") + place) for place in range(26)}
"""Circled letters that Unicode gives no plain form."""

_CAPITALS = regex.compile(r"(?<!\S)(?:\p{Lu}{2,}+[,;:.!?]?[ \t\n]++){3,}\p{Lu}{2,}+\b")
_SHOUTED = regex.compile(r"\p{Lu}{5,}")
_LETTERS = regex.compile(r"\p{L}+")
_DU = regex.compile(r"\b(?:du|dich|dir|dein(?:e[mnrs]?)?|euch|euer|eure[mnrs]?)\b", regex.IGNORECASE)
_SIE = regex.compile(r"(?<=[\p{L}\p{N},;–)-]\s)(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")
_CREDIT = re.compile(
    r"(?:^|[^\w\s\u0300-\u036f])\s*+"
    r"(?:fotos?|bild(?:er|nachweis|quelle)?|grafik|illustration|video|quelle)\s*:\s*\w|©\s*\w",
    re.IGNORECASE | re.MULTILINE,
)
"""It begins a line or follows a mark: "Die Woche im Video: Lauscher auf!" names nobody."""
_RUN = re.compile(r"\S+")
_UNSEEN_NAMES = {0xAD: "ein weiches Trennzeichen", 0x200B: "ein Leerzeichen ohne Breite"}
_TURNING = frozenset({0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)})
_AFTER_ADDRESS = ".,;:!?)]}'’"
_NAMED = re.compile(r"(?:\A|[\n.!?…:]\s?|[„“\"»(])[A-ZÄÖÜ][\w-]*(?:\.[\w-]+)+ (?!(?:und|oder|sowie)\b)(?=[a-zäöü])")
"""A house that is called by its address and does something: "Golem.de hat sich umgesehen". Nobody wants to click it."""
_INSTEAD = "Link in Bio"


def too_long(subject: Subject) -> Iterator[Finding]:
    """The text is longer than the channel takes, in the channel's own measure."""
    length, limit = subject.limits.measure(subject.text), subject.limits.text
    if length > limit:
        yield Finding(f"Der Text hat {length} von {limit} {subject.limits.unit}; bitte um {length - limit} kürzen.")


def empty(subject: Subject) -> Iterator[Finding]:
    """The post says nothing but its address."""
    if subject.limits.text and not subject.text.replace(subject.remote.link or " ", "").strip():
        yield Finding("Der Post hat keinen Text; bitte einen Text schreiben.")


def unresolved(subject: Subject) -> Iterator[Finding]:
    """A placeholder is left."""
    if "{{" not in subject.text and "}}" not in subject.text:
        return
    for left in dict.fromkeys(LEFT.findall(subject.text)):
        yield Finding(f"Der Platzhalter „{left}“ ist leer oder unbekannt; bitte ersetzen oder die Angabe ergänzen.")
    torn = re.search(r"\{\{\S{0,40}|\S{0,40}\}\}", LEFT.sub("", subject.text))
    if torn:
        yield Finding(f"Bei „{torn[0]}“ fehlt einem Platzhalter eine Klammer; bitte berichtigen oder streichen.")


def raw_link(subject: Subject) -> Iterator[Finding]:
    """An address stands where nobody can click it."""
    if subject.limits.links != "none":
        return
    found = [address.rstrip(_AFTER_ADDRESS) for address in addresses(_NAMED.sub(" ", subject.text))]
    if found:
        # A shorter one may begin a longer one, and an e-mail address may hold it: a fix would tear them.
        address = max(found, key=len)
        yield Finding(
            f"Die Adresse „{address}“ ist hier nicht anklickbar; bitte durch „{_INSTEAD}“ ersetzen.",
            _without(address, subject.text) if subject.text.count(address) == found.count(address) else None,
        )


def _without(address: str, text: str) -> Fix:
    """Return what becomes of the address: it goes only where no sentence needs it and the text tells the way anyway."""
    lines = [line.strip() for line in text.splitlines() if address in line]
    return Fix(address, "" if _INSTEAD in text and all(line == address for line in lines) else _INSTEAD)


def lookalike_letters(subject: Subject) -> Iterator[Finding]:
    """Mathematical or circled signs pose as letters; screen readers spell or skip them."""
    found = _LOOKALIKE.search(subject.text)
    if found:
        plain = unicodedata.normalize("NFKC", found[0].translate(_WHITE_ON_BLACK))
        yield Finding(
            f"„{found[0]}“ besteht aus Sonderzeichen, die nicht vorgelesen werden; bitte „{plain}“ schreiben.",
            Fix(found[0], plain),
        )


def invisible(subject: Subject) -> Iterator[Finding]:
    """Characters that nobody sees: they tear words for search and screen readers, or turn the reading direction.

    Texts from the portal and from the desk come without them; a file or a pasted line may bring them in.
    """
    if unseen.without(subject.text) == subject.text:
        return
    for run in dict.fromkeys(_RUN.findall(subject.text)):
        clean = unseen.without(run)
        if clean != run:
            where = f"In „{clean[:40]}“" if clean else "Im Text"
            yield Finding(f"{where} steckt {unseen_name(run)}; bitte entfernen.", Fix(run, clean))


def unseen_name(text: str) -> str:
    """Return a German name for the first invisible character of ``text``, with its article."""
    sign = next((ord(sign) for sign in text if not unseen.without(sign)), 0x200D)
    known = "ein Zeichen, das die Leserichtung dreht" if sign in _TURNING else "ein unsichtbares Zeichen"
    return f"{_UNSEEN_NAMES.get(sign, known)} (U+{sign:04X})"


def capitals(subject: Subject) -> Iterator[Finding]:
    """More than three words in capitals in a row; short ones alone may be abbreviations."""
    for found in _CAPITALS.finditer(subject.prose):
        if _SHOUTED.search(found[0]):
            quiet = _quiet(found[0], f"{subject.content.title} {subject.content.summary} {subject.content.text}")
            fix = Fix(found[0], quiet) if quiet else None
            yield Finding(f"„{found[0]}“ ist durchgehend großgeschrieben; bitte normal schreiben.", fix)
            return


def _quiet(shouted: str, written: str) -> str:
    """Return the words as the item itself writes them; empty where it does not tell the spelling of each one."""
    spellings: dict[str, set[str]] = {}
    for word in _LETTERS.findall(written):
        spellings.setdefault(word.upper(), set()).add(word)
    words = _LETTERS.findall(shouted)
    if any(len(spellings.get(word, ())) != 1 for word in words):
        return ""
    quiet = _LETTERS.sub(lambda match: next(iter(spellings[match[0]])), shouted)
    return quiet[:1].upper() + quiet[1:] if quiet != shouted else ""


def address_mixed(subject: Subject) -> Iterator[Finding]:
    """Du and Sie in one text. Quotes do not count, nor does a Sie that begins a sentence: it may mean "she"."""
    du, sie = _addressed(subject.own_words)
    if du and sie:
        wanted = _wanted(subject)
        yield Finding(f"Der Text mischt Du („{du}“) und Sie („{sie}“); bitte einheitlich {wanted} verwenden.")


def address_other(subject: Subject) -> Iterator[Finding]:
    """The text says Du where the house says Sie, or the other way round. Of a text that mixes both, the other rule."""
    du, sie = _addressed(subject.own_words)
    wanted = _wanted(subject)
    other = sie if wanted == "Du" else du
    if other and not (du and sie):
        yield Finding(f"Der Text schreibt „{other}“, angesprochen wird hier mit {wanted}; bitte umschreiben.")


@lru_cache(maxsize=16)
def _addressed(text: str) -> tuple[str, str]:
    """Return the first word of the text that says Du and the first that says Sie, each empty where there is none."""
    du, sie = _DU.search(text), _SIE.search(text)
    return du[0] if du else "", sie[0] if sie else ""


def _wanted(subject: Subject) -> str:
    return "Du" if subject.organisation.voice.address == "du" else "Sie"


def credit_missing(subject: Subject) -> Iterator[Finding]:
    """A picture without its author's name."""
    if subject.media and not _CREDIT.search(subject.text):
        word = "Video" if any(medium.film for medium in subject.media) else "Foto"
        yield Finding(f"Der Bildnachweis fehlt; bitte „{word}: …“ ergänzen.")
