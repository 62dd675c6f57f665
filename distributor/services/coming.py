"""What lies ahead in the calendar: special days, slots, comment duty and planned posts. Reads only.

Without a database, or where it does not know the Organisation, the configuration files tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from distributor.domain import Refused
from distributor.roster import organisation_of
from distributor.services import organisations
from distributor.services.calendars import Calendars
from distributor.services.configuration import read_files
from distributor.services.deps import Deps
from distributor.store import calendars, items, placed
from distributor.store.tables import AccountRow, OrganisationRow
from distributor.wording import BERLIN, stamp
from schedules.calendar import DAYS, Calendar, with_own
from schedules.cover import cover
from schedules.days import Occasion
from schedules.document import calendar_of, occasion_document
from schedules.occasions import occasions, unknown
from schedules.plan import stagger
from schedules.slots import expand

_LONGEST_LOOK = timedelta(days=366)
_DAY = timedelta(days=1)

_EARLIEST, _LATEST = date(1990, 1, 1), date(2190, 1, 1)
"""Beyond, no calendar of ours knows anything, and near the ends of time its zone cannot be told."""

Days = dict[date, dict[str, Any]]
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whose calendar is looked at, and where that was read: in the database or in the configuration files."""

    slug: str
    calendar: Calendar
    position: int
    channels: Sequence[str]
    accounts: Sequence[int] = ()
    source: str = "database"


@dataclass(frozen=True, slots=True)
class _Told:
    """A special day and whom it is for."""

    occasion: Occasion
    organisations: list[str] = field(default_factory=list)


def coming(
    deps: Deps,
    slug: str,
    first: date,
    last: date,
    *,
    database: bool = True,
    slots: bool = True,
    most: int | None = None,
    skip: int = 0,
) -> dict[str, Any]:
    """Return an Organisation's days from ``first`` to ``last``, both included, with all that lies on them.

    Of each day's posts ``most`` are told after ``skip`` others (None: all), and how many there are (0: neither).
    ``duty`` names who answers comments at all, a slot's ``cover`` who can then; None where nobody is asked to.
    Without ``slots`` the days tell none: a calendar with one in every minute has thousands. ``every_minutes`` says so.
    Raises: Refused.
    """
    _in_reach(first, last)
    subject = (_stored(deps, slug) if database else None) or _written(deps, slug)
    zone = ZoneInfo(subject.calendar.zone)
    days = _empty_days(first, last, unknown(subject.calendar, first, last))
    _lay_in_occasions(days, (_Told(each, [slug]) for each in occasions(subject.calendar, first, last)))
    if slots:
        _lay_in_slots(days, subject, *_bounds(first, last, zone))
    if subject.source == "database":
        with deps.store.read() as session:
            _lay_in_embargoes(session, days, [subject], _bounds(first, last, zone))
            if most != 0:
                _lay_in_posts(session, days, [subject], zone, most, skip)
    return {
        "organisation": slug,
        "calendar": subject.calendar.name,
        "every_minutes": subject.calendar.every_minutes,
        "source": subject.source,
        "duty": list(dict.fromkeys(each.person for each in subject.calendar.duty if not each.absent)),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": list(days.values()),
    }


def coming_everywhere(
    deps: Deps,
    first: date,
    last: date,
    *,
    organisations: Sequence[str] | None = None,
    most: int | None = None,
    skip: int = 0,
) -> dict[str, Any]:
    """Return the same for these Organisations (None: all) in one, without slots. Raises: Refused.

    A special day says whom it is for; one that all keep names nobody.
    """
    _in_reach(first, last)
    with deps.store.read() as session:
        subjects = _all_stored(session, organisations)
        days = _empty_days(first, last, {gap for each in subjects for gap in unknown(each.calendar, first, last)})
        _lay_in_occasions(days, _gathered(subjects, first, last), everybody=len(subjects))
        _lay_in_embargoes(session, days, subjects, _bounds(first, last, BERLIN))
        if most != 0:
            _lay_in_posts(session, days, subjects, BERLIN, most, skip)
    return {
        "organisation": None,
        "calendar": None,
        "every_minutes": None,
        "source": "database",
        "duty": None,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": list(days.values()),
    }


def _in_reach(first: date, last: date) -> None:
    if not _EARLIEST <= first <= _LATEST:
        raise Refused("So weit reicht der Kalender nicht.", code="calendar.range")
    if not first <= last <= first + _LONGEST_LOOK:
        text = "Das Ende muss nach dem Anfang liegen, höchstens ein Jahr danach."
        raise Refused(text, code="calendar.range")


def _bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return _begins(first, zone), _begins(last + _DAY, zone)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def bounds_of(days: Iterable[date], zone: ZoneInfo = BERLIN) -> list[datetime]:
    """Return when each of these days, which follow each other, begins, and when the last one ends."""
    known = list(days)
    return [_begins(day, zone) for day in (*known, known[-1] + _DAY)]


def _empty_days(first: date, last: date, gaps: Iterable[Any]) -> Days:
    days: Days = {}
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        days[day] = {
            "day": day.isoformat(),
            "weekday": DAYS[day.weekday()],
            "holiday": None,
            "occasions": [],
            "unknown": sorted(gap.kind for gap in gaps if gap.first <= day <= gap.last),
            "embargoes": [],
            "slots": [],
            "posts": [],
            "count": 0,
        }
    return days


def _gathered(subjects: Sequence[_Subject], first: date, last: date) -> Iterable[_Told]:
    """Return each special day once, with everybody who keeps it."""
    told: dict[Occasion, _Told] = {}
    for subject in subjects:
        for each in occasions(subject.calendar, first, last):
            told.setdefault(each, _Told(each)).organisations.append(subject.slug)
    return told.values()


def _lay_in_occasions(days: Days, told: Iterable[_Told], *, everybody: int = 1) -> None:
    for each in sorted(told, key=lambda one: (one.occasion.first, one.occasion.kind, one.occasion.title)):
        one, some = each.occasion, len(each.organisations) < everybody
        shown = {"last": one.last.isoformat(), "topics": [], "uid": "", **occasion_document(one)}
        for day in days:
            if one.holds(day):
                days[day]["occasions"].append({**shown, "organisations": each.organisations if some else []})
                if one.kind == "holiday" and days[day]["holiday"] is None:
                    days[day]["holiday"] = one.title


def _lay_in_slots(days: Days, subject: _Subject, start: datetime, end: datetime) -> None:
    offset = stagger(subject.calendar, subject.position)
    for channel in subject.channels:
        asked = subject.calendar.asks_cover(channel)
        for slot in expand(subject.calendar, channel, start, end, offset=offset):
            shown = {"at": stamp(slot.at), "local": f"{slot.local:%H:%M}", "channel": channel}
            days[slot.local.date()]["slots"].append({**shown, "cover": list(slot.cover) if asked else None})
    for told in days.values():
        told["slots"].sort(key=lambda slot: (slot["at"], slot["channel"]))


def _lay_in_embargoes(session: Session, days: Days, subjects: Sequence[_Subject], span: Span) -> None:
    for title, ends in calendars.embargoes(session, *span, organisations=[each.slug for each in subjects]):
        local = ends.astimezone(ZoneInfo(subjects[0].calendar.zone))
        days[local.date()]["embargoes"].append({"title": title, "local": f"{local:%H:%M}"})


def _lay_in_posts(
    session: Session, days: Days, subjects: Sequence[_Subject], zone: ZoneInfo, most: int | None, skip: int
) -> None:
    """Lay in each day's posts; with ``most`` the others are only counted, so that a full month stays cheap."""
    known = {each.slug: each.calendar for each in subjects}
    accounts = [account for each in subjects for account in each.accounts]
    bounds = bounds_of(days, zone)
    if most is None:
        posts = placed.listed(session, bounds[0], bounds[-1], accounts)
    else:
        numbers, counts = placed.firsts(session, bounds, accounts, most, skip)
        posts = placed.named(session, numbers)
        for number, told in enumerate(days.values()):
            told["count"] = counts.get(number, 0)
    for post in posts:
        calendar, local = known[post.organisation], post.due_at.astimezone(zone)
        told = days[local.date()]
        slots = {(slot["at"], slot["channel"]) for slot in told["slots"]}
        asked = calendar.asks_cover(post.channel)
        told["posts"].append(
            {
                "id": post.id,
                "at": stamp(post.due_at),
                "local": f"{local:%H:%M}",
                "organisation": post.organisation,
                "organisation_name": post.organisation_name,
                "channel": post.channel,
                "account": post.account,
                "title": post.title,
                "state": post.state,
                "link": post.link,
                "in_slot": (stamp(post.due_at), post.channel) in slots,
                "cover": list(cover(calendar, post.due_at)) if asked else None,
                "embargo_until": stamp(post.embargo_until),
            }
        )
        told["count"] = max(told["count"], len(told["posts"]))


def _stored(deps: Deps, slug: str) -> _Subject | None:
    try:
        with deps.store.read() as session:
            return next(iter(_all_stored(session, [slug])), None)
    except (OperationalError, ProgrammingError):
        return None


def _all_stored(session: Session, slugs: Sequence[str] | None) -> list[_Subject]:
    query = select(OrganisationRow).order_by(OrganisationRow.position)
    if slugs is not None:
        query = query.where(OrganisationRow.slug.in_(slugs))
    known = Calendars(session)
    held: dict[int, dict[int, str]] = {}
    for number, channel, owner in session.execute(
        select(AccountRow.id, AccountRow.channel, AccountRow.organisation_id)
    ):
        held.setdefault(owner, {})[number] = channel
    texts = items.channel_texts(session)
    return [_subject(each, known.of(each), held.get(each.id, {}), texts) for each in session.scalars(query)]


def _subject(owner: OrganisationRow, calendar: Calendar, accounts: Mapping[int, str], texts: Iterable[str]) -> _Subject:
    channels = sorted({*accounts.values()} or texts)
    return _Subject(owner.slug, calendar, owner.position, channels, list(accounts))


def _written(deps: Deps, slug: str) -> _Subject:
    files = read_files(deps.settings.config_dir)
    if slug not in files.organisations:
        raise organisations.unknown(slug, files.organisations)
    owner = organisation_of(files.organisations[slug])
    calendar = with_own(calendar_of(files.calendars[owner.calendar]), owner.occasions, owner.duty)
    channels = sorted({entry.channel for entry in files.accounts[slug]} or files.texts)
    return _Subject(slug, calendar, sorted(files.organisations).index(slug), channels, source="config")
