"""The plan as an iCalendar file: posts as moments, special days as whole days.

Times are written in UTC: every program shows them in its own zone, and the file needs no table of time zones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import icalendar

from schedules.days import LABELS, Occasion
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


def export(events: Sequence[CalendarEvent], occasions: Sequence[Occasion] = (), *, name: str, now: datetime) -> bytes:
    """Write posts and special days as an RFC 5545 calendar. Raises: ValueError for naive times."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Kommunale Jobcenter Hessen//distributor//DE")
    calendar.add("version", "2.0")
    # Programs read one or the other: RFC 7986, and what was used before it.
    for key in ("name", "x-wr-calname"):
        calendar.add(key, icalendar.vText(_line(name)))
    for event in events:
        calendar.add_component(_moment(event, utc(now)))
    for occasion in occasions:
        calendar.add_component(_days(occasion, utc(now)))
    return bytes(calendar.to_ical())


def _moment(event: CalendarEvent, now: datetime) -> icalendar.Event:
    component = _begun(event.uid, event.title, now)
    component.add("dtstart", utc(event.at))
    if event.description:
        component.add("description", _clean(event.description))
    if event.url:
        component.add("url", _line(event.url))
    return component


def _days(occasion: Occasion, now: datetime) -> icalendar.Event:
    """Write whole days; their end is the day after the last (RFC 5545, section 3.6.1)."""
    uid = occasion.uid or f"{occasion.kind}-{occasion.first.isoformat()}-{_word(occasion.title)}@distributor"
    component = _begun(uid, occasion.title, now)
    component.add("dtstart", occasion.first)
    component.add("dtend", occasion.last + timedelta(days=1))
    component.add("description", LABELS[occasion.kind])
    if occasion.topics:
        component.add("categories", [_line(topic) for topic in occasion.topics])
    return component


def _begun(uid: str, title: str, now: datetime) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", _line(uid))
    component.add("dtstamp", now)
    component.add("summary", _line(title))
    component.add("transp", "TRANSPARENT")
    return component


def _word(title: str) -> str:
    return "-".join(re.findall(r"\w+", title.casefold()))


def _clean(text: str) -> str:
    """Drop the control characters that RFC 5545 forbids, and halves of characters; keep tabs and line breaks."""
    return _CONTROL.sub("", text)


def _line(text: str) -> str:
    return " ".join(_clean(text).split())
