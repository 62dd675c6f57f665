"""Rules that Facebook and Instagram share on graph.facebook.com: version, token, proof, whose node it is, usage.

What the two do with their own nodes lives in ``facebook`` and ``instagram``; they offer tables, see :data:`Edges`.
Documented behaviour was checked against Meta's Graph API guides (developers.facebook.com/docs/graph-api, read
2026-11-21); where those are silent the choice is ours and says so.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import faults
from connectors.sandbox.faults import Visit
from connectors.sandbox.graph_call import Call, GraphRefusal, Json, missing, read
from connectors.sandbox.state import Account, Container, Photo, Post, Video
from connectors.sandbox.world import World

VERSIONS = ("v25.0", "v26.0")
REMOVED = ("pretty", "debug", "__debug__", "date_format")
"""Gone from every version since 2026-10-27 (Graph API changelog for v26.0, read 2026-11-21), like ``ids``."""

Node = Account | Post | Photo | Container | Video


Handler = Callable[[Call, Any, Account, str], Awaitable[Json]]
"""Gets the call, the node, the account it belongs to and how the token opens it (``page`` or ``user``)."""

Edges = Mapping[tuple[str, str, str], Handler]
"""Handlers by method, kind of node (or ``/me`` and the like) and edge (empty for the node itself)."""


class GraphDialect:
    """Meta's wording of general trouble."""

    def trouble(self, status: int) -> Response:
        """Return code 1 with the given status."""
        return JSONResponse(GraphRefusal(1, "An unknown error occurred").body(0), status)

    def throttled(self, visit: Visit, until: datetime | None, settings: Mapping[str, Any]) -> Response:
        """Return the business-use-case throttle; the date travels in the usage header, in minutes."""
        kind, code = ("instagram", 80002) if visit.channel == "instagram" else ("pages", 80001)
        refusal = GraphRefusal(code if until else 4, f"(#{code if until else 4}) There have been too many calls")
        wait = max(1, -(-int((until - visit.now).total_seconds()) // 60)) if until else 0
        return JSONResponse(
            refusal.body(0), 400, usage_headers(visit.account, kind, 100, wait, app=1) if until else None
        )


def usage_headers(account: str, kind: str, percent: int, wait: int = 0, *, app: int | None = None) -> dict[str, str]:
    """Return the two usage headers; ``app`` is the app's own load.

    Source: docs/graph-api/overview/rate-limiting, read 2026-11-21.
    """
    load = {"call_count": percent, "total_cputime": percent, "total_time": percent}
    whole = load if app is None else dict.fromkeys(load, app)
    business = {account or "0": [{"type": kind, **load, "estimated_time_to_regain_access": wait}]}
    return {"X-App-Usage": json.dumps(whole), "X-Business-Use-Case-Usage": json.dumps(business)}


def judge(call: Call) -> list[tuple[Account, str]]:
    """Apply the rules of every Graph call and return what its token opens. Raises: GraphRefusal."""
    if call.version not in VERSIONS:
        raise GraphRefusal(2500, f"Unknown path components: /{call.version}")
    if "ids" in call.params:
        raise GraphRefusal(100, "The ids query parameter is deprecated in v26.0+", status=500)
    for name in REMOVED:
        if name in call.params:
            raise GraphRefusal(100, f"(#100) The parameter {name} is no longer supported")
    if not call.tokens:
        raise GraphRefusal(2500, "An active access token must be used to query information about the current user.")
    if len(call.tokens) > 1:
        raise GraphRefusal(100, "(#100) Two different access tokens in one call")
    holders = list(call.world.state.holders(call.token)) or list(_app_holders(call))
    if not holders:
        raise GraphRefusal(190, "Invalid OAuth access token.", subcode=467)
    if all(account.revoked for account, _ in holders):
        raise GraphRefusal(190, "Error validating access token: the password has been changed.", subcode=460)
    _judge_proof(call, holders[0][0])
    if call.world.options.graph_usage_percent >= 100:
        code = 80002 if holders[0][0].channel == "instagram" else 80001
        raise GraphRefusal(code, f"(#{code}) There have been too many calls from this account")
    return [(account, kind) for account, kind in holders if not account.revoked]


def _app_holders(call: Call) -> Iterator[tuple[Account, str]]:
    """An app token (``id|secret``) opens nothing but the look into another token, and the exchange of a code."""
    app, _, secret = call.token.partition("|")
    if call.path in (("debug_token",), ("oauth", "access_token")) and secret:
        for account in call.world.state.accounts.values():
            if (account.app_id, account.secret("app_secret")) == (app, secret):
                yield account, "app"


def _judge_proof(call: Call, account: Account) -> None:
    proof, secret = call.text("appsecret_proof"), account.secret("app_secret")
    if not proof and call.world.options.graph_require_proof:
        raise GraphRefusal(100, "API calls from the server require an appsecret_proof argument")
    if proof and secret:
        wanted = hmac.new(secret.encode(), call.token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), proof.encode()):
            raise GraphRefusal(100, "Invalid appsecret_proof provided in the API argument")


def find(call: Call, name: str) -> tuple[str, Node, str] | None:
    """Return a node's kind, the node and its account's id, as far as the call may know of it by now."""
    state = call.world.state
    for channel, kind in (("facebook", "page"), ("instagram", "ig")):
        account = state.accounts.get((channel, name))
        if account is not None:
            return kind, account, name
    video = state.videos.get(name)
    if video is not None:
        return ("video", video, video.account) if not video.gone else None
    post = state.posts.get(name)
    seen = post is not None and (call.method != "GET" or post.made <= call.horizon or call.behind == timedelta())
    gone = post is not None and (post.deleted_at is not None or (post.until is not None and call.now >= post.until))
    if post is not None and post.channel != "x" and not gone and seen:
        return ("post" if post.channel == "facebook" else "media"), post, post.account
    photo = state.photos.get(name)
    if photo is not None and not photo.gone and (photo.post or call.now < photo.made + timedelta(hours=24)):
        return "photo", photo, photo.account
    container = state.containers.get(name)
    return ("container", container, container.account) if container is not None else None


def owner(call: Call) -> tuple[str, str]:
    """Return channel and account a call is about: by its path first, by its token otherwise."""
    found = find(call, call.path[0]) if call.path else None
    if found is not None:
        return ("instagram" if found[0] in ("ig", "container", "media") else "facebook"), found[2]
    holder = next(call.world.state.holders(call.token), None) if call.token else None
    return (holder[0].channel, holder[0].id) if holder else ("", "")


async def act(call: Call, edges: Edges) -> Json:
    """Do what the call asks. Raises: GraphRefusal."""
    holders = judge(call)
    if not call.path:
        raise missing("", call.method)
    name, edge = call.path[0], "/".join(call.path[1:])
    if (handler := edges.get((call.method, f"/{name}", edge))) is not None:
        account, kind = holders[0]
        return await handler(call, account, account, kind)
    found = find(call, name)
    handler = edges.get((call.method, found[0], edge)) if found else None
    if found is None or handler is None:
        raise missing(name, call.method)
    kind, node, account_id = found
    channel = "instagram" if kind in ("ig", "container", "media") else "facebook"
    for account, opens in holders:
        if (account.channel, account.id) == (channel, account_id):
            return await handler(call, node, account, opens)
    if call.method != "GET":
        raise GraphRefusal(200, "(#200) The token does not belong to this account", status=403)
    if kind in ("page", "ig"):
        raise GraphRefusal(10, "(#10) This endpoint requires the 'pages_read_engagement' permission")
    raise missing(name)


def endpoint(world: World, edges: Edges) -> Callable[[Request], Awaitable[Response]]:
    """Return the ASGI endpoint of graph.facebook.com."""
    dialect = GraphDialect()

    async def answer(request: Request) -> Response:
        call = await read(world, request)
        channel, account = owner(call)
        visit = Visit(channel, account, call.method, request.url.path, call.now)

        async def respond(fault: faults.Fault | None) -> Response:
            return await _respond(call, edges, visit, fault)

        return await world.answer(visit, dialect, respond)

    return answer


async def _respond(call: Call, edges: Edges, visit: Visit, fault: faults.Fault | None) -> Response:
    """Do the call and word its result."""
    call = replace(call, behind=faults.lag(fault), stuck=fault is not None and fault.kind == "container_stuck")
    usage = usage_headers(
        visit.account,
        "instagram" if visit.channel == "instagram" else "pages",
        call.world.options.graph_usage_percent,
        60 if call.world.options.graph_usage_percent >= 100 else 0,
    )
    number = call.world.state.next_number()
    try:
        answer = JSONResponse(await act(call, edges), headers=usage)
    except GraphRefusal as refusal:
        answer = JSONResponse(refusal.body(number), refusal.status, usage)
    answer.headers["X-FB-Trace-ID"] = f"Sandbox{number}"
    if call.warnings:
        answer.headers["X-Sandbox-Warning"] = "; ".join(call.warnings)
    return answer
