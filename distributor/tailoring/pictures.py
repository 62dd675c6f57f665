"""Rules on pictures: how many, of what kind and shape, and whether those who cannot see them learn what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.base import Medium
from distributor.tailoring.subject import Subject

_EPSILON = 0.001
_EMPTY_OPENING = re.compile(r"(?:ein\s+)?(?:bild|foto|abbildung|grafik)\s+(?:von|vom|mit|zeigt)\b", re.IGNORECASE)
_COMFORTABLE_ALT = 250


def alt_missing(subject: Subject) -> Iterator[str]:
    """A picture that is not decorative has no alternative text."""
    for number, medium in _numbered(subject):
        if not medium.alt.strip() and medium.sha256 not in subject.decorative:
            yield f"Bild {number} hat keinen Alternativtext; bitte beschreiben oder als dekorativ kennzeichnen."


def alt_too_long(subject: Subject) -> Iterator[str]:
    """An alternative text is longer than the channel takes."""
    limit = subject.limits.pictures.max_alt
    for number, medium in _numbered(subject):
        if len(medium.alt) > limit:
            length = len(medium.alt)
            yield (
                f"Der Alternativtext von Bild {number} hat {length} von {limit} Zeichen; "
                f"bitte um {length - limit} kürzen."
            )


def alt_long(subject: Subject) -> Iterator[str]:
    """An alternative text is tiring to hear (250 characters: own choice, domain.md 2.3)."""
    for number, medium in _numbered(subject):
        if _COMFORTABLE_ALT < len(medium.alt) <= subject.limits.pictures.max_alt:
            yield f"Der Alternativtext von Bild {number} hat {len(medium.alt)} Zeichen; gut vorlesbar sind bis zu 250."


def alt_opening(subject: Subject) -> Iterator[str]:
    """An alternative text begins by saying that it is a picture, which screen readers say themselves."""
    for number, medium in _numbered(subject):
        found = _EMPTY_OPENING.match(medium.alt.strip())
        if found:
            yield f"Der Alternativtext von Bild {number} beginnt mit „{found[0]}“; bitte gleich den Inhalt nennen."


def missing(subject: Subject) -> Iterator[str]:
    """Fewer pictures than the channel demands."""
    count, least = len(subject.media), subject.limits.pictures.at_least
    if count < least:
        yield f"Der Post hat {count} Bilder, mindestens {least} {_are(least)} nötig; bitte ein Bild ergänzen."


def too_many(subject: Subject) -> Iterator[str]:
    """More pictures than the channel takes."""
    count, most = len(subject.media), subject.limits.pictures.at_most
    if count > most:
        yield f"Der Post hat {count} Bilder, höchstens {most} {_are(most)} möglich; bitte {count - most} entfernen."


def mime(subject: Subject) -> Iterator[str]:
    """A file of a kind that the channel does not take."""
    allowed = subject.limits.pictures.mimes
    for number, medium in _numbered(subject):
        if medium.mime not in allowed:
            yield f"Datei {number} ist vom Typ {medium.mime or 'unbekannt'}; möglich ist hier: {', '.join(allowed)}."


def weight(subject: Subject) -> Iterator[str]:
    """A file is too big."""
    limit = subject.limits.pictures.max_bytes
    for number, medium in _numbered(subject):
        if medium.size > limit:
            yield f"Bild {number} hat {_megabytes(medium.size)} von {_megabytes(limit)} MB; bitte verkleinern."


def ratio(subject: Subject) -> Iterator[str]:
    """A picture is too narrow or too wide."""
    rules = subject.limits.pictures
    for number, medium in _numbered(subject):
        shape = medium.width / medium.height if medium.height else 0.0
        if not rules.min_ratio - _EPSILON <= shape <= rules.max_ratio + _EPSILON:
            yield (
                f"Bild {number} hat das Seitenverhältnis {_decimal(shape)}:1; möglich ist "
                f"{_decimal(rules.min_ratio)}:1 bis {_decimal(rules.max_ratio)}:1, bitte zuschneiden."
            )


def _numbered(subject: Subject) -> Iterator[tuple[int, Medium]]:
    return enumerate(subject.media, start=1)


def _are(count: int) -> str:
    return "ist" if count == 1 else "sind"


def _decimal(number: float) -> str:
    return f"{number:.2f}".replace(".", ",")


def _megabytes(size: int) -> str:
    return _decimal(size / 1_000_000)
