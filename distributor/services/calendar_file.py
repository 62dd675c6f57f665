"""What lies ahead as an iCalendar file: for people's own calendar programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from distributor.domain import State
from distributor.wording import STATE_WORDS
from schedules.days import Occasion
from schedules.document import occasion_of
from schedules.ics import CalendarEvent, export


def as_ics(seen: Mapping[str, Any], now: datetime, *, written_at: datetime | None = None, desk_url: str = "") -> bytes:
    """Return what was found ahead as an iCalendar file: special days and planned posts; without a database the slots.

    Posts are told by their titles only, and not even by those while an embargo lasts. ``written_at`` is named as
    the time of writing (by default ``now``), ``desk_url`` is where each post is looked at.
    """
    where = seen["organisation"] or "alle"
    events = (
        [event for day in seen["days"] for event in _slot_events(day["slots"], where)]
        if seen["source"] == "config"
        else [_post_event(post, now, desk_url) for day in seen["days"] for post in day["posts"]]
    )
    name = f"Redaktionsplan {seen['organisation'] or 'Hessen'}"
    return export(events, _whole_days(seen["days"]), name=name, now=written_at or now)


def _slot_events(slots: Sequence[Mapping[str, Any]], where: str) -> Iterable[CalendarEvent]:
    for slot in slots:
        yield CalendarEvent(
            uid=f"slot-{slot['channel']}-{slot['at']}@{where}.distributor",
            at=datetime.fromisoformat(slot["at"]),
            title=f"{slot['channel']}: Zeitfenster",
        )


def _post_event(post: Mapping[str, Any], now: datetime, desk_url: str) -> CalendarEvent:
    secret = post["embargo_until"] is not None and datetime.fromisoformat(post["embargo_until"]) > now
    title = "Beitrag unter Sperrfrist" if secret else post["title"]
    return CalendarEvent(
        uid=f"post-{post['id']}@{post['organisation']}.distributor",
        at=datetime.fromisoformat(post["at"]),
        title=f"{post['organisation_name']}, {post['channel']}: {title} ({STATE_WORDS[State(post['state'])]})",
        url=f"{desk_url}/post/{post['id']}" if desk_url else "",
    )


def _whole_days(days: Sequence[Mapping[str, Any]]) -> list[Occasion]:
    """Return the special days, each once; one that only some keep says whose it is."""
    found: dict[Occasion, None] = {}
    for told in (each for day in days for each in day["occasions"]):
        one = occasion_of({key: value for key, value in told.items() if key != "organisations"})
        if told["organisations"]:
            whose = ", ".join(told["organisations"])
            uid = f"{'-'.join(told['organisations'])}-{one.uid}" if one.uid else ""
            one = replace(one, title=f"{one.title} ({whose})", uid=uid)
        found[one] = None
    return list(found)
