"""The start page: what waits, what went wrong and the one thing to do about it, what goes out today."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Role, State
from distributor.services.today import Line, Today, today
from distributor.web import accounts
from distributor.web.dates import day_name
from distributor.web.guarding import At, Reader
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.layout import layout
from distributor.web.queue import channel_labels
from distributor.wording import BERLIN

router = APIRouter()


@router.get("/")
def show(request: Request, desk: At, visitor: Reader) -> Response:
    """Show what the visitor should know today."""
    now = desk.clock.now()
    found = today(desk.deps, visitor.actor, now)
    context: dict[str, Any] = {
        **layout(desk, visitor),
        "today": found,
        "heading": _("Heute, {day}").format(day=day_name(now.astimezone(BERLIN).date())),
        "lead": _lead(found, released_by_visitor=visitor.actor.has(Role.OFFICER)),
        "next": found.awaiting.lines[0] if visitor.actor.has(Role.OFFICER) and found.awaiting.lines else None,
        "labels": channel_labels(desk.deps),
        "matters": accounts.matters(),
        "to_do": accounts.to_do,
        "remedy": remedy,
        "href": href,
        "time": _time,
    }
    return desk.pages.show(request, "start.html", context)


def _lead(found: Today, *, released_by_visitor: bool) -> str:
    """Return the sentence on what waits to be released."""
    number = found.awaiting.total
    if not number:
        return _("Nichts wartet auf eine Freigabe.")
    if released_by_visitor:
        return ngettext(
            "Ein Post wartet auf Ihre Freigabe.", "{number} Posts warten auf Ihre Freigabe.", number
        ).format(number=number)
    return ngettext(
        "Ein Post wartet auf die Freigabe eines Jobcenters.",
        "{number} Posts warten auf die Freigabe ihrer Jobcenter.",
        number,
    ).format(number=number)


def remedy(line: Line) -> str:
    """Return the one thing to do about a post that a person must see to."""
    if line.state == State.MISSED:
        return _("Eine neue Zeit geben oder schließen")
    if line.state == State.UNCERTAIN:
        return _("Beim Netzwerk nachsehen und hier vermerken")
    if line.state == State.RETRACTING:
        return _("Beim Netzwerk löschen und hier vermerken")
    if line.state == State.DRAFTED:
        return _("Den Text ändern, bis er passt")
    return _("Text ändern oder erneut senden")


def href(line: Line) -> str:
    """Return where that is done: a text that does not fit is changed for all Jobcenters, seen for the one."""
    if line.state == State.DRAFTED:
        return f"/beitraege/{line.item}/kanaltext/{line.channel}?kjc={line.organisation}"
    return f"/post/{line.id}"


def _time(moment: datetime) -> str:
    """Return the time of day; what was due before today carries its day."""
    return f"{moment.astimezone(BERLIN):%H:%M}"
