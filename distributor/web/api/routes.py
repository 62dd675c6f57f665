"""The API's addresses. Each asks one service, which knows who may."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder
from starlette.responses import Response

from distributor.domain import Refused, Scope, State
from distributor.locale import gettext as _
from distributor.services import account_views, approving, coming, item_pages, recalling, stopping, views
from distributor.services.permission import require, visible
from distributor.web.api import shapes
from distributor.web.api.asking import Asker, Caller, Writer
from distributor.web.guarding import LARGEST, Asked, Key

Size = Annotated[int, Query(ge=1, le=200)]
Behind = Annotated[int, Query(ge=0, le=LARGEST)]

router = APIRouter()


@router.get("/items", response_model=shapes.Items)
def items(by: Asker, stage: Annotated[list[str] | None, Query()] = None, before: Behind = 0, limit: Size = 50) -> Any:
    """List the portal's items, newest first."""
    found = item_pages.item_page(by.desk.deps, by.actor, stages=stage or (), before=before, limit=limit)
    return {"items": found, "next": found[-1]["id"] if len(found) == limit else None}


@router.get("/items/{item_id}", response_model=shapes.Item)
def item(by: Asker, item_id: Key) -> Any:
    """Show an item."""
    require(by.actor, "read")
    return views.item_show(by.desk.deps, item_id)


@router.get("/posts", response_model=shapes.Posts)
def posts(
    by: Asker,
    organisation: Asked | None = None,
    state: Annotated[list[State] | None, Query()] = None,
    channel: Asked | None = None,
    item: Behind = 0,
    after: Behind = 0,
    limit: Size = 50,
) -> Any:
    """List posts in order of their time."""
    found = views.post_list(
        by.desk.deps, actor=by.actor, organisation=organisation, states=state, channel=channel,
        item_id=item or None, after=after, limit=limit,
    )  # fmt: skip
    return {"posts": found, "next": found[-1]["id"] if len(found) == limit else None}


@router.get("/posts/{post_id}", response_model=shapes.Post)
def post(by: Asker, post_id: Key) -> Any:
    """Show a post."""
    return views.post_show(by.desk.deps, post_id, actor=by.actor)


@router.post("/posts/{post_id}/approval", response_model=shapes.Post)
def approve(write: Writer, post_id: Key, wanted: shapes.Approve) -> Response:
    """Release exactly what was seen: the document with this digest."""
    by = write.caller

    def act() -> Any:
        approving.approve(
            by.desk.deps, by.actor, post_id, by.desk.clock.now(), digest=wanted.digest, at=wanted.at,
            despite=wanted.despite, alone=wanted.alone, reason=wanted.reason,
        )  # fmt: skip
        return _told(by, post_id)

    return write.once(act)


@router.post("/posts/{post_id}/rejection", response_model=shapes.Post)
def decline(write: Writer, post_id: Key, wanted: shapes.Decline) -> Response:
    """Decline a post for good."""
    by = write.caller

    def act() -> Any:
        approving.reject(by.desk.deps, by.actor, post_id, wanted.reason, by.desk.clock.now())
        return _told(by, post_id)

    return write.once(act)


@router.post("/posts/{post_id}/move", response_model=shapes.Post)
def move(write: Writer, post_id: Key, wanted: shapes.Move) -> Response:
    """Give a post another time."""
    by = write.caller

    def act() -> Any:
        approving.move(by.desk.deps, by.actor, post_id, wanted.at, by.desk.clock.now(), despite=wanted.despite)
        return _told(by, post_id)

    return write.once(act)


@router.post("/posts/{post_id}/recall", response_model=shapes.Post)
def recall(write: Writer, post_id: Key, wanted: shapes.Recall) -> Response:
    """Take a post back wherever it stands."""
    by = write.caller

    def act() -> Any:
        recalling.recall(by.desk.deps, by.actor, post_id, by.desk.clock.now(), reason=wanted.reason)
        return _told(by, post_id)

    return write.once(act)


@router.get("/stops", response_model=shapes.Stops)
def stops(by: Asker) -> Any:
    """List the Stops in force."""
    found = views.stop_list(by.desk.deps)
    return {"stops": [{"scope": each["scope"], "reason": each["reason"], "since": each["at"]} for each in found]}


@router.post("/stops", response_model=shapes.Pulled, status_code=201)
def stop(write: Writer, wanted: shapes.Pull) -> Response:
    """Pull the emergency brake; lifting it takes two people at the desk."""
    by = write.caller

    def act() -> Any:
        scope = Scope(wanted.organisation, wanted.channel)
        return {"in_flight": stopping.stop(by.desk.deps, by.actor, scope, wanted.reason, by.desk.clock.now())}

    return write.once(act, 201)


@router.get("/accounts", response_model=shapes.Accounts)
def accounts(by: Asker) -> Any:
    """Tell how the accounts stand."""
    found = account_views.standings(by.desk.deps, by.actor, by.desk.clock.now())
    return {"accounts": [{**each.account, "matter": each.matter} for each in found]}


@router.get("/calendar", response_model=shapes.Calendar)
def calendar(by: Asker, first: date, last: date, organisation: Asked | None = None) -> Any:
    """Tell what lies on the days from ``first`` to ``last``, both included."""
    seen = visible(by.actor)
    if organisation is not None and seen is not None and organisation not in seen:
        raise Refused(_("Das Jobcenter „{slug}“ gibt es nicht.").format(slug=organisation), code="organisation.unknown")
    if organisation is None:
        found = coming.coming_everywhere(by.desk.deps, first, last, organisations=seen)
    else:
        found = coming.coming(by.desk.deps, organisation, first, last)
    return {"organisation": organisation, "first": first, "last": last, "days": found["days"]}


def _told(by: Caller, post_id: int) -> Any:
    shown = views.post_show(by.desk.deps, post_id, actor=by.actor)
    return jsonable_encoder(shapes.Post.model_validate(shown))
