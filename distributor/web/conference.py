"""The weekly conference: what was, what is open, what comes, topics that have no item yet; minutes as a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import topics, views
from distributor.services.conference import Conference, conference
from distributor.services.permission import allowed
from distributor.themes import OTHER, THEMES
from distributor.web.dates import day_in_year, day_name
from distributor.web.guarding import LARGEST, At, Desk, Fields, Key, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import in_german
from distributor.web.layout import done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.queue import channel_labels
from distributor.wording import BERLIN

router = APIRouter()


@router.get("/sitzung")
def show(request: Request, desk: At, visitor: Reader, getan: str = "") -> Response:
    """Show what the conference looks at."""
    return _page(request, desk, visitor, {"message": _message(getan)})


@router.get("/sitzung/protokoll.txt")
def minutes(desk: At, visitor: Reader) -> Response:
    """Give the minutes to be filled in, with what the page shows."""
    now = desk.clock.now()
    with in_german():
        text = desk.pages.text("minutes.txt", _context(desk, visitor))
    name = f"redaktionssitzung-{now.astimezone(BERLIN):%Y-%m-%d}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.post("/sitzung/thema")
def add(request: Request, desk: At, visitor: Sender, fields: Fields) -> Response:
    """Note a topic."""
    try:
        topics.add(
            desk.deps,
            visitor.actor,
            fields.get("titel", ""),
            desk.clock.now(),
            horizon=fields.get("wann", ""),
            theme=fields.get("worum", OTHER),
            organisation=fields.get("wer", ""),
            wanted_on=_day(fields.get("tag", "")),
        )
    except Refused as error:
        if error.code == "forbidden":
            raise
        field = {"topic.title": "titel", "topic.day": "tag", "topic.horizon": "wann"}.get(error.code, "")
        problem = {"text": error.text, "field": field}
        return _page(request, desk, visitor, {"error": problem, "typed": fields}, status_of(error))
    return see_other(done("/sitzung", "thema"))


@router.post("/sitzung/thema/{number}/verknuepfen")
def link(desk: At, visitor: Sender, number: Key, beitrag: Text = "") -> Response:
    """Say that a topic's item has come; without one that is taken back."""
    item = int(beitrag) if beitrag.isascii() and beitrag.isdigit() and int(beitrag) <= LARGEST else None
    topics.link(desk.deps, visitor.actor, number, item, desk.clock.now())
    return see_other(done("/sitzung", "verknuepft" if item is not None else "geloest"))


@router.post("/sitzung/thema/{number}/streichen")
def drop(desk: At, visitor: Sender, number: Key) -> Response:
    """Give a topic up."""
    topics.drop(desk.deps, visitor.actor, number, desk.clock.now())
    return see_other(done("/sitzung", "gestrichen"))


@router.get("/sitzung/{verb:path}")
def back_to_conference(visitor: Reader, verb: str) -> Response:
    """Lead back to the page whoever reloads the answer to a form."""
    return see_other("/sitzung")


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        text = _("„{typed}“ ist kein Tag; bitte wie 2026-11-24 angeben.").format(typed=typed[:40])
        raise Refused(text, code="topic.day") from None


def _page(request: Request, desk: Desk, visitor: Visitor, extra: dict[str, Any], status: int = 200) -> Response:
    context = {"typed": {}, "error": None, **_context(desk, visitor), **extra}
    return desk.pages.show(request, "conference.html", context, status)


def _context(desk: Desk, visitor: Visitor) -> dict[str, Any]:
    now = desk.clock.now()
    found = conference(desk.deps, visitor.actor, now)
    actor = visitor.actor
    names = {each["slug"]: each["voice"]["names"]["short"] for each in views.organisation_list(desk.deps)}
    responsible = [("", _("Redaktion"))] if allowed(actor, "topic") else []
    responsible += [(slug, name) for slug, name in names.items() if allowed(actor, "topic", slug)]
    return {
        **layout(desk, visitor),
        "today": now,
        "found": found,
        "labels": channel_labels(desk.deps),
        "horizons": horizons(),
        "theme_names": theme_names(),
        "themes": _themes(found),
        "week_names": [day_in_year(week, weekday=False) for week in found.weeks],
        "names": names,
        "responsible": responsible,
        "by_horizon": [
            (label, [each for each in found.topics if each.horizon == horizon]) for horizon, label in horizons().items()
        ],
        "day_name": day_name,
    }


def horizons() -> dict[str, str]:
    """Return the word for how far ahead a topic is."""
    return {"short": _("kurzfristig"), "middle": _("mittelfristig"), "long": _("langfristig")}


def theme_names() -> dict[str, str]:
    """Return the word for each theme."""
    return {**{theme: _(name) for theme, (name, _words) in THEMES.items()}, OTHER: _("anderes")}


def _themes(found: Conference) -> list[tuple[str, list[int]]]:
    """Return each theme's name with its numbers by week; the known ones also where nothing is."""
    nothing = [0] * len(found.weeks)
    return [(name, list(found.themes.get(theme, nothing))) for theme, name in theme_names().items()]


def _message(what: str) -> str:
    sentences = {
        "thema": _("Das Thema steht auf der Liste."),
        "verknuepft": _("Mit dem Beitrag verknüpft."),
        "geloest": _("Die Verknüpfung ist gelöst."),
        "gestrichen": _("Das Thema ist gestrichen."),
    }
    return sentences.get(what, "")
