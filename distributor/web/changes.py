"""What an editor decides about public posts whose item changed at the portal."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from distributor.correcting import Choice
from distributor.domain import Refused
from distributor.services import correcting
from distributor.services.permission import require
from distributor.web.guarding import LARGEST, At, Key, Sender, Text
from distributor.web.items import act_on
from distributor.web.language import gettext as _

router = APIRouter()

_CHOICES: dict[str, tuple[Choice, str]] = {
    "bleibt": ("leave", "bleibt"),
    "korrektur": ("correct", "korrigiert"),
    "rueckruf": ("recall", "zurueckgezogen"),
}
"""What the form sends: what it means, and what the page says then."""


@router.post("/beitraege/{item_id}/entscheiden")
def settle(
    request: Request,
    desk: At,
    visitor: Sender,
    item_id: Key,
    fassung: Annotated[int, Form(ge=0, le=LARGEST)] = 0,
    tun: Text = "",
    was: Text = "",
) -> Response:
    """Leave, correct or recall what is public of an item that changed; ``fassung`` is what the person saw."""
    require(visitor.actor, "item.edit")

    def act() -> str:
        if tun not in _CHOICES:
            raise Refused(_("Das Formular ist unvollständig; bitte die Seite neu laden."), code="item.choice")
        choice, told = _CHOICES[tun]
        correcting.settle(desk.deps, visitor.actor, item_id, choice, was, desk.clock.now(), revision=fassung)
        return told

    chosen = _CHOICES[tun][0] if tun in _CHOICES else "leave"
    typed = {"change_reason": was, "chosen_change": chosen, "wrong_field": "was"}
    return act_on(request, desk, visitor, item_id, act, typed)
