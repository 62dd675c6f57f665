"""The emergency brake: what is in force, pull it, lift it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Actor, Refused, State
from distributor.services import stopping, views
from distributor.services.permission import allowed
from distributor.services.stopping import Scope
from distributor.web.guarding import Asked, At, Desk, Number, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.layout import CHANNEL, EVERYTHING, ORGANISATION, done, layout
from distributor.web.pages import see_other
from distributor.web.posts import status_of
from distributor.web.said import said

HELD_SHOWN = 10
"""How many of the posts that a Stop holds are listed."""

router = APIRouter()


@router.get("/notbremse")
def show(
    request: Request, desk: At, visitor: Reader, getan: str = "", bereich: Asked = "", unterwegs: Number = 0
) -> Response:
    """Show what is stopped, and the forms; what was done is only said as long as it holds."""
    context = _context(desk, visitor)
    labels = {stop["value"]: stop["label"] for stop in context["stops"]}
    message = ""
    if getan == "gezogen" and bereich in labels:
        message = _pulled(labels[bereich], unterwegs)
    elif getan == "geloest" and bereich not in labels:
        message = _lifted()
    elif getan == "zugestimmt" and bereich in labels:
        message = _agreed(labels[bereich])
    return desk.pages.show(request, "brake.html", {**context, "message": message})


@router.post("/notbremse/ziehen")
def pull(request: Request, desk: At, visitor: Sender, bereich: Text = "", grund: Text = "") -> Response:
    """Stop everything, one Jobcenter or one channel."""
    try:
        flying = stopping.stop(desk.deps, visitor.actor, _scope(bereich), grund, desk.clock.now())
    except Refused as error:
        return _refused(request, desk, visitor, error, {"grund": grund, "bereich": bereich})
    return see_other(done(f"/notbremse?{urlencode({'bereich': bereich, 'unterwegs': flying})}", "gezogen"))


@router.post("/notbremse/loesen")
def lift(
    request: Request, desk: At, visitor: Sender, bereich: Text = "", allein: Text = "", grund: Text = ""
) -> Response:
    """Agree that a Stop is lifted; the second person's word lifts it, or one's alone with a reason where it may."""
    try:
        lifted = stopping.resume(
            desk.deps, visitor.actor, _scope(bereich), desk.clock.now(), alone=bool(allein), reason=grund
        )
    except Refused as error:
        return _refused(request, desk, visitor, error, {})
    what = "geloest" if lifted else "zugestimmt"
    return see_other(done(f"/notbremse?{urlencode({'bereich': bereich})}", what))


@router.get("/notbremse/{verb}")
def back_to_brake(visitor: Reader, verb: str) -> Response:
    """Lead back to the brake whoever reloads the answer to a form."""
    return see_other("/notbremse")


def _pulled(what: str, flying: int) -> str:
    if not flying:
        return _("Notbremse gezogen: {what}. Davon geht ab jetzt nichts mehr hinaus.").format(what=what)
    return ngettext(
        "Notbremse gezogen: {what}. Ein Aufruf war schon unterwegs und lässt sich nicht mehr aufhalten.",
        "Notbremse gezogen: {what}. {number} Aufrufe waren schon unterwegs und lassen sich nicht mehr aufhalten.",
        flying,
    ).format(what=what, number=flying)


def _lifted() -> str:
    return _("Notbremse gelöst. Was inzwischen fällig war, steht unter „Braucht Hilfe“ und wird neu bestätigt.")


def _agreed(what: str) -> str:
    return _("Ihre Zustimmung ist vermerkt: {what}. Gelöst wird, sobald eine zweite Person zustimmt.").format(what=what)


def _scope(written: str) -> Scope:
    kind, _colon, name = written.partition(":")
    if kind == EVERYTHING:
        return Scope()
    if kind == ORGANISATION and name:
        return Scope(organisation=name)
    if kind == CHANNEL and name:
        return Scope(channel=name)
    raise Refused(_("Bitte wählen, was angehalten werden soll."), code="stop.scope")


def _refused(request: Request, desk: Desk, visitor: Visitor, error: Refused, typed: dict[str, str]) -> Response:
    if error.code == "forbidden" or error.code.endswith(".unknown"):
        raise error
    field = {"reason.missing": "grund", "stop.scope": "bereich"}.get(error.code, "") if typed else ""
    context = {**_context(desk, visitor), "error": {"text": error.text, "field": field}, "typed": typed}
    return desk.pages.show(request, "brake.html", context, status_of(error))


def _context(desk: Desk, visitor: Visitor) -> dict[str, Any]:
    names = {each["slug"]: each["name"] for each in views.organisation_list(desk.deps)}
    labels = {channel: said(connector.label) for channel, connector in sorted(desk.deps.connectors.items())}
    shared = layout(desk, visitor)
    stopped = {stop["value"] for stop in shared["stops"]}
    outlook = stopping.outlook(desk.deps, desk.clock.now()) if stopped else {}
    return {
        "typed": {},
        **shared,
        "scopes": [choice for choice in _choices(visitor.actor, names, labels) if choice[0] not in stopped],
        "in_force": [
            {
                **stop,
                "may_lift": allowed(visitor.actor, "resume", stop["organisation"]),
                "agreed": [vote.person for vote in outlook[stop["scope"]].votes],
                "alone": outlook[stop["scope"]].one_person,
                "holds": _held(desk, visitor.actor, stop["value"]),
            }
            for stop in shared["stops"]
            if stop["scope"] in outlook
        ],
    }


def _held(desk: Desk, actor: Actor, value: str) -> list[dict[str, Any]]:
    """Return the first posts that a Stop keeps from going out, the soonest first; one more than are shown."""
    kind, _colon, name = value.partition(":")
    return views.post_list(
        desk.deps,
        actor=actor,
        organisation=name if kind == ORGANISATION else None,
        channel=name if kind == CHANNEL else None,
        states=[State.SCHEDULED, State.STAGED, State.PUBLISHING],
        limit=HELD_SHOWN + 1,
    )


def _choices(actor: Actor, names: dict[str, str], labels: dict[str, str]) -> list[tuple[str, str]]:
    """Return the scopes the actor may stop, the widest first."""
    everything = allowed(actor, "stop")
    chosen = [(EVERYTHING, _("Alles: alle Jobcenter, alle Kanäle"))] if everything else []
    chosen += [(f"{ORGANISATION}:{slug}", name) for slug, name in names.items() if allowed(actor, "stop", slug)]
    if everything:
        chosen += [
            (f"{CHANNEL}:{channel}", _("Kanal {channel}, alle Jobcenter").format(channel=label))
            for channel, label in labels.items()
        ]
    return chosen
