"""Moving a post in the calendar: by form, by keyboard and by drag, all through one form and one service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import approving, timing
from distributor.services.timing import Outlook
from distributor.web import calendar_page
from distributor.web.calendar_grid import Place
from distributor.web.dates import when
from distributor.web.guarding import LARGEST, Asked, At, Desk, Key, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done
from distributor.web.moments import moment_of
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.said import said
from distributor.wording import stamp

router = APIRouter()


@router.get("/kalender/pruefen/{post_id}")
def examine(desk: At, visitor: Reader, post_id: Key, zeit: Asked = "") -> Response:
    """Say in plain text what another time means for a post: what the live region reads out at each step."""
    begun(desk, visitor, post_id)  # who may not move it hears nothing of it
    try:
        return _plain(_told(begun(desk, visitor, post_id, moment_of(zeit))))
    except Refused as error:
        return _plain(said(error.text), status_of(error))


@router.post("/kalender/verschieben")
def move(
    request: Request,
    desk: At,
    visitor: Sender,
    post: Text = "",
    zeit: Text = "",
    stand: Text = "",
    trotzdem: Text = "",
    nur: Text = "",
    ansicht: Text = "",
    kjc: Text = "",
    ab: Text = "",
) -> Response:
    """Give a post another time; with ``nur`` only say what speaks against it."""
    place, number = calendar_page.place_of(desk, visitor, ansicht, kjc, ab), _number(post)
    if nur:
        return _asked(request, desk, visitor, place, number, zeit, None)
    try:
        at, before = moment_of(zeit), _moment(stand)
        approving.move(desk.deps, visitor.actor, number, at, desk.clock.now(), despite=bool(trotzdem), seen=before)
    except Refused as error:
        if error.code == "forbidden" or error.code.endswith(".unknown"):
            raise
        return _asked(request, desk, visitor, place, number, zeit, error)
    back = f"&von={stamp(before)}" if before is not None else ""
    return see_other(f"{done(place.href, 'verschoben', number)}{back}")


def begun(desk: Desk, visitor: Visitor, post_id: int, at: datetime | None = None) -> Outlook:
    """Return what the page shows to who is about to move a post. Raises: Refused."""
    return timing.outlook(desk.deps, visitor.actor, post_id, desk.clock.now(), at)


def moved(desk: Desk, visitor: Visitor, post_id: int, before: str) -> dict[str, Any] | None:
    """Return what can be said of a post that was moved, and where it can be laid back to if it still can."""
    now, back = desk.clock.now(), _moment(before)
    try:
        shown = timing.outlook(desk.deps, visitor.actor, post_id, now)
        there = timing.outlook(desk.deps, visitor.actor, post_id, now, shown.due_at)
        home = timing.outlook(desk.deps, visitor.actor, post_id, now, back) if back is not None else None
    except Refused:
        return None
    possible = home is not None and back != shown.due_at and not home.barred
    return {"post": shown, "notes": [each.text for each in there.against], "back": back if possible else None}


def _asked(
    request: Request, desk: Desk, visitor: Visitor, place: Place, post_id: int, typed: str, error: Refused | None
) -> Response:
    """Show the calendar with what was typed, what speaks against it, and what is free near it."""
    now = desk.clock.now()
    context: dict[str, Any] = {}
    status = 200
    try:
        at = moment_of(typed)
    except Refused as unreadable:
        at, error = None, error or unreadable
        context["typed"] = {"zeit": typed}
    if error is not None:
        status = status_of(error)
        field = "zeit" if error.code.startswith("time.") else ""
        context["error"] = {"text": error.text, "field": field}
    try:
        context["moving"] = timing.outlook(desk.deps, visitor.actor, post_id, now, at)
    except Refused as gone:
        if gone.code != "post.state":
            raise
        status = status_of(gone)
        context["error"] = {"text": gone.text, "field": ""}
    return calendar_page.show(request, desk, visitor, place, context, status)


def _told(found: Outlook) -> str:
    time, texts = when(found.at), [said(each.text) for each in found.against]
    if found.at == found.due_at:
        return _("{time}: die jetzige Zeit.").format(time=time)
    if found.barred:
        return " ".join([_("{time} geht nicht.").format(time=time), *texts])
    if texts:
        return " ".join([_("{time}: zu bedenken.").format(time=time), *texts])
    return _("{time}: nichts spricht dagegen.").format(time=time)


def _plain(text: str, status: int = 200) -> Response:
    return Response(text, status, media_type="text/plain; charset=utf-8")


def _number(written: str) -> int:
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 11 else 0
    return number if number <= LARGEST else 0


def _moment(written: str) -> datetime | None:
    """Return the moment of an ISO 8601 text with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
