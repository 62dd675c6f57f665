"""Rules on pictures: how many, of what kind and shape, and whether those who cannot see them learn what they show."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from connectors.base import Medium
from distributor import unseen
from distributor.domain import Fix
from distributor.tailoring.subject import Finding, Subject

_EPSILON = 0.001
_PICTURE = r"(?:bild|foto|abbildung|grafik|aufnahme|fotografie)"
_EMPTY_OPENING = regex.compile(
    rf"(?:(?:ein|eine|das|die|auf\s(?:dem|diesem|der))\s+)?{_PICTURE}\s*"
    r"(?:(?P<of>von|vom|mit)\b|(?P<shows>zeigt)\b|(?P<colon>:)|(?:einer|eines|ist|sind|sieht\sman)\b)\s*",
    regex.IGNORECASE,
)
_FEMININE = regex.compile(r"einer (?P<adjectives>(?:\p{Ll}{2,30}en ){0,2})(?=\p{Lu})")
_FILE_NAME = regex.compile(
    r"[\w.\-() ]{0,80}\.(?:jpe?g|png|gif|webp|avif|heic|tiff?|svg|bmp)"
    r"|(?:img|dsc[fn]?|pxl|screenshot)[_-]?[\d_-]{3,40}",
    regex.IGNORECASE,
)
_CARRIES_TEXT = regex.compile(
    r"\b(?:sharepic|plakat|flyer|infografik|screenshot|schaubild|kachel|textkachel|zitatkachel|aushang|diagramm)\b",
    regex.IGNORECASE,
)
_TELLS_TEXT = regex.compile(r"[„“»«\":]|\b(?:steht|lautet|aufschrift|schriftzug|text)\b", regex.IGNORECASE)
_COMFORTABLE_ALT = 250


def alt_missing(subject: Subject) -> Iterator[Finding]:
    """A picture that is not decorative has no alternative text."""
    for number, medium in _numbered(subject):
        if not medium.alt.strip() and medium.sha256 not in subject.decorative:
            yield Finding(
                f"Bild {number} hat keinen Alternativtext; bitte beschreiben oder als dekorativ kennzeichnen."
            )


def alt_invisible(subject: Subject) -> Iterator[Finding]:
    """An alternative text holds characters that nobody sees."""
    for number, medium in _numbered(subject):
        alt = medium.alt.strip()
        clean = unseen.without(alt)
        if clean != alt:
            yield Finding(
                f"Im Alternativtext von Bild {number} steckt ein unsichtbares Zeichen; bitte entfernen.",
                Fix(alt, clean) if clean.strip() else None,
            )


def alt_too_long(subject: Subject) -> Iterator[Finding]:
    """An alternative text is longer than the channel takes."""
    limit = subject.limits.pictures.max_alt
    for number, medium in _numbered(subject):
        if len(medium.alt) > limit:
            length = len(medium.alt)
            yield Finding(
                f"Der Alternativtext von Bild {number} hat {length} von {limit} Zeichen; "
                f"bitte um {length - limit} kürzen."
            )


def alt_long(subject: Subject) -> Iterator[Finding]:
    """An alternative text is tiring to hear (250 characters: own choice, domain.md 2.3)."""
    for number, medium in _numbered(subject):
        if _COMFORTABLE_ALT < len(medium.alt) <= subject.limits.pictures.max_alt:
            yield Finding(
                f"Der Alternativtext von Bild {number} hat {len(medium.alt)} Zeichen; gut vorlesbar sind bis zu 250."
            )


def alt_opening(subject: Subject) -> Iterator[Finding]:
    """An alternative text begins by saying that it is a picture, which screen readers say themselves."""
    for number, medium in _numbered(subject):
        alt = medium.alt.strip()
        found = _EMPTY_OPENING.match(alt)
        if found:
            content = _content(found, alt[found.end() :])
            yield Finding(
                f"Der Alternativtext von Bild {number} beginnt mit „{found[0].strip()}“; "
                "bitte gleich den Inhalt nennen.",
                Fix(alt, content) if content else None,
            )


def _content(opening: regex.Match[str], rest: str) -> str:
    """Return what is left without the opening, in the nominative; empty where its grammar cannot be told."""
    if opening["of"]:
        article = _FEMININE.match(rest)
        if article:
            adjectives = " ".join(word.removesuffix("n") for word in article["adjectives"].split())
            return f"Eine {adjectives} {rest[article.end() :]}".replace("  ", " ")
        first = rest.split(maxsplit=1)[0] if rest else ""
        return rest if first[:1].isupper() and not first.rstrip(",.").endswith("n") else ""
    if opening["shows"]:
        return f"{rest[:1].upper()}{rest[1:]}" if rest.startswith(("eine ", "ein ", "zwei ", "drei ", "das ")) else ""
    return f"{rest[:1].upper()}{rest[1:]}" if opening["colon"] else ""


def alt_file_name(subject: Subject) -> Iterator[Finding]:
    """An alternative text is a file's name, which tells nobody what the picture shows."""
    for number, medium in _numbered(subject):
        if _FILE_NAME.fullmatch(medium.alt.strip()):
            yield Finding(
                f"Der Alternativtext von Bild {number} ist ein Dateiname; bitte beschreiben, was zu sehen ist."
            )


def alt_text_untold(subject: Subject) -> Iterator[Finding]:
    """An alternative text names a picture that carries words, but not its words."""
    for number, medium in _numbered(subject):
        if _CARRIES_TEXT.search(medium.alt) and not _TELLS_TEXT.search(medium.alt):
            yield Finding(
                f"Bild {number} trägt nach seinem Alternativtext Schrift; bitte auch nennen, was darauf zu lesen ist."
            )


def captions_missing(subject: Subject) -> Iterator[Finding]:
    """A video of the item has no captions, and no editor found that it has or needs none."""
    videos = [medium for medium in subject.content.media if medium.kind == "video"]
    for number, video in enumerate(videos, start=1):
        if not video.captioned and video.url not in subject.captioned:
            yield Finding(
                f"Video {number} hat keine Untertitel; bitte Untertitel beschaffen und im Beitrag bestätigen."
            )


def missing(subject: Subject) -> Iterator[Finding]:
    """Fewer pictures than the channel demands."""
    count, least = len(subject.media), subject.limits.pictures.at_least
    if count < least:
        yield Finding(f"Der Post hat {count} Bilder, mindestens {least} {_are(least)} nötig; bitte ein Bild ergänzen.")


def too_many(subject: Subject) -> Iterator[Finding]:
    """More pictures than the channel takes."""
    count, most = len(subject.media), subject.limits.pictures.at_most
    if count > most:
        yield Finding(
            f"Der Post hat {count} Bilder, höchstens {most} {_are(most)} möglich; bitte {count - most} entfernen."
        )


def mime(subject: Subject) -> Iterator[Finding]:
    """A file of a kind that the channel does not take."""
    videos = subject.limits.videos
    allowed = (*subject.limits.pictures.mimes, *(videos.mimes if videos else ()))
    for number, medium in _numbered(subject):
        if medium.mime not in allowed:
            yield Finding(
                f"Datei {number} ist vom Typ {medium.mime or 'unbekannt'}; möglich ist hier: {', '.join(allowed)}."
            )


def weight(subject: Subject) -> Iterator[Finding]:
    """A file is too big."""
    videos = subject.limits.videos
    for number, medium in _numbered(subject):
        film = medium.mime.startswith("video/")
        name, limit = ("Video", videos.max_bytes) if film and videos else ("Bild", subject.limits.pictures.max_bytes)
        if medium.size > limit:
            size, most = _megabytes(medium.size), _megabytes(limit)
            yield Finding(f"{name} {number} hat {size} von {most} MB; bitte verkleinern.")


def ratio(subject: Subject) -> Iterator[Finding]:
    """A picture is too narrow or too wide."""
    rules = subject.limits.pictures
    for number, medium in _numbered(subject):
        if medium.mime.startswith("video/"):
            continue
        shape = medium.width / medium.height if medium.height else 0.0
        if not rules.min_ratio - _EPSILON <= shape <= rules.max_ratio + _EPSILON:
            yield Finding(
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
