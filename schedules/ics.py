"""The plan as an iCalendar file, and the days worth showing beside it.

Times are written in UTC: every program shows them in its own zone, and the file needs no table of time zones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import icalendar

from schedules.days import public_holidays
from schedules.slots import utc

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One planned post: ``uid`` stays the same in every export, so that a subscription updates instead of doubling."""

    uid: str
    at: datetime
    title: str
    description: str = ""
    url: str = ""


def export(events: Sequence[CalendarEvent], *, name: str, now: datetime) -> bytes:
    """Write events as an RFC 5545 calendar. Raises: ValueError for naive times."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Kommunale Jobcenter Hessen//distributor//DE")
    calendar.add("version", "2.0")
    # Programs read one or the other: RFC 7986, and what was used before it.
    for key in ("name", "x-wr-calname"):
        calendar.add(key, icalendar.vText(_line(name)))
    for event in events:
        calendar.add_component(_component(event, utc(now)))
    return bytes(calendar.to_ical())


def occasions(start: date, end: date) -> list[tuple[date, str]]:
    """List the public holidays of Hessen from ``start`` to ``end``, both included, with their German names."""
    return [
        (day, name)
        for year in range(start.year, end.year + 1)
        for day, name in public_holidays("DE-HE", year).items()
        if start <= day <= end
    ]


def _component(event: CalendarEvent, now: datetime) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", _line(event.uid))
    component.add("dtstamp", now)
    component.add("dtstart", utc(event.at))
    component.add("summary", _line(event.title))
    component.add("transp", "TRANSPARENT")
    if event.description:
        component.add("description", _clean(event.description))
    if event.url:
        component.add("url", _line(event.url))
    return component


def _clean(text: str) -> str:
    """Drop the control characters that RFC 5545 forbids, and halves of characters; keep tabs and line breaks."""
    return _CONTROL.sub("", text)


def _line(text: str) -> str:
    return " ".join(_clean(text).split())
