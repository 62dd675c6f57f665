"""Rules on words: length, placeholders, hashtags, emoji, address, outdated terms. Each yields German sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import regex

from distributor.tailoring import graphemes, hashtags
from distributor.tailoring.placeholders import ADDRESS, LEFT
from distributor.tailoring.subject import Subject

_BROKEN_TAG = regex.compile(r"(?<![\p{L}\p{N}_&/#.])#[\p{L}\p{M}\p{N}_]+(?:[.\-–/][\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*)+")
_LOOKALIKE = regex.compile(r"[\U0001D400-\U0001D7FF\uFF21-\uFF3A\uFF41-\uFF5A\u24B6-\u24E9\U0001F130-\U0001F169]+")
_CAPITALS = regex.compile(r"(?:(?<!\S)\p{Lu}{2,}[,;:.!?]?\s+){3,}\p{Lu}{2,}\b")
_SENTENCE_END = '.!?…:“"'
_DU = regex.compile(r"\b(?:du|dich|dir|dein(?:e[mnrs]?)?)\b", regex.IGNORECASE)
_SIE = regex.compile(r"(?<=[\p{L}\p{N},;–)-]\s)(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b")
_GENDER_SIGN = regex.compile(r"\p{Ll}(?:[*:_]in(?:nen)?\b|Innen\b)")
_CREDIT = regex.compile(
    r"\b(?:fotos?|bild(?:er|nachweis|quelle)?|grafik|illustration|video|quelle)\s*:|©", regex.IGNORECASE
)


def too_long(subject: Subject) -> Iterator[str]:
    """The text is longer than the channel takes, in the channel's own measure."""
    length, limit = subject.limits.measure(subject.text), subject.limits.text
    if length > limit:
        yield f"Der Text hat {length} von {limit} {subject.limits.unit}; bitte um {length - limit} kürzen."


def empty(subject: Subject) -> Iterator[str]:
    """The post says nothing but its address."""
    if not subject.text.replace(subject.remote.link or " ", "").strip():
        yield "Der Post hat keinen Text; bitte einen Text schreiben."


def unresolved(subject: Subject) -> Iterator[str]:
    """A placeholder is left."""
    for left in dict.fromkeys(LEFT.findall(subject.text)):
        yield f"Der Platzhalter „{left}“ ist leer oder unbekannt; bitte ersetzen oder die Angabe ergänzen."
    torn = re.search(r"\{\{\S{0,40}|\S{0,40}\}\}", LEFT.sub("", subject.text))
    if torn:
        yield f"Bei „{torn[0]}“ fehlt einem Platzhalter eine Klammer; bitte berichtigen oder streichen."


def raw_link(subject: Subject) -> Iterator[str]:
    """An address stands where nobody can click it."""
    found = ADDRESS.search(subject.text)
    if found and subject.limits.links == "none":
        yield f"Die Adresse „{found[0]}“ ist hier nicht anklickbar; bitte durch „Link in Bio“ ersetzen."


def tag_broken(subject: Subject) -> Iterator[str]:
    """A dot or a hyphen ends a hashtag before its time."""
    for tag in dict.fromkeys(_BROKEN_TAG.findall(subject.prose)):
        fixed = hashtags.normalise(tag)
        yield f"Im Hashtag „{tag}“ beendet ein Punkt oder Strich das Schlagwort; bitte „{fixed}“ schreiben."


def tag_lowercase(subject: Subject) -> Iterator[str]:
    """A hashtag begins small. Only the first letter counts: whether a small run holds several words cannot be known."""
    for tag in dict.fromkeys(hashtags.found(subject.prose)):
        if tag[1].islower():
            fixed = hashtags.normalise(tag)
            yield f"Der Hashtag „{tag}“ beginnt klein; bitte jedes Wort darin großschreiben, zum Beispiel „{fixed}“."


def tag_count(subject: Subject) -> Iterator[str]:
    """More hashtags than we advise here."""
    count, limit = len(hashtags.found(subject.prose)), subject.limits.hashtags
    if count > limit:
        yield f"Der Post hat {count} von {limit} Hashtags; bitte {count - limit} streichen."


def lookalike_letters(subject: Subject) -> Iterator[str]:
    """Mathematical or circled signs pose as letters; screen readers spell or skip them."""
    found = _LOOKALIKE.search(subject.text)
    if found:
        yield f"„{found[0]}“ besteht aus Sonderzeichen, die nicht vorgelesen werden; bitte normale Buchstaben nehmen."


def emoji_count(subject: Subject) -> Iterator[str]:
    """More than three emoji."""
    count = sum(map(graphemes.is_emoji, graphemes.split(subject.text)))
    if count > 3:
        yield f"Der Post hat {count} Emojis; bitte höchstens 3 verwenden."


def emoji_run(subject: Subject) -> Iterator[str]:
    """Emoji stand side by side; each is read aloud."""
    clusters = [cluster for cluster in graphemes.split(subject.text) if cluster.strip()]
    pairs = pairwise(clusters)
    if any(graphemes.is_emoji(one) and graphemes.is_emoji(other) for one, other in pairs):
        yield "Mehrere Emojis stehen direkt hintereinander und werden alle vorgelesen; bitte nur eines stehen lassen."


def emoji_mid_sentence(subject: Subject) -> Iterator[str]:
    """An emoji interrupts a sentence."""
    for before, emoji, after in _emoji_with_neighbours(subject.text):
        if before and before[-1] not in _SENTENCE_END and after[:1].isalnum():
            yield f"Das Emoji „{emoji}“ steht mitten im Satz; bitte ans Ende der Aussage stellen."
            return


def emoji_as_bullet(subject: Subject) -> Iterator[str]:
    """An emoji begins a line in place of a bullet."""
    for before, emoji, after in _emoji_with_neighbours(subject.text):
        if not before and after:
            yield f"Das Emoji „{emoji}“ steht am Zeilenanfang; bitte ans Ende der Aussage stellen."
            return


def capitals(subject: Subject) -> Iterator[str]:
    """More than three words in capitals in a row."""
    found = _CAPITALS.search(subject.prose)
    if found:
        yield f"„{found[0]}“ ist durchgehend großgeschrieben; bitte normal schreiben."


def address_mixed(subject: Subject) -> Iterator[str]:
    """Du and Sie in one text. Quotes do not count, nor does a Sie that begins a sentence: it may mean "she"."""
    du, sie = _DU.search(subject.own_words), _SIE.search(subject.own_words)
    if du and sie:
        wanted = "Du" if subject.organisation.voice.address == "du" else "Sie"
        yield f"Der Text mischt Du („{du[0]}“) und Sie („{sie[0]}“); bitte einheitlich {wanted} verwenden."


def gender_sign(subject: Subject) -> Iterator[str]:
    """A gender sign where the Organisation's style has none."""
    found = _GENDER_SIGN.search(hashtags.FOUND.sub(" ", subject.own_words))
    if found and subject.organisation.voice.gender != "sign":
        yield "Der Text enthält ein Genderzeichen oder Binnen-I; bitte neutral oder mit beiden Formen schreiben."


def outdated_terms(subject: Subject) -> Iterator[str]:
    """A word that the law has replaced by today."""
    for term in subject.terms:
        if (
            subject.today
            and term.since <= subject.today
            and regex.search(rf"\b{regex.escape(term.old)}", subject.prose)
        ):
            since = f"{term.since.day}.{term.since.month}.{term.since.year}"
            yield f"„{term.old}“ ist seit dem {since} überholt; heute heißt es „{term.new}“."


def credit_missing(subject: Subject) -> Iterator[str]:
    """A picture without its author's name."""
    if subject.media and not _CREDIT.search(subject.text):
        yield "Der Bildnachweis fehlt; bitte „Foto: …“ ergänzen."


def _emoji_with_neighbours(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each emoji with what stands before and after it on its line."""
    for line in text.splitlines():
        clusters = graphemes.split(line)
        for at, cluster in enumerate(clusters):
            if graphemes.is_emoji(cluster):
                yield (
                    "".join(clusters[max(0, at - 8) : at]).strip(),
                    cluster,
                    "".join(clusters[at + 1 : at + 9]).strip(),
                )
