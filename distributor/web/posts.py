"""One post: shown as its channel would show it, and what a person can do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Actor, Refused, State
from distributor.lifecycle import APPROVED
from distributor.services import approving, mending, recalling, seconding, views
from distributor.services.queues import turn
from distributor.services.verbs import offered
from distributor.web.guarding import At, Desk, Key, Number, Reader, Sender, Text, Visitor
from distributor.web.language import gettext as _
from distributor.web.layout import done, layout, noted
from distributor.web.moments import moment_of, optional_moment
from distributor.web.pages import see_other
from distributor.web.preview import preview
from distributor.web.said import said
from distributor.web.stale import Shown, moment_shown, sides

_FIELD_OF = {
    "reason.missing": "grund",
    "time.form": "zeit",
    "time.past": "zeit",
    "time.embargo": "zeit",
    "time.validity": "zeit",
    "time.calendar": "zeit",
    "time.distance": "zeit",
    "time.far": "zeit",
    "time.warned": "zeit",
    "calendar.full": "zeit",
    "url.missing": "adresse",
    "post.blocked": "text",
}
"""The field that a refusal is about, by its code."""

router = APIRouter()


@router.get("/post/{post_id}")
def show(request: Request, desk: At, visitor: Reader, post_id: Key, getan: str = "", nr: Number = 0) -> Response:
    """Show the post."""
    return _page(request, desk, visitor, post_id, noted(desk, visitor, getan, nr))


@router.post("/post/{post_id}/freigeben")
def approve(
    request: Request,
    desk: At,
    visitor: Sender,
    post_id: Key,
    digest: Text = "",
    vorschlag: Text = "",
    zeit: Text = "",
    trotzdem: Text = "",
    allein: Text = "",
    warum: Text = "",
    gesehen: Text = "",
    bilder: Text = "",
) -> Response:
    """Release exactly what was seen, then bring up the next post."""

    def act() -> str:
        if not digest:
            text = _("Dem Formular fehlt, welche Fassung freigegeben wird; bitte neu prüfen.")
            raise Refused(text, code="post.stale")
        following = turn(desk.deps, visitor.actor, post_id).next_id
        at = optional_moment(zeit)
        approving.approve(
            desk.deps,
            visitor.actor,
            post_id,
            desk.clock.now(),
            digest=digest,
            at=at,
            proposed=moment_shown(vorschlag),
            despite=bool(trotzdem),
            alone=bool(allein),
            reason=warum,
        )
        return done(_next_path(following), "freigegeben", post_id)

    return carry_out(
        request,
        desk,
        visitor,
        post_id,
        "approve",
        act,
        {"zeit": zeit, "warum": warum},
        Shown(gesehen, bilder, vorschlag),
    )


@router.post("/post/{post_id}/bearbeiten")
def edit(
    request: Request, desk: At, visitor: Sender, post_id: Key, digest: Text, text: Text = "", vorlage: Text = ""
) -> Response:
    """Give the post its own text, or with ``vorlage`` the template's again."""
    wanted = None if vorlage else text.replace("\r\n", "\n")

    def act() -> str:
        if wanted is not None and not wanted.strip():
            raise Refused(_("Der Text ist leer."), code="post.blocked")
        approving.edit(desk.deps, visitor.actor, post_id, wanted, desk.clock.now(), digest=digest)
        return done(f"/post/{post_id}", "bearbeitet", post_id)

    return carry_out(request, desk, visitor, post_id, "edit", act, {"text": wanted})


@router.post("/post/{post_id}/beheben")
def fix(request: Request, desk: At, visitor: Sender, post_id: Key, digest: Text, regel: Text = "") -> Response:
    """Carry out what the rules can mend by themselves, all of it or one rule's."""

    def act() -> str:
        mending.fix(desk.deps, visitor.actor, post_id, desk.clock.now(), rule=regel or None, digest=digest)
        return done(f"/post/{post_id}", "behoben", post_id)

    return carry_out(request, desk, visitor, post_id, "edit", act)


@router.post("/post/{post_id}/verschieben")
def move(request: Request, desk: At, visitor: Sender, post_id: Key, zeit: Text = "", trotzdem: Text = "") -> Response:
    """Give the post another time."""

    def act() -> str:
        at = moment_of(zeit)
        approving.move(desk.deps, visitor.actor, post_id, at, desk.clock.now(), despite=bool(trotzdem))
        return done(f"/post/{post_id}", "verschoben", post_id)

    return carry_out(request, desk, visitor, post_id, "move", act, {"zeit": zeit})


@router.post("/post/{post_id}/ablehnen")
def reject(request: Request, desk: At, visitor: Sender, post_id: Key, grund: Text = "") -> Response:
    """Decline the post with a reason, then bring up the next one."""

    def act() -> str:
        following = turn(desk.deps, visitor.actor, post_id).next_id
        approving.reject(desk.deps, visitor.actor, post_id, grund, desk.clock.now())
        return done(_next_path(following), "abgelehnt", post_id)

    return carry_out(request, desk, visitor, post_id, "reject", act, {"grund": grund})


@router.post("/post/{post_id}/erneut")
def retry(request: Request, desk: At, visitor: Sender, post_id: Key) -> Response:
    """Try the same content again."""

    def act() -> str:
        approving.retry(desk.deps, visitor.actor, post_id, desk.clock.now())
        return done(f"/post/{post_id}", "gesendet", post_id)

    return carry_out(request, desk, visitor, post_id, "retry", act)


@router.post("/post/{post_id}/sofort")
def publish_now(request: Request, desk: At, visitor: Sender, post_id: Key) -> Response:
    """Send an approved post at once."""

    def act() -> str:
        approving.publish_now(desk.deps, visitor.actor, post_id, desk.clock.now())
        return done(f"/post/{post_id}", "gesendet", post_id)

    return carry_out(request, desk, visitor, post_id, "publish_now", act)


@router.post("/post/{post_id}/zuruecknehmen")
def recall(request: Request, desk: At, visitor: Sender, post_id: Key) -> Response:
    """Take the post back wherever it stands."""

    def act() -> str:
        recalling.recall(desk.deps, visitor.actor, post_id, desk.clock.now())
        return done(f"/post/{post_id}", "zurueckgenommen", post_id)

    return carry_out(request, desk, visitor, post_id, "recall", act)


@router.post("/post/{post_id}/bestaetigen")
def confirm(request: Request, desk: At, visitor: Sender, post_id: Key, adresse: Text = "") -> Response:
    """Note what a person saw at the network."""

    def act() -> str:
        approving.confirm(desk.deps, visitor.actor, post_id, desk.clock.now(), url=adresse.strip())
        return done(f"/post/{post_id}", "bestaetigt", post_id)

    return carry_out(request, desk, visitor, post_id, "confirm", act, {"adresse": adresse})


@router.get("/post/{post_id}/{verb}")
def back_to_post(visitor: Reader, post_id: Key, verb: str) -> Response:
    """Lead back to the post whoever reloads the answer to a form."""
    return see_other(f"/post/{post_id}")


def carry_out(
    request: Request,
    desk: Desk,
    visitor: Visitor,
    post_id: int,
    verb: str,
    act: Callable[[], str],
    typed: dict[str, str | None] | None = None,
    shown: Shown | None = None,
) -> Response:
    """Carry a form out and go on, or show the post again with what was refused and what was typed."""
    try:
        return see_other(act())
    except Refused as error:
        if error.code == "forbidden" or error.code.endswith(".unknown"):
            raise
        given = {name: value for name, value in (typed or {}).items() if value is not None}
        problem = {"text": error.text, "field": _field(verb, error.code), "verb": verb}
        context = {
            "error": problem,
            "typed": given,
            "stale": error.code == "post.stale",
            "warned": error.code == "time.warned",
            "seen": shown if error.code == "post.stale" else None,
        }
        return _page(request, desk, visitor, post_id, context, status_of(error))


def _field(verb: str, code: str) -> str:
    """Return the id of the field that is wrong; the same name stands in more than one form."""
    name = _FIELD_OF.get(code, "")
    return f"{verb}-{name}" if name else ""


def status_of(error: Refused) -> int:
    """Return the HTTP status of a refusal."""
    if error.code == "forbidden":
        return 403
    if error.code.endswith(".unknown"):
        return 404
    return 409 if error.code in ("post.stale", "post.state", "post.claimed") else 422


def _next_path(post_id: int | None) -> str:
    return "/freigabe" if post_id is None else f"/post/{post_id}"


def _page(
    request: Request, desk: Desk, visitor: Visitor, post_id: int, extra: dict[str, Any], status: int = 200
) -> Response:
    shown = views.post_show(desk.deps, post_id, actor=visitor.actor)
    connector = desk.deps.connector(shown["channel"])
    place = turn(desk.deps, visitor.actor, post_id) if shown["state"] == State.AWAITING else None
    offers = _offers(visitor.actor, shown)
    waiting = shown["state"] == State.AWAITING
    eyes = seconding.outlook(desk.deps, visitor.actor, post_id, desk.clock.now()) if waiting else None
    context = {
        "typed": {},
        "stale": False,
        "warned": False,
        "seen": None,
        **layout(desk, visitor),
        "post": shown,
        "blocked": any(problem["severity"] == "block" for problem in shown["problems"]),
        "edited": any(event["what"] == "post.edited" for event in shown["events"]),
        "label": said(connector.label),
        "channel": shown["channel"],
        "preview": preview(shown, connector),
        "offers": _with_second_person(offers, shown, eyes),
        "eyes": eyes,
        "mendable": mending.mendable(visitor.actor, shown["problems"]) if "edit" in offers else frozenset(),
        "place": place,
        **extra,
    }
    if context["seen"] is not None:
        context["sides"] = sides(context["seen"], shown)
    return desk.pages.show(request, "post.html", context, status)


def _with_second_person(
    offers: frozenset[str], shown: dict[str, Any], eyes: seconding.Outlook | None
) -> frozenset[str]:
    """Return what the page offers, when it is also asked who changed the post last."""
    blocked = any(problem["severity"] == "block" for problem in shown["problems"])
    if eyes is None or blocked:
        return offers
    return offers | {"approve"} if eyes.may or eyes.alone else offers - {"approve"}


def _offers(actor: Actor, shown: dict[str, Any]) -> frozenset[str]:
    """Return what the page offers: of two verbs that come to the same here, the plainer one."""
    verbs = offered(
        actor,
        shown["organisation"],
        State(shown["state"]),
        blocked=any(problem["severity"] == "block" for problem in shown["problems"]),
        daemon_looks=shown["next_try_at"] is not None,
        by_hand=(shown["reason"] or {}).get("who") == "officer",
    )
    if "reject" in verbs and shown["state"] not in APPROVED:
        verbs -= {"recall"}
    return verbs - {"retry"} if "publish_now" in verbs else verbs
