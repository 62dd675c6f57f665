"""The calendar: what lies ahead, special days to enter and strike, and calendars to subscribe to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import occasions, sharing
from distributor.web import calendar_moves, calendar_page
from distributor.web.guarding import Asked, At, Desk, Number, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.layout import noted
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from schedules.days import KINDS, Kind

router = APIRouter()


@router.get("/kalender")
def show(
    request: Request,
    desk: At,
    visitor: Reader,
    ansicht: Asked = "",
    kjc: Asked = "",
    ab: Asked = "",
    seite: Annotated[int, Query(ge=1, le=1000)] = 1,
    post: Number = 0,
    von: Asked = "",
    getan: str = "",
    nr: Number = 0,
    zurueck: Number = 0,
    neu: Number = 0,
) -> Response:
    """Show a month, a week, four weeks as a list, or a day, of one Jobcenter or of all that the person may see.

    With ``post`` its new time is asked for.
    """
    place = calendar_page.place_of(desk, visitor, ansicht, kjc, ab, seite)
    extra: dict[str, Any] = {"message": _message(desk, getan, nr, zurueck, neu)}
    if post:
        extra["moving"] = calendar_moves.begun(desk, visitor, post)
    if getan == "verschoben":
        extra = {**noted(desk, visitor, getan, nr), "moved": calendar_moves.moved(desk, visitor, nr, von)}
    return calendar_page.show(request, desk, visitor, place, extra)


@router.post("/kalender/eintragen")
def enter(
    request: Request,
    desk: At,
    visitor: Sender,
    art: Text = "",
    von: Text = "",
    bis: Text = "",
    titel: Text = "",
    wer: Text = "",
    themen: Text = "",
) -> Response:
    """Enter special days."""
    typed = {"art": art, "von": von, "bis": bis, "titel": titel, "wer": wer, "themen": themen}
    try:
        first = _day("von", von)
        made = occasions.enter(
            desk.deps,
            visitor.actor,
            desk.clock.now(),
            kind=_kind(art),
            first=first,
            last=_day("bis", bis) if bis.strip() else first,
            title=_title(titel),
            organisation=_whom(wer),
            topics=themen.split(","),
        )
    except Refused as error:
        return _refused(request, desk, visitor, error, typed)
    did = made.consequences
    note = {"getan": "eingetragen", "nr": made.number, "zurueck": len(did.taken_back), "neu": did.replanned}
    return see_other(f"/kalender?{urlencode({'kjc': _whom(wer) or '', 'ab': first.isoformat(), **note})}")


@router.post("/kalender/streichen")
def strike(request: Request, desk: At, visitor: Sender, eintrag: Text = "") -> Response:
    """Take an entry out."""
    number = int(eintrag) if eintrag.isascii() and eintrag.isdigit() and len(eintrag) < 10 else 0
    occasions.strike(desk.deps, visitor.actor, number, desk.clock.now())
    return see_other("/kalender?getan=gestrichen")


@router.post("/kalender/abo")
def subscribe(request: Request, desk: At, visitor: Sender, wer: Text = "", erneuern: Text = "") -> Response:
    """Make an address to subscribe to and show it, this once."""
    whom = _whom(wer)
    try:
        address = sharing.subscribe(desk.deps, visitor.actor, whom, desk.clock.now(), renew=bool(erneuern))
    except Refused as error:
        return _refused(request, desk, visitor, error, {"wer": wer})
    place = calendar_page.place_of(desk, visitor, "", whom or "", "")
    return calendar_page.show(request, desk, visitor, place, {"address": address})


@router.api_route("/kalender/abo/{name}", methods=["GET", "HEAD"])
def subscription(request: Request, desk: At, name: str) -> Response:
    """Give a subscribed calendar to whoever knows its address; no cookie is asked for."""
    token = name.removesuffix(".ics")
    body = sharing.shared(desk.deps, token, desk.clock.now()) if len(token) < 100 else None
    if body is None:
        return Response(_("Dieses Kalenderabo gibt es nicht (mehr)."), 404, media_type="text/plain; charset=utf-8")
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in (each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/kalender/{verb}")
def back_to_calendar(visitor: Reader, verb: str) -> Response:
    """Lead back to the calendar whoever reloads the answer to a form."""
    return see_other("/kalender")


def _day(name: str, written: str) -> date:
    try:
        return date.fromisoformat(written.strip())
    except ValueError as error:
        text = _("„{written}“ ist kein Tag; bitte einen Tag wählen.").format(written=written.strip()[:40])
        raise Refused(text, code=f"calendar.{name}") from error


def _kind(written: str) -> Kind:
    if written not in KINDS:
        raise Refused(_("Bitte wählen, was für Tage es sind."), code="calendar.art")
    return written


def _title(written: str) -> str:
    if not written.strip():
        raise Refused(_("Bitte sagen, wie die Tage heißen."), code="calendar.titel")
    return written


def _whom(written: str) -> str | None:
    return None if written == calendar_page.EVERYBODY else written


def _refused(request: Request, desk: Desk, visitor: Visitor, error: Refused, typed: Mapping[str, str]) -> Response:
    if error.code == "forbidden" or error.code.endswith(".unknown"):
        raise error
    fields = {f"calendar.{name}": name for name in ("von", "bis", "art", "titel")} | {"calendar.entry": "bis"}
    fields |= {"calendar.topics": "themen", "calendar.twice": "titel"}
    context = {"error": {"text": error.text, "field": fields.get(error.code, "")}, "typed": typed}
    whom = _whom(typed.get("wer", ""))
    place = calendar_page.place_of(desk, visitor, "", whom or "", typed.get("von", ""))
    return calendar_page.show(request, desk, visitor, place, context, status_of(error))


def _message(desk: Desk, what: str, number: int, taken_back: int, replanned: int) -> str:
    """Return the sentence on what was done, as long as it holds."""
    if what == "gestrichen":
        return _("Der Eintrag ist gestrichen.")
    held = any(entry["id"] == number for entry in occasions.entered(desk.deps)) if what == "eingetragen" else False
    if not held:
        return ""
    told = [_("Eingetragen.")]
    if taken_back:
        told.append(
            ngettext(
                "Eine Freigabe in dieser Zeit ist zurückgenommen; der Post steht wieder unter „Zur Freigabe“.",
                "{number} Freigaben in dieser Zeit sind zurückgenommen; die Posts stehen wieder unter „Zur Freigabe“.",
                taken_back,
            ).format(number=taken_back)
        )
    if replanned:
        told.append(
            ngettext("Ein Vorschlag wird neu geplant.", "{number} Vorschläge werden neu geplant.", replanned).format(
                number=replanned
            )
        )
    return " ".join(told)
