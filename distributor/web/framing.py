"""How media are shown: a picture's point in sight, by a click or by two sliders, and a video's captions as typed text.

No script is needed.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Refused
from distributor.media.shapes import Point
from distributor.services import captioning, framing
from distributor.services.permission import require
from distributor.web.guarding import At, Fields, Key, Sender, Text
from distributor.web.items import act_on
from distributor.web.language import gettext as _

router = APIRouter()

SHOWN = 240
"""Width in CSS pixels at which a picture is shown to be clicked, whatever the screen: a click is told in them."""


@router.post("/beitraege/{item_id}/ausschnitt")
def frame(request: Request, desk: At, visitor: Sender, item_id: Key, fields: Fields) -> Response:
    """Set what of a picture stays in sight, and whether its credit is written in."""
    require(visitor.actor, "item.edit")

    def act() -> str:
        picture, point, credit = fields.get("bild", ""), point_in(fields), "nachweis" in fields
        framing.frame(desk.deps, visitor.actor, item_id, picture, desk.clock.now(), focus=point, credit=credit)
        return "ausschnitt"

    return act_on(request, desk, visitor, item_id, act, {})


@router.post("/beitraege/{item_id}/untertitel")
def caption(request: Request, desk: At, visitor: Sender, item_id: Key, gesprochen: Text = "") -> Response:
    """Time a typed transcript by the video's pauses, or take captions with their times; empty takes them back."""
    text = gesprochen.replace("\r\n", "\n")

    def act() -> str:
        captioning.type_in(desk.deps, visitor.actor, item_id, text, desk.clock.now())
        return "untertitel"

    return act_on(request, desk, visitor, item_id, act, {"typed_captions": text, "wrong_field": "gesprochen"})


def point_in(fields: Mapping[str, str]) -> Point | None:
    """Return the chosen point: of the click, else of the sliders; None for the one that is found by measure.

    A picture that is pressed by a key tells the place 0, 0, which is no choice. Raises: Refused.
    """
    click = (fields.get("punkt.x", ""), fields.get("punkt.y", ""))
    try:
        if click not in (("", ""), ("0", "0")):
            return _part(click[0], SHOWN), _part(click[1], float(fields.get("hoehe", "")))
        if fields.get("tun") == "messen":
            return None
        return _part(fields.get("quer", ""), 100), _part(fields.get("hoch", ""), 100)
    except (ValueError, ZeroDivisionError):
        raise Refused(_("Der Punkt fehlt; bitte die Seite neu laden."), code="framing.point") from None


def _part(number: str, whole: float) -> float:
    return min(1.0, max(0.0, float(number) / whole))
