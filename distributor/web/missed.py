"""Missed posts and their new times: one form for all, which a person looks through and confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.services import replanning
from distributor.web.guarding import LARGEST, At, Desk, Fields, Reader, Sender, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.layout import layout
from distributor.web.queue import channel_labels

PATH = "/verpasst"
_FIELD = "post-"

router = APIRouter()


@router.get(PATH)
def show(request: Request, desk: At, visitor: Reader) -> Response:
    """Show every missed post that the visitor may move, with a proposed time."""
    return _page(request, desk, visitor, {}, "")


@router.post(PATH)
def confirm(request: Request, desk: At, visitor: Sender, fields: Fields) -> Response:
    """Schedule what is ticked for the times that were shown."""
    times = _times(fields)
    refused = replanning.confirm(desk.deps, visitor.actor, times, desk.clock.now())
    number = len(times) - len(refused)
    said = ngettext("{number} Post ist neu geplant.", "{number} Posts sind neu geplant.", number)
    return _page(request, desk, visitor, refused, said.format(number=number) if times else _("Nichts war ausgewählt."))


def _times(fields: Mapping[str, str]) -> dict[int, datetime]:
    """Return the ticked posts with their times; what is no number or no time of ours is left out."""
    times = {}
    for name, value in fields.items():
        number = name.removeprefix(_FIELD)
        if name.startswith(_FIELD) and number.isascii() and number.isdigit() and int(number) <= LARGEST:
            try:
                at = datetime.fromisoformat(value)
            except ValueError:
                continue
            if at.tzinfo is not None:
                times[int(number)] = at
    return times


def _page(request: Request, desk: Desk, visitor: Visitor, refused: Mapping[int, str], message: str) -> Response:
    found = replanning.proposals(desk.deps, visitor.actor, desk.clock.now())
    context = {
        **layout(desk, visitor),
        "proposals": found,
        "labels": channel_labels(desk.deps),
        "refused": refused,
        "message": message,
    }
    return desk.pages.show(request, "missed.html", context)
