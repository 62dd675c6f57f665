"""The rule on days that lie ahead when the item is written and behind when its post goes out.

Only such days count: what was past when it was written is a story, and what is still to come is fine. A day without
its year is the one nearest to the day of writing. Words in quotation marks are somebody's speech and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import regex

from distributor.tailoring.subject import Finding, Subject
from distributor.wording import BERLIN

_DAY = timedelta(days=1)
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_WEEKDAYS = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_MONTH_NAMES = (
    r"(?P<month>januar|jan\.|februar|feb\.|märz|mär\.|april|apr\.|mai|juni|jun\.|juli|jul\.|august|aug\."
    r"|september|sept?\.|oktober|okt\.|november|nov\.|dezember|dez\.)"
)
_YEAR = r"(?:\s{1,2}(?P<year>20\d\d))?(?!\d)"
_NUMERIC = regex.compile(
    r"(?<![\d.,:/§-])(?P<day>\d{1,2})\.[ \xa0\u202f]?(?P<month>\d{1,2})\."
    r"(?:[ \xa0\u202f]?(?P<year>20\d\d|\d\d)(?![\d.:]))?(?!\d)"
)
_NAMED = regex.compile(rf"(?<![\d.,:/])(?P<day>\d{{1,2}})\.\s{{0,2}}{_MONTH_NAMES}{_YEAR}", regex.IGNORECASE)
_MONTH_END = regex.compile(
    rf"\b(?:bis|noch)\s(?:zum\s)?(?P<part>Ende|Mitte|Anfang)\s(?:des\s)?{_MONTH_NAMES}{_YEAR}", regex.IGNORECASE
)
_WEEKDAY = regex.compile(
    r"\b(?:(?:bis|am|ab|zum|diesen|dieser)\s)?(?P<which>kommende[nrm]?|nächste[nrm]?|diese[nrm]?)\s"
    r"(?P<weekday>montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)\b"
    r"|\bbis\s(?:zum\s)?(?P<until>montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)\b"
    r"(?![,]?\s(?:dem\s)?\(?\d)",
    regex.IGNORECASE,
)
_SPAN = regex.compile(
    r"\b(?P<which>diese[rn]?|kommende[rn]?|nächste[rn]?)\s(?P<span>Woche|Wochenende|Monat)\b"
    r"|\b(?P<weekend>(?:am|übers|dieses|kommendes)\s(?:kommenden\s|nächsten\s)?Wochenende)\b",
    regex.IGNORECASE,
)
_TODAY = regex.compile(
    r"\b(?P<word>heute)\b(?:,?\s(?:(?:abend|nachmittag|vormittag|mittag|früh|morgen|nacht)\b|(?:um|ab|von|bis)\s\d"
    r"|(?:startet|starten|beginnt|beginnen|findet|finden|öffnet|öffnen|eröffnet|endet|enden|läuft|geht|kommt)\b"
    r"|ist\s(?:der|die|das|es|\p{L}{0,30}(?:tag|day|schluss|start)\b)))"
    r"|\b(?:ab|nur|noch|erst|schon)\s(?P<word>heute)\b(?!\s(?:noch|immer|als|in|bei)\b)",
    regex.IGNORECASE,
)
_TOMORROW = regex.compile(
    r"(?<!\b(?:von|auf|für)\s)\b(?P<word>übermorgen|gestern|morgen|Morgen(?=[,]?\s\p{Ll})|Übermorgen|Gestern)\b"
    r"(?!-|\snoch\b)"
)
_NOUN_BEFORE = regex.compile(
    r"\b(?:am|guten|jeden|der|den|dem|diesen|diesem|ein|einem|eines|nächsten|frühen|vom|zum|gegen|bis|heute|pro)\s\Z",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Mention:
    """Words that name a day: where they begin, and the last day for which they are right."""

    words: str
    at: int
    last: date


def passed(subject: Subject) -> Iterator[Finding]:
    """A day named in the text will have passed when the post goes out."""
    published = subject.content.published_at
    written = published.astimezone(BERLIN).date() if published else subject.today
    day = subject.day
    if day is None or written is None or day <= written:
        return
    told: set[str] = set()
    for mention in sorted(_mentions(subject.own_words, written), key=lambda each: each.at):
        if mention.last < day and mention.words not in told:
            told.add(mention.words)
            slot = f"{day.day}.{day.month}.{day.year}"
            yield Finding(
                f"„{mention.words}“ stimmt am geplanten Tag ({slot}) nicht mehr; "
                "bitte den Text ändern oder den Post früher legen."
            )


@lru_cache(maxsize=1024)
def _mentions(text: str, written: date) -> tuple[_Mention, ...]:
    """Return the days that the text names and that had not passed when it was written.

    Remembered, because every page that shows a post asks it of the same words.
    """
    named = (*_dates(text, written), *_weekdays(text, written), *_spans(text, written))
    return (*(mention for mention in named if mention.last > written), *_relative(text, written))


def _dates(text: str, written: date) -> Iterator[_Mention]:
    for match in _NUMERIC.finditer(text):
        day = _nearest(match["year"], int(match["month"]), int(match["day"]), written)
        if day:
            yield _Mention(match[0].strip(), match.start(), day)
    for match in _NAMED.finditer(text):
        day = _nearest(match["year"], _month(match["month"]), int(match["day"]), written)
        if day:
            yield _Mention(match[0], match.start(), day)
    for match in _MONTH_END.finditer(text):
        month = _month(match["month"])
        first = _nearest(match["year"], month, {"ende": 28, "mitte": 20, "anfang": 10}[match["part"].lower()], written)
        if first:
            last = _month_end(first) if match["part"].lower() == "ende" else first
            yield _Mention(match[0], match.start(), last)


def _weekdays(text: str, written: date) -> Iterator[_Mention]:
    for match in _WEEKDAY.finditer(text):
        name = (match["weekday"] or match["until"]).lower().replace("sonnabend", "samstag")
        ahead = (_WEEKDAYS.index(name) - written.weekday()) % 7
        if ahead == 0 and match["which"] and not match["which"].lower().startswith("diese"):
            ahead = 7
        if match["which"] and match["which"].lower().startswith("nächste"):
            ahead += 7  # some mean this week's day, some the next week's: the later one is surely over
        yield _Mention(match[0], match.start(), written + ahead * _DAY)


def _spans(text: str, written: date) -> Iterator[_Mention]:
    sunday = written + (6 - written.weekday()) * _DAY
    for match in _SPAN.finditer(text):
        later = (match["which"] or match[0]).lower().startswith(("nächste", "kommende")) and not match["weekend"]
        if (match["span"] or "").lower() == "monat":
            last = _month_end(written)
            last = _month_end(last + _DAY) if later else last
        else:
            last = sunday + 7 * _DAY if later else sunday
        yield _Mention(match[0], match.start(), last)


def _relative(text: str, written: date) -> Iterator[_Mention]:
    """Yield words that are right on the day of writing only."""
    for match in _TODAY.finditer(text):
        yield _Mention(match["word"], match.start(), written)
    for match in _TOMORROW.finditer(text):
        if not _NOUN_BEFORE.search(text, max(0, match.start() - 20), match.start()):
            yield _Mention(match["word"], match.start(), written)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _month_end(day: date) -> date:
    return (day.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY


def _nearest(year: str | None, month: int, day: int, written: date) -> date | None:
    """Return the day; without its year the one nearest to the day of writing; None where there is no such day."""
    if year is not None:
        years: tuple[int, ...] = (int(year) + (2000 if len(year) == 2 else 0),)
    else:
        years = (written.year - 1, written.year, written.year + 1)
    days = [made for made in (_date(each, month, day) for each in years) if made]
    return min(days, key=lambda each: abs(each - written), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
