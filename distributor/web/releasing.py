"""Several posts on one page, each small, to be released together; and the way back from a release."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from distributor.domain import Role
from distributor.services import releasing, undoing, views
from distributor.services.releasing import Released, Seen
from distributor.web.dates import day_name
from distributor.web.guarding import LARGEST, Asked, At, Desk, Fields, Key, Number, Reader, Sender, Visitor
from distributor.web.language import gettext as _
from distributor.web.language import ngettext
from distributor.web.layout import done, layout
from distributor.web.posts import carry_out
from distributor.web.preview import preview
from distributor.web.queue import channel_labels
from distributor.web.said import content

PATH = "/freigabe/auswahl"
_FIELD = "post-"
_AT = "@"

router = APIRouter()


@router.get(PATH)
def show(request: Request, desk: At, visitor: Reader, tag: Asked = "", beitrag: Number = 0) -> Response:
    """Show what waits: of a day, of an Item, or all of it."""
    return _page(request, desk, visitor, tag, beitrag)


@router.post(PATH)
def release(
    request: Request, desk: At, visitor: Sender, fields: Fields, tag: Asked = "", beitrag: Number = 0
) -> Response:
    """Release what is ticked, exactly as it was shown."""
    found = releasing.release(desk.deps, visitor.actor, _ticked(fields), desk.clock.now())
    return _page(request, desk, visitor, tag, beitrag, found)


@router.post("/post/{post_id}/freigabe-zuruecknehmen")
def undo(request: Request, desk: At, visitor: Sender, post_id: Key) -> Response:
    """Take a release back, and show the post that waits again."""

    def act() -> str:
        undoing.undo(desk.deps, visitor.actor, post_id, desk.clock.now())
        return done(f"/post/{post_id}", "wartet", post_id)

    return carry_out(request, desk, visitor, post_id, "undo", act)


def _ticked(fields: Mapping[str, str]) -> dict[int, Seen]:
    """Return what was seen of each ticked post; what is none of our values is left out."""
    ticked = {}
    for name, value in fields.items():
        number = name.removeprefix(_FIELD)
        if not name.startswith(_FIELD) or not (number.isascii() and number.isdigit() and int(number) <= LARGEST):
            continue
        digest, _at, when = value.partition(_AT)
        try:
            due = datetime.fromisoformat(when) if when else None
        except ValueError:
            continue
        if due is None or due.tzinfo is not None:
            ticked[int(number)] = Seen(digest, due)
    return ticked


def _page(
    request: Request, desk: Desk, visitor: Visitor, day: str, item: int, found: Released | None = None
) -> Response:
    deps, actor = desk.deps, visitor.actor
    chosen = _day(day)
    waiting = releasing.waiting(deps, actor, day=chosen, item=item or None)
    groups = releasing.groups(deps, actor)
    context: dict[str, Any] = {
        **layout(desk, visitor),
        "choices": [
            ("", _("Alles, was wartet")),
            *((urlencode({"tag": each.isoformat()}), day_name(each)) for each in groups.days),
            *((urlencode({"beitrag": number}), content(title)) for number, title in groups.items),
        ],
        "chosen": urlencode({"tag": chosen.isoformat()} if chosen else {"beitrag": item} if item else {}),
        "path": PATH,
        "posts": [(post, preview(post, deps.connector(post["channel"]))) for post in waiting.posts],
        "total": waiting.total,
        "may": actor.has(Role.OFFICER) or actor.has(Role.EDITOR),
        "labels": channel_labels(deps),
        "message": "" if found is None else _said(found),
        "released": [] if found is None else views.posts_shown(deps, list(found.done), actor=actor),
        "left": {} if found is None else found.left,
    }
    return desk.pages.show(request, "overview.html", context)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None


def _said(found: Released) -> str:
    if not found.done and not found.left:
        return _("Nichts war ausgewählt.")
    released = ngettext("{number} Post ist freigegeben.", "{number} Posts sind freigegeben.", len(found.done))
    if not found.left:
        return released.format(number=len(found.done))
    left = ngettext("{number} Post bleibt liegen.", "{number} Posts bleiben liegen.", len(found.left))
    return f"{released.format(number=len(found.done))} {left.format(number=len(found.left))}"
