"""Dates as feeds write them, read into aware UTC. Pure: the clock is never asked.

Understood are ISO 8601, RFC 822 with its relatives, German and English month names, and Unix numbers. A time without
a zone is meant in Germany (Europe/Berlin); CET, CEST, MEZ and MESZ are what they say, in summer as in winter.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

BERLIN = "Europe/Berlin"

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner jaenner",
            "feb february februar feber",
            "mar march mär märz maer maerz mrz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}

_ZONES = {
    name: hours
    for hours, names in {
        0: "z ut utc gmt wet",
        1: "cet mez met bst west",
        2: "cest mesz mest eet",
        3: "eest msk",
        9: "jst",
        -4: "edt ast at",
        -5: "est cdt et",
        -6: "cst mdt ct",
        -7: "mst pdt mt",
        -8: "pst pt",
    }.items()
    for name in names.split()
}

_CLOCK = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?(?![a-z]))?(?:\s*Uhr)?"
)
_ZONE = (
    r"(?:\s*(?P<zone>(?:UTC|GMT)?\s*[+\-−]\d{1,2}:?(?:\d{2})?|(?:Etc/)?[A-Za-z]{1,5}|Europe/Berlin)(?:\s*\([^)]*\))?)?"
)
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_AND_CLOCK = rf"(?:(?:\s*,?\s*(?:um\s+|at\s+)?|\s*[-–]\s+){_CLOCK}{_ZONE})?\s*"

_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        # As nearly every RSS writes it; the shape of RFC 822 below reads it too, but takes its time.
        r"[a-z]{3}, (?P<day>\d\d) (?P<month>[a-z]{3}) (?P<year>\d{4}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
        r" (?P<zone>[+-]\d{4}|GMT)",
        rf"{_WEEKDAY}(?P<year>\d{{4}})(?:[-/](?P<month>\d{{1,2}})(?:[-/](?P<day>\d{{1,2}}))?(?:(?:T|\s+){_CLOCK}{_ZONE})?)?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<fraction>(?!))?(?P<half>(?!))?"
        rf"{_ZONE})?\s*",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?[\s-]*(?P<month>[^\W\d_]{{3,9}})\.?[\s,-]*"
        rf"(?P<year>\d{{4}}|\d{{2}}){_AND_CLOCK}",
        rf"{_WEEKDAY}(?P<month>[^\W\d_]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_AND_CLOCK}",
        rf"{_WEEKDAY}(?P<month>[^\W\d_]{{3,9}})\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>\d{{4}})\s*",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}|\d{{2}}){_AND_CLOCK}",
    )
)
_UNIX = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?")
_PERIOD_PART = re.compile(r"(?:^|;)\s*(start|end)\s*=\s*([^;]*)", re.IGNORECASE)
_DAY_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_date(raw: str) -> datetime | None:
    """Return the moment ``raw`` names as aware UTC, or None where it names none."""
    text = " ".join(raw.split())
    if not text or len(text) > 100:
        return None
    if unix := _UNIX.fullmatch(text):
        return datetime.fromtimestamp(int(unix.group(1)), UTC)
    for shape in _SHAPES:
        match = shape.fullmatch(text)
        if match:
            try:
                return _moment(match.groupdict())
            except (ValueError, OverflowError):
                return None
    return None


def parse_period(raw: str) -> tuple[datetime | None, datetime | None]:
    """Return start and end of a ``dcterms:valid`` period; an end that is a mere day includes that day.

    Raises: ValueError where a bound is written but cannot be read.
    """
    bounds: dict[str, datetime | None] = {"start": None, "end": None}
    for name, value in _PERIOD_PART.findall(raw):
        written = value.strip()
        if not written:
            continue
        moment = parse_date(written)
        if moment is None:
            raise ValueError(written)
        if name.lower() == "end" and _DAY_ONLY.fullmatch(written):
            local = moment.astimezone(ZoneInfo(BERLIN)).replace(tzinfo=None) + timedelta(days=1)
            moment = local.replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
        bounds[name.lower()] = moment
    if raw.strip() and bounds == {"start": None, "end": None}:
        raise ValueError(raw.strip())
    return bounds["start"], bounds["end"]


def _moment(parts: dict[str, str | None]) -> datetime:
    month = parts["month"] or "1"
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
    hour = int(parts.get("hour") or 0)
    half = (parts.get("half") or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("hour")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    next_day = hour == 24 and int(parts.get("minute") or 0) == 0
    local = datetime(  # noqa: DTZ001 - the zone follows
        _year(parts["year"] or ""),
        number,
        int(parts.get("day") or 1),
        0 if next_day else hour,
        int(parts.get("minute") or 0),
        _second(parts.get("second") or "0"),
        int((parts.get("fraction") or "0")[:6].ljust(6, "0")),
    )
    if next_day:
        local += timedelta(days=1)
    return local.replace(tzinfo=_zone(parts.get("zone"))).astimezone(UTC)


def _year(written: str) -> int:
    year = int(written)
    if len(written) == 2:
        year += 2000 if year < 50 else 1900
    if not 1900 <= year <= 2200:
        raise ValueError("year")
    return year


def _second(written: str) -> int:
    """Return the second; of a leap second the one before it, which is the last that a clock here has."""
    return 59 if written == "60" else int(written)


@lru_cache(maxsize=64)
def _zone(name: str | None) -> tzinfo:
    if name is None:
        return ZoneInfo(BERLIN)
    written = name.lower().replace("−", "-").replace(" ", "").removeprefix("etc/")
    if written == BERLIN.lower():
        return ZoneInfo(BERLIN)
    if written in _ZONES:
        return timezone(timedelta(hours=_ZONES[written]))
    offset = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?", written)
    if offset is None:
        raise ValueError("zone")
    hours, minutes = int(offset.group(2)), int(offset.group(3) or 0)
    if hours > 15 or minutes > 59:
        raise ValueError("zone")
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if offset.group(1) == "-" else distance)
