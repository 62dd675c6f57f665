"""Schulung: the pretended networks, a first release step by step, and exercises; ticked by what the record says."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.services import training
from distributor.web.guarding import At, Key, Reader, Sender
from distributor.web.language import gettext as _
from distributor.web.layout import layout
from distributor.web.pages import see_other
from distributor.web.preview import preview
from distributor.web.queue import channel_labels

PATH = "/schulung"

router = APIRouter()


@router.get(PATH)
def show(request: Request, desk: At, visitor: Reader) -> Response:
    """Show how far the visitor is."""
    found = training.training(desk.deps, visitor.actor)
    shown = found.post
    context: dict[str, Any] = {
        **layout(desk, visitor),
        "training": found,
        "labels": channel_labels(desk.deps),
        "preview": preview(shown, desk.deps.connector(shown["channel"])) if shown else None,
        "steps": _steps(),
        "exercises": _exercises(),
    }
    return desk.pages.show(request, "training.html", context)


@router.post(PATH + "/oeffnen/{post_id}")
def open_post(desk: At, visitor: Sender, post_id: Key) -> Response:
    """Note that the post was opened from here, and open it."""
    training.note(desk.deps, visitor.actor, post_id, training.OPENED, desk.clock.now())
    return see_other(f"/post/{post_id}")


@router.get(PATH + "/wand/{post_id}")
def look(desk: At, visitor: Reader, post_id: Key) -> Response:
    """Note that the visitor goes to look at the post on its wall, and lead there."""
    receipt = training.note(desk.deps, visitor.actor, post_id, training.SEEN, desk.clock.now())["receipt"]
    if receipt is None or not training.on_this_machine(receipt["url"]):
        raise Refused(_("Dieser Post ist an keiner Wand zu sehen."), code="receipt.unknown")
    return see_other(receipt["url"])


def _steps() -> list[tuple[str, str, str]]:
    """Return each step's name, what to do, and what to look at."""
    return [
        ("open", _("Post öffnen"), _("Mit dem Knopf hierunter; genauso liegt er sonst unter „Freigabe“.")),
        ("picture", _("Bild prüfen"), _("Passt der Ausschnitt? Sagt der Alternativtext, was zu sehen ist?")),
        ("text", _("Text prüfen"), _("Was steht vor „… mehr“? Stimmt die Anrede? Was steht unter „Bitte prüfen“?")),
        ("time", _("Zeit prüfen"), _("Wann erscheint er, und wer beantwortet dann Kommentare?")),
        ("rights", _("Rechte prüfen"), _("Die Redaktion hat sie geklärt; ohne Klärung gibt es keinen Knopf.")),
        ("release", _("Freigeben"), _("Freigegeben ist genau die Fassung, die Sie gesehen haben.")),
        ("wall", _("An der Wand ansehen"), _("Zu seiner Zeit erscheint er dort; vorher lässt er sich zurücknehmen.")),
    ]


def _exercises() -> list[tuple[str, str, str]]:
    """Return each exercise's name, what to do, and what is seen afterwards."""
    return [
        ("edit", _("Einen Text ändern"), _("Der Post wartet wieder auf Ihre Freigabe; die alte gilt nicht mehr.")),
        ("move", _("Einen Post verschieben"), _("Die Wand zeigt ihn erst zur neuen Zeit.")),
        ("decline", _("Einen Post mit Grund ablehnen"), _("Er erscheint nirgends; der Grund steht im Verlauf.")),
        ("undo", _("Eine Freigabe zurücknehmen"), _("Der Post wartet wieder; an der Wand kommt nichts an.")),
        ("recall", _("Einen erschienenen Post zurücknehmen"), _("Er verschwindet von der Wand.")),
        ("stop", _("Die Notbremse ziehen"), _("Nichts geht hinaus; was fällig war, fragt nach einer neuen Zeit.")),
    ]
