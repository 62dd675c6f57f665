"""Missed posts and their new times: one form for all, which a person looks through and confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.paging import FIRST, Spot
from distributor.services import replanning
from distributor.web import paging
from distributor.web.guarding import LARGEST, At, Desk, Fields, Reader, Sender, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.layout import layout
from distributor.web.queue import channel_labels

PATH = "/verpasst"
PAGE_SIZE = 25
"""So many are looked over at once; our own choice: each is thought about before it is confirmed."""

_FIELD = "post-"

router = APIRouter()


@router.get(PATH)
def show(request: Request, desk: At, visitor: Reader, spot: paging.Asked = FIRST) -> Response:
    """Show the missed posts that the visitor may move, page by page, with a proposed time."""
    return _page(request, desk, visitor, spot, {}, "")


@router.post(PATH)
def confirm(request: Request, desk: At, visitor: Sender, fields: Fields, spot: paging.Asked = FIRST) -> Response:
    """Schedule what is ticked for the times that were shown."""
    times = _times(fields)
    refused = replanning.confirm(desk.deps, visitor.actor, times, desk.clock.now())
    number = len(times) - len(refused)
    said = ngettext("{number} Post ist neu geplant.", "{number} Posts sind neu geplant.", number)
    message = said.format(number=number) if times else _("Nichts war ausgewählt.")
    return _page(request, desk, visitor, spot, refused, message)


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


def _page(
    request: Request, desk: Desk, visitor: Visitor, spot: Spot, refused: Mapping[int, str], message: str
) -> Response:
    found = replanning.page(desk.deps, visitor.actor, desk.clock.now(), spot=spot, limit=PAGE_SIZE)
    shown = [each.post for each in found.proposals]
    context = {
        **layout(desk, visitor),
        "proposals": found.proposals,
        "action": paging.address(PATH, paging.asked(spot)),
        "ways": paging.ways(PATH, {}, shown, found.earlier, found.later),
        "labels": channel_labels(desk.deps),
        "refused": refused,
        "message": message,
    }
    return desk.pages.show(request, "missed.html", context)
