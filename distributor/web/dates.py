"""Days and moments of German time, written as the reader does."""

from __future__ import annotations

from datetime import UTC, date, datetime

from babel.dates import format_date, format_datetime

from distributor import wording
from distributor.web.language import GERMAN, gettext, language
from distributor.wording import BERLIN


def when(moment: datetime | str | None) -> str:
    """Return a moment; the services' ISO 8601 strings are taken too."""
    found = as_moment(moment)
    if found is None:
        return gettext("noch ohne Zeit")
    if language() == GERMAN:
        return wording.local_time(found)
    return format_datetime(found, "EEE d MMM y, HH:mm", tzinfo=BERLIN, locale=language())


def as_moment(moment: datetime | str | None) -> datetime | None:
    """Return the moment of what the services give."""
    return datetime.fromisoformat(moment).astimezone(UTC) if isinstance(moment, str) else moment


def day_name(day: date | str) -> str:
    """Return a day with its weekday; ISO 8601 is taken too."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return wording.day_name(found) if language() == GERMAN else day_in(language(), found, weekday=True)


def day_span(first: date, last: date) -> str:
    """Return the first and the last of several days, or the one day."""
    if language() == GERMAN:
        return wording.day_span(first, last)
    days = [day_in(language(), day) for day in (first, last)]
    return days[0] if first == last else " – ".join(days)


def day_in_year(day: date | str, *, weekday: bool = True) -> str:
    """Return a day where the year is plain: "Mo 24.11." or "24.11."; ISO 8601 is taken too."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    if language() == GERMAN:
        return f"{wording.day_name(found)[:3] if weekday else ''}{found:%d.%m.}"
    return day_in(language(), found, weekday=weekday, year=False)


def day_in(code: str, day: date, *, weekday: bool = False, year: bool = True) -> str:
    """Return a day in another language than German."""
    return format_date(day, f"{'EEE ' if weekday else ''}d MMM{' y' if year else ''}", locale=code)
