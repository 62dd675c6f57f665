"""Look ahead and change nothing: a feed as it parses, the posts it would make, an Organisation's coming slots.

A preview needs no database and fetches no picture: a picture counts as it would be after it was brought into shape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from connectors.base import Connector, Limits, Medium, PictureRules
from distributor.domain import ChannelText, FeedItem, FeedMedium, Organisation, ParsedFeed, Problem, Refused, State
from distributor.fetching import fetch
from distributor.intake.parse import parse
from distributor.intake.report import report
from distributor.media.shapes import frame
from distributor.roster import channel_text_of, organisation_of
from distributor.services.configuration import Files, read_files
from distributor.services.deps import Deps
from distributor.services.feeds import MAX_BYTES
from distributor.services.media import picture_addresses
from distributor.services.planning import calendar_for
from distributor.services.views import post_list, stamp
from distributor.store import items
from distributor.store.tables import OrganisationRow
from distributor.tailoring import tailor
from distributor.wording import STATE_WORDS
from schedules.calendar import DAYS, Calendar, calendar_of
from schedules.ics import CalendarEvent, export, occasions
from schedules.plan import stagger
from schedules.slots import expand

_LONGEST_LOOK = timedelta(days=366)
_HOLDS_NO_PLACE = {State.CLOSED, State.FAILED, State.MISSED, State.DRAFTED}
_SQUARE = 1080


def read_address(url: str, allow_private: frozenset[str]) -> ParsedFeed:
    """Fetch and parse a feed without storing anything. Raises: Refused, FetchFailed."""
    got = fetch(url, allow_private=allow_private, max_bytes=MAX_BYTES)
    return parse(got.body, content_type=got.content_type, url=got.url)


def read_body(body: bytes) -> ParsedFeed:
    """Parse a feed that is already here. Raises: Refused."""
    return parse(body)


def told(parsed: ParsedFeed) -> dict[str, Any]:
    """Return the report on a feed, with the keys that are pinned for it."""
    return report(parsed)


@dataclass(frozen=True, slots=True)
class Preview:
    """What one item would become for one Organisation on one channel.

    ``length`` is measured in the channel's ``unit``; ``media`` are the feed's, ``used`` tells which of them are shown.
    """

    organisation: str
    channel: str
    item: str
    title: str
    text: str
    length: int
    limit: int
    unit: str
    link: str
    media: tuple[dict[str, Any], ...]
    problems: tuple[Problem, ...]

    def document(self) -> dict[str, Any]:
        """Return the preview as plain JSON values."""
        return {**asdict(self), "media": list(self.media), "problems": [asdict(one) for one in self.problems]}


def preview(
    parsed: ParsedFeed,
    files: Files,
    organisation: str,
    channel: str,
    connectors: Mapping[str, Connector],
    *,
    guid: str | None = None,
    today: date | None = None,
) -> list[Preview]:
    """Return what the feed's items, or the one with this ``guid``, would become. The link is the item's own.

    Raises: Refused for an unknown Organisation, channel or item.
    """
    if organisation not in files.organisations:
        raise Refused(f"Das Jobcenter „{organisation}“ gibt es nicht.", code="organisation.unknown")
    if channel not in connectors:
        known = ", ".join(sorted(connectors))
        raise Refused(f"Den Kanal „{channel}“ gibt es nicht; es gibt: {known}.", code="channel.unknown")
    chosen = [item for item in parsed.items if guid in (None, item.guid)]
    if guid is not None and not chosen:
        raise Refused(f"Der Feed enthält keinen Beitrag mit der Kennung „{guid}“.", code="item.unknown")
    owner = organisation_of(files.organisations[organisation])
    template = channel_text_of(files.texts[channel]) if channel in files.texts else ChannelText(channel, ())
    return [_preview(item, owner, template, connectors[channel], today) for item in chosen]


def _preview(
    item: FeedItem, owner: Organisation, template: ChannelText, connector: Connector, today: date | None
) -> Preview:
    rules = connector.limits.pictures
    pictured = [medium for medium in item.media if picture_addresses(medium)]
    used = pictured[: rules.at_most]
    link = item.link or owner.pages.landing or owner.pages.home
    media = tuple(_shaped(medium, rules) for medium in used)
    made = tailor(item, owner, template, connector, link=link, media=media, today=today)
    limits: Limits = connector.limits
    return Preview(
        organisation=owner.slug,
        channel=connector.channel,
        item=item.guid,
        title=item.title,
        text=made.remote.text,
        length=made.length,
        limit=limits.text,
        unit=limits.unit,
        link=made.remote.link,
        media=tuple(_named(medium, used=medium in used) for medium in item.media),
        problems=made.problems,
    )


def _shaped(medium: FeedMedium, rules: PictureRules) -> Medium:
    """Return the picture as it would be in the channel's shape; where the feed names no size, a fitting one."""
    size = (medium.width, medium.height) if medium.kind == "image" else (None, None)
    width, height = (size[0] or _SQUARE, size[1] or _SQUARE) if all(size) else (_SQUARE, _SQUARE)
    new_width, new_height = frame(width, height, rules).size
    name = hashlib.sha256(medium.url.encode()).hexdigest()
    return Medium(name, rules.mimes[0], new_width, new_height, 0, medium.alt or "")


def _named(medium: FeedMedium, *, used: bool) -> dict[str, Any]:
    keys = ("url", "kind", "mime", "width", "height", "duration", "alt", "credit", "poster")
    return {**{key: getattr(medium, key) for key in keys}, "used": used}


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whose calendar is looked at, and where that was read: in the database or in the configuration files."""

    slug: str
    calendar: Calendar
    position: int
    channels: Sequence[str]
    source: str


def coming(deps: Deps, slug: str, first: date, last: date, *, database: bool = True) -> dict[str, Any]:
    """Return an Organisation's slots, holidays and planned posts from ``first`` to ``last``, both included.

    Without a database, or where it does not know the Organisation, the configuration files tell. Raises: Refused.
    """
    if not first <= last <= first + _LONGEST_LOOK:
        text = "Das Ende muss nach dem Anfang liegen, höchstens ein Jahr danach."
        raise Refused(text, code="calendar.range")
    subject = (_stored(deps, slug) if database else None) or _written(deps, slug)
    zone = ZoneInfo(subject.calendar.zone)
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    days: dict[date, dict[str, Any]] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        days[day] = {"day": day.isoformat(), "weekday": DAYS[day.weekday()], "holiday": None, "slots": [], "posts": []}
    for day, name in occasions(first, last):
        days[day]["holiday"] = name
    offset = stagger(subject.calendar, subject.position)
    for channel in subject.channels:
        for slot in expand(subject.calendar, channel, start, end, offset=offset):
            shown = {"at": stamp(slot.at), "local": f"{slot.local:%H:%M}", "channel": channel}
            days[slot.local.date()]["slots"].append(shown)
    if subject.source == "database":
        _lay_in(deps, slug, days, start, end, zone)
    for told in days.values():
        told["slots"].sort(key=lambda slot: (slot["at"], slot["channel"]))
    return {
        "organisation": slug,
        "calendar": subject.calendar.name,
        "source": subject.source,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": list(days.values()),
    }


def _stored(deps: Deps, slug: str) -> _Subject | None:
    try:
        with deps.store.read() as session:
            owner = session.scalars(select(OrganisationRow).where(OrganisationRow.slug == slug)).one_or_none()
            if owner is None:
                return None
            held = {account.channel for account, org in items.accounts(session) if org.id == owner.id}
            channels = sorted(held or items.channel_texts(session))
            return _Subject(slug, calendar_for(session, owner), owner.position, channels, "database")
    except (OperationalError, ProgrammingError):
        return None


def _written(deps: Deps, slug: str) -> _Subject:
    files = read_files(deps.settings.config_dir)
    if slug not in files.organisations:
        raise Refused(f"Das Jobcenter „{slug}“ gibt es nicht.", code="organisation.unknown")
    calendar = calendar_of(files.calendars[organisation_of(files.organisations[slug]).calendar])
    channels = sorted({entry.channel for entry in files.accounts[slug]} or files.texts)
    return _Subject(slug, calendar, sorted(files.organisations).index(slug), channels, "config")


def _lay_in(
    deps: Deps, slug: str, days: dict[date, dict[str, Any]], start: datetime, end: datetime, zone: ZoneInfo
) -> None:
    for post in post_list(deps, organisation=slug):
        at = datetime.fromisoformat(post["due_at"]) if post["due_at"] else None
        if at is None or not start <= at < end or State(post["state"]) in _HOLDS_NO_PLACE:
            continue
        local = at.astimezone(zone)
        told = days[local.date()]
        slots = {(slot["at"], slot["channel"]) for slot in told["slots"]}
        told["posts"].append(
            {
                "id": post["id"],
                "at": post["due_at"],
                "local": f"{local:%H:%M}",
                "channel": post["channel"],
                "title": post["title"],
                "state": post["state"],
                "link": post["receipt"]["url"] if post["receipt"] else post["link"],
                "in_slot": (post["due_at"], post["channel"]) in slots,
            }
        )


def as_ics(seen: Mapping[str, Any], now: datetime) -> bytes:
    """Return what :func:`coming` found as an iCalendar file: the planned posts; without a database the slots."""
    if seen["source"] == "database":
        events = [
            CalendarEvent(
                uid=f"post-{post['id']}@{seen['organisation']}.distributor",
                at=datetime.fromisoformat(post["at"]),
                title=f"{post['channel']}: {post['title']} ({STATE_WORDS[State(post['state'])]})",
                url=post["link"],
            )
            for day in seen["days"]
            for post in day["posts"]
        ]
    else:
        events = [
            CalendarEvent(
                uid=f"slot-{slot['channel']}-{slot['at']}@{seen['organisation']}.distributor",
                at=datetime.fromisoformat(slot["at"]),
                title=f"{slot['channel']}: Zeitfenster",
            )
            for day in seen["days"]
            for slot in day["slots"]
        ]
    return export(events, name=f"Redaktionsplan {seen['organisation']}", now=now)
