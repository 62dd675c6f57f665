"""Where German sentences end: past abbreviations, ordinals, dates, quotes and brackets. In doubt, no end.

A missed end costs a longer unit; a false one prints half a sentence. The rules look at one word after the mark and at
three before it, so the time is linear in the text.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache

import regex

_LONGEST_QUOTE = 800
_DEEPEST = 8
_SIGNPOSTS = "👉➡▶📍📅🗓⏰🕒📞☎📧✉🔗💻ℹ"
"""Emoji that lead into what follows; any other after a mark still belongs to the sentence before it."""
_EMOJI = (
    rf"(?![{_SIGNPOSTS}©®™])\p{{Extended_Pictographic}}[\p{{Extended_Pictographic}}\p{{Emoji_Modifier}}\ufe0f\u200d]*+"
)
_STOP = regex.compile(
    r"(?<![.!?…])(?P<marks>[.!?…]++)[“”\"»«’‘)\]]*+"
    rf"(?:[ \u00a0]?+(?:{_EMOJI}|\p{{Regional_Indicator}}{{2}}))*+(?P<space>\s++|\Z)|(?P<space>\n\s*+)"
)
_LEAD = regex.compile(r"[\s„“»«\"'‚‘(\[–—\-•*\p{Extended_Pictographic}\ufe0f\u200d]*+")
_JOINT = re.compile(r"[\s.,;:!?)“«\"\-/–]++")
_SHORT_NUMBER = re.compile(r"(?:^|\D)\d{1,2}$")
_INITIAL = re.compile(r"[^\W\d_]\.")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_DELIMITER = re.compile(r"[„“”»«\"()]|\n[^\S\n]*+\n")
_CLOSERS = {"„": "“”", "“": "”", "»": "«", "«": "»", '"': '"', "(": ")"}
_OPENERS = "„»\"'‚([“«"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATIONS = _words(
    "abschn allg anm aufl bd bes betr bspw bzgl bzw ca co dent dipl dr ehem einschl engl entspr ev evtl exkl ff fr "
    "geb gegr gem gesetzl gez ggf habil hess hl hr hrsg ing inkl insb int jährl jun jur kath lfd lt mag max med min "
    "mind mio mod mrd msgr mtl nat oec öffentl phil pol prof rer röm sen sog soz st staatl städt std stellv tägl tel "
    "theol tsd verh vet vgl vorl vorm wöchentl zzgl"
)
_AND_SO_ON = ("uvm", "uam")
"""Abbreviations of single letters with which sentences do end."""
_BEFORE_NUMBER = _words(
    "abb abs anl app art az bl buchst fax geb hs halbs jg kap lit mob nr nrn pos rn rz s str tab tel zi ziff zim jan "
    "feb mär apr jun jul aug sep sept okt nov dez"
)
_WEEKDAYS = _words("Mo Di Mi Do Fr Sa So")
_MONTHS = _words(
    "januar jänner februar märz april mai juni juli august september oktober november dezember jan feb apr jun jul "
    "aug sep sept okt nov dez"
)
_COUNTED = _words(
    "auflage ausbildungsjahr dezembertag etage geburtstag geschoss halbjahr jahrestag jahrgangsstufe jahrhundert "
    "klasse kalenderwoche lebensjahr lebensmonat lehrjahr mal monat obergeschoss og platz quartal runde schuljahr "
    "semester staffel stock stockwerk tag teil untergeschoss ug woche"
)
"""What is counted with ordinal numbers even where no article stands before them: "ab 5. Klasse"."""
_BEFORE_ORDINAL = _words(
    "der die das den dem des am im zum zur vom beim ein eine einem einen einer eines ihr ihre ihrem ihren ihrer sein "
    "seine seinem seinen seiner mein meine meinem meinen meiner dein deine deinem deinen deiner unser unsere unserem "
    "unseren unserer euer eure eurem euren eurer jede jedem jeden jeder jedes diese diesem diesen dieser dieses"
)
_BEFORE_AMOUNT = _words(
    "§ §§ ab als auf bis circa es etwa fast genau höchstens ist knapp maximal mindestens nur rund sind über um unter "
    "war waren werden wird wurde wurden"
)
_LABELS = _words(
    "abschnitt anlage block buchstabe fall gebäude gleis gruppe halle haus kategorie klasse plan raum sgb stufe teil "
    "variante version vitamin zone"
)
"""What is told apart by a letter or a number behind it, which then is no initial: "Plan B.", "SGB V."."""


def split(text: str, keep: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the sentences of ``text``, each with the blanks after it, so that joined they are ``text`` again.

    ``keep`` are names that hold a dot of their own ("MainArbeit. Kommunales Jobcenter Offenbach").
    """
    return _split(text, tuple(name for name in keep if "." in name and name in text))


@lru_cache(maxsize=256)
def _split(text: str, keep: tuple[str, ...]) -> tuple[str, ...]:
    pieces: list[str] = []
    start = 0
    for end in _ends(text, keep):
        if text[start:end].strip():
            pieces.append(text[start:end])
            start = end
    if start < len(text):
        pieces.append(text[start:])
    return tuple(pieces)


def enclosed(text: str, longest: int = sys.maxsize) -> list[tuple[int, int]]:
    """Return the outermost quotes and brackets that open and close in one paragraph, disjoint and in order.

    One with more than ``longest`` characters is passed over; those within it are found.
    """
    spans: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for match in _DELIMITER.finditer(text):
        sign = match[0]
        if len(sign) > 1:
            waiting.clear()
        elif any(sign in closers for closers, _ in waiting[-_DEEPEST:]):
            while sign not in waiting[-1][0]:
                waiting.pop()
            _, start = waiting.pop()
            if match.end() - start <= longest:
                while spans and spans[-1][0] > start:
                    spans.pop()
                spans.append((start, match.end()))
        elif sign in _CLOSERS:
            waiting.append((_CLOSERS[sign], match.start()))
    return spans


def _ends(text: str, keep: Iterable[str]) -> Iterator[int]:
    spans = iter(enclosed(text, _LONGEST_QUOTE))
    span = next(spans, None)
    names = {at for name in keep for at in _dots(text, name)}
    for stop in _STOP.finditer(text):
        while span is not None and span[1] <= stop.start():
            span = next(spans, None)
        if span is not None and span[0] < stop.start() and stop.start("space") < span[1]:
            continue
        is_line_end = stop["marks"] is None or "\n" in stop["space"] or stop.end() == len(text)
        if is_line_end or (stop.start() not in names and _is_end(text, stop)):
            yield stop.end()


def _dots(text: str, name: str) -> Iterator[int]:
    within = [at for at, sign in enumerate(name) if sign == "."]
    for match in re.finditer(re.escape(name), text):
        yield from (match.start() + at for at in within)


def _is_end(text: str, stop: regex.Match[str]) -> bool:
    start = stop.start()
    if text[start - 1 : start] in {"(", "["}:
        return False
    after = _LEAD.match(text, stop.end()).end()
    if text[after : after + 1].islower() and not _LINK.match(text, after):
        return False
    return stop["marks"] != "." or not _dot_belongs(text, start, after)


def _dot_belongs(text: str, dot: int, after: int) -> bool:
    """Tell whether the dot is part of the word before it: an abbreviation, an initial, an ordinal number."""
    words = [word.lstrip(_OPENERS) for word in text[max(0, dot - 80) : dot].split()[-3:]]
    parts = [part for part in _JOINT.split(words[-1].lower()) if part] if words else []
    if not parts or text[dot - 1].isspace():
        return False
    if _SHORT_NUMBER.search(words[-1]):
        return _is_ordinal(words, text[after : after + 40])
    if all(len(part) == 1 and part.isalpha() for part in parts):
        return _INITIAL.match(text, after) is not None or not _is_label(words)
    if parts[-1] in _ABBREVIATIONS:
        return True
    return _goes_before_number(words[-1]) and text[after : after + 1].isdigit()


def _goes_before_number(word: str) -> bool:
    bare = _JOINT.split(word.lower().rstrip("."))[-1]
    return bare in _BEFORE_NUMBER or bare.endswith("str") or word in _WEEKDAYS


def _is_label(words: list[str]) -> bool:
    """Tell whether the single letter that is the last of ``words`` tells things apart, and is no initial."""
    previous = words[-2] if len(words) > 1 else ""
    return (
        previous.lower() in _LABELS
        or previous[-1:].isdigit()
        or "".join(words).lower().replace(".", "").endswith(_AND_SO_ON)
    )


def _is_ordinal(words: list[str], after: str) -> bool:
    """Tell whether the number that is the last of ``words`` is an ordinal; in doubt it is."""
    following = _JOINT.split(after, maxsplit=1)[0].lower()
    if following in _MONTHS or following in _COUNTED:
        return True
    *before, number = ["", *words]
    previous = before[-1]
    if not number.isdecimal():
        return "." in number
    if previous in {"und", "oder"}:
        return not before[-2].isdecimal()
    if previous.lower() in _BEFORE_ORDINAL:
        return True
    is_amount = previous.lower() in _BEFORE_AMOUNT or previous.lower().rstrip(".") in _ABBREVIATIONS
    is_name = previous.isalpha() and previous[0].isupper()
    return not (is_amount or is_name or previous.isdecimal() or _goes_before_number(previous))
