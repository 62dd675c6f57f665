"""The calendar's page: a month, a week, a list or a day, and beside it whatever somebody is doing with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from distributor.domain import Actor, Refused, State
from distributor.services import occasions, timing
from distributor.services.coming import coming, coming_everywhere
from distributor.services.permission import allowed, visible
from distributor.services.verbs import VERBS
from distributor.web import calendar_grid as grid
from distributor.web.calendar_grid import Place, Span
from distributor.web.dates import day_span
from distributor.web.guarding import Desk, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import layout
from distributor.web.queue import channel_labels, organisations
from distributor.wording import BERLIN, stamp
from schedules.days import LABELS

EVERYBODY = "alle"
"""How the forms name all Jobcenter at once."""

Shown = dict[str, Any]


def place_of(desk: Desk, visitor: Visitor, view: str, slug: str, since: str, page: int = 1) -> Place:
    """Return where somebody is from what the address or a form says; who has one Jobcenter is always there."""
    known = organisations(desk.deps, visitor.actor)
    today = desk.clock.now().astimezone(BERLIN).date()
    return Place(grid.view_of(view), known[0][0] if len(known) == 1 else slug, grid.day_of(since, today), page)


def show(
    request: Request, desk: Desk, visitor: Visitor, place: Place, extra: Mapping[str, Any], status: int = 200
) -> Response:
    """Show the place; ``extra`` is what the page says or asks besides. Raises: Refused."""
    actor, now = visitor.actor, desk.clock.now()
    known, span = organisations(desk.deps, actor), grid.span(place.view, place.day)
    today = now.astimezone(BERLIN).date()
    seen = _seen(desk, actor, place, span)
    context = {
        "address": "",
        "typed": {},
        "moving": None,
        "moved": None,
        **layout(desk, visitor),
        "place": place,
        "span": span,
        "views": [
            (_(name), Place(view, place.organisation, place.day).href, view == place.view)
            for view, name in grid.VIEWS.items()
        ],
        "today": today.isoformat(),
        "before": Place(place.view, place.organisation, span.before).href,
        "after": Place(place.view, place.organisation, span.after).href,
        "now_href": Place(place.view, place.organisation, today).href,
        "seen": seen,
        "days": {told["day"]: _told(actor, told, place, now) for told in seen["days"]},
        "weekdays": grid.WEEKDAYS,
        "may_move": any(allowed(actor, "post.move", slug) for slug, _name in known),
        "vacancies": _vacancies(desk, place, span, now) if seen["every_minutes"] is None else {},
        "pages": max(1, -(-max(told["count"] for told in seen["days"]) // grid.SHOWN[grid.DAY])),
        "kinds": LABELS,
        "labels": channel_labels(desk.deps),
        "organisations": known,
        "names": dict(known),
        "entries": _entries(desk, actor, place, span),
        "choices": _choices(actor, known),
        "whole": visible(actor) is None,
        **extra,
    }
    return desk.pages.show(request, "calendar.html", context, status)


def _seen(desk: Desk, actor: Actor, place: Place, span: Span) -> Shown:
    seen, slug = visible(actor), place.organisation
    most = place.most
    skip = (place.page - 1) * most if place.view == grid.DAY else 0
    if not slug:
        return coming_everywhere(desk.deps, span.first, span.last, organisations=seen, most=most, skip=skip)
    if seen is not None and slug not in seen:
        raise Refused(_("Das Jobcenter „{slug}“ gibt es nicht.").format(slug=slug), code="organisation.unknown")
    return coming(desk.deps, slug, span.first, span.last, slots=False, most=most, skip=skip)


def _told(actor: Actor, told: Shown, place: Place, now: datetime) -> Shown:
    """Add to a day what the page makes of it: who may move which post, what is left out and where that is."""
    day = date.fromisoformat(told["day"])
    posts = [
        {
            **post,
            "movable": State(post["state"]) in VERBS["move"].states
            and allowed(actor, "post.move", post["organisation"]),
            "embargo_until": _still(post["embargo_until"], now),
        }
        for post in told["posts"]
    ]
    left = told["count"] - len(posts) if place.view != grid.DAY else 0
    return {
        **told,
        "posts": posts,
        "more": left,
        "href": Place(grid.DAY, place.organisation, day).href,
    }


def _still(embargo_until: str | None, now: datetime) -> datetime | None:
    """Return the end of an embargo that lasts."""
    ends = datetime.fromisoformat(embargo_until) if embargo_until else None
    return ends if ends is not None and ends > now else None


def _vacancies(desk: Desk, place: Place, span: Span, now: datetime) -> dict[str, list[Shown]]:
    """Return the slots of one Jobcenter's week that are to come and hold no post, by day."""
    if place.view != grid.WEEK or not place.organisation:
        return {}
    found = timing.vacancies(desk.deps, place.organisation, span.first, span.last)
    return {
        day.isoformat(): [
            {
                "at": stamp(each.at),
                "local": f"{each.at.astimezone(BERLIN):%H:%M}",
                "account": each.account,
                "channel": each.channel,
                "against": each.against,
            }
            for each in slots
            if each.at > now and each.against != "belegt"
        ]
        for day, slots in found.items()
    }


def _entries(desk: Desk, actor: Actor, place: Place, span: Span) -> list[Shown]:
    """Return what people entered and is not over, and whether the person may strike it; the list tells of it."""
    seen = visible(actor)
    if place.view != grid.LIST:
        return []
    return [
        {
            **entry,
            "may_strike": allowed(actor, "calendar", entry["organisation"]),
            "span": day_span(date.fromisoformat(entry["first"]), date.fromisoformat(entry["last"])),
        }
        for entry in occasions.entered(desk.deps, organisation=place.organisation or None, since=span.first)
        if seen is None or entry["organisation"] in (None, *seen)
    ]


def _choices(actor: Actor, known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return for whom the person may enter days, the widest first."""
    everybody = [(EVERYBODY, _("Alle Jobcenter"))] if allowed(actor, "calendar") else []
    return everybody + [(slug, name) for slug, name in known if allowed(actor, "calendar", slug)]
