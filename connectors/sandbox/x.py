"""X, pretended: media with alt text, posts, reading back, deleting, at ``/api.x.com/2/…``.

Rules: docs.x.com (openapi.json 2.167, x-api/posts/manage-tweets, x-api/media), read 2026-11-21. OAuth 1.0a user
context; polls, and replies to others, are not offered. Whether one may reply to oneself is an option. Videos are in
``x_videos``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import faults, x_videos
from connectors.sandbox.faults import Visit
from connectors.sandbox.oauth import Signatures, claimed_account, claims
from connectors.sandbox.pictures import examine
from connectors.sandbox.state import Account, Picture, Post, Upload
from connectors.sandbox.world import World
from connectors.sandbox.x_call import Call, Handler, Json, XDialect, XRefusal, count, forbidden, invalid, read_body
from connectors.sandbox.x_reads import read_me, read_post, read_timeline, read_user
from connectors.sandbox.x_text import MAX_WEIGHT, as_returned, weight

HOST = "/api.x.com"
MAX_IMAGE_BYTES = 5_000_000
IMAGE_MIMES = ("image/jpeg", "image/png", "image/gif", "image/webp")
MAX_ALT = 1000
REPEATED_WITHIN = timedelta(hours=24)
"""How long X remembers a text is not documented; 24 hours is our choice."""

_OFFERED = frozenset({"text", "media", "made_with_ai", "reply", "reply_settings", "nullcast"})
_WHO_REPLIES = ("", "following", "mentionedUsers", "subscribers", "verified")
_NOT_OFFERED = frozenset(
    {
        "quote_tweet_id",
        "poll",
        "geo",
        "community_id",
        "share_with_followers",
        "edit_options",
        "paid_partnership",
        "card_uri",
        "for_super_followers_only",
        "direct_message_deep_link",
    }
)


async def upload(call: Call, name: str) -> tuple[int, Json]:
    """POST /2/media/upload: one picture in one request, multipart or base64 in JSON."""
    document = call.document if isinstance(call.document, dict) else {}
    category = call.form.get("media_category") or document.get("media_category")
    data = call.file
    if data is None and isinstance(document.get("media"), str):
        try:
            data = base64.b64decode(document["media"], validate=True)
        except ValueError as error:
            raise invalid("media is not valid base64.", media=["…"]) from error
    if data is None or not category:
        raise invalid("media and media_category are required.", media=[], media_category=[])
    if category not in ("tweet_image", "tweet_gif"):
        raise invalid("This media_category is not supported here.", media_category=[category])
    if len(data) > MAX_IMAGE_BYTES:
        raise invalid("The image is larger than 5 MB.", media=["…"])
    picture = await examine(call.world.state, data)
    if picture is None or picture.mime not in IMAGE_MIMES:
        raise invalid("The media is no image of a supported type.", media=["…"])
    number = f"198{call.world.state.next_number():016d}"
    keeps = call.world.options.x_upload_seconds
    call.world.state.uploads[number] = Upload(call.account.id, number, picture, call.now + timedelta(seconds=keeps))
    answer = {"id": number, "media_key": f"3_{number}", "size": picture.size, "expires_after_secs": keeps}
    return 200, {"data": answer | {"image": {"w": picture.width, "h": picture.height, "image_type": picture.mime}}}


async def describe(call: Call, name: str) -> tuple[int, Json]:
    """POST /2/media/metadata: alt text; without the ``metadata`` wrapper the real server breaks, and so do we."""
    document = call.document if isinstance(call.document, dict) else {}
    if not isinstance(document.get("metadata"), dict):
        raise XRefusal(500, "Internal Server Error", "Internal Server Error")
    kept = _usable(call, str(document.get("id", "")))
    given = document["metadata"].get("alt_text")
    text = given.get("text") if isinstance(given, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= MAX_ALT:
        raise invalid(f"alt_text.text must have 1 to {MAX_ALT} characters.", alt_text=["…"])
    call.world.state.uploads[kept.id] = replace(kept, picture=replace(kept.picture, alt=text))
    return 200, {"data": {"id": kept.id, "associated_metadata": {"alt_text": {"text": text}}}}


def _usable(call: Call, name: str) -> Upload:
    kept = call.world.state.uploads.get(name)
    if kept is None or kept.account != call.account.id or call.now >= kept.expires_at:
        raise invalid("Your media IDs are invalid.", media_ids=[name])
    return kept


async def create(call: Call, name: str) -> tuple[int, Json]:
    """POST /2/tweets."""
    document = call.document
    if not isinstance(document, dict):
        raise invalid("The request body must be a JSON object.")
    for key in document:
        if key in _NOT_OFFERED:
            raise forbidden("You are not permitted to perform this action.")
        if key not in _OFFERED:
            raise invalid(f"[{key}] is not a known field.", **{key: ["…"]})
    pictures = _pictures(call, document.get("media"))
    text = document.get("text", "")
    if not isinstance(text, str) or not (text.strip() or pictures):
        raise invalid("text is required unless there is media.", text=[str(text)])
    if (long := weight(text)) > MAX_WEIGHT:
        raise invalid(f"Your text is too long: {long} of {MAX_WEIGHT}.", text=["…"])
    replies = document.get("reply_settings", "")
    if replies not in _WHO_REPLIES:
        raise invalid("reply_settings is not a known value.", reply_settings=[str(replies)])
    answers = _answered(call, document.get("reply"))
    _refuse_repeated(call, text)
    post = Post(
        channel="x",
        account=call.account.id,
        id=f"199{call.world.state.next_number():016d}",
        text=text,
        pictures=tuple(pictures),
        made=call.now,
        public_at=call.now,
        replies=replies,
        answers=answers,
    )
    call.world.state.posts[post.id] = post
    shown, _ = as_returned(post.id, call.account.username, text, len(pictures))
    history = f"edit_history_{call.world.options.x_names}_ids"
    return 201, {"data": {"id": post.id, "text": shown, history: [post.id]}}


def _answered(call: Call, reply: Any) -> str:
    """Return the own post that is replied to, empty for none. Raises: XRefusal."""
    if reply is None:
        return ""
    name = str(reply.get("in_reply_to_tweet_id", "")) if isinstance(reply, dict) else ""
    post = call.world.state.posts.get(name)
    if post is None or post.channel != "x" or not post.is_public(call.now):
        raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    if post.account != call.account.id or not call.world.options.x_self_replies:
        said = "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by "
        raise forbidden(f"{said}the author of the post you are replying to.")
    return name


def _pictures(call: Call, media: Any) -> list[Picture]:
    if media is None:
        return []
    names = media.get("media_ids") if isinstance(media, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names) or not 1 <= len(names) <= 4:
        raise invalid("media.media_ids must hold 1 to 4 ids.", media_ids=["…"])
    pictures = [_usable(call, name).picture for name in names]
    if len(pictures) > 1 and any(picture.mime == "image/gif" for picture in pictures):
        raise invalid("A GIF stands alone.", media_ids=names)
    if any(kept.ready_at and call.now < kept.ready_at for kept in (_usable(call, name) for name in names)):
        raise invalid("Your media is still being processed.", media_ids=names)
    if len(pictures) > 1 and any(picture.mime.startswith("video/") for picture in pictures):
        raise invalid("A video stands alone.", media_ids=names)
    return pictures


def _refuse_repeated(call: Call, text: str) -> None:
    since = call.now - REPEATED_WITHIN
    for post in call.world.state.posts_of("x", call.account.id):
        if text.strip() and post.text == text and post.is_public(call.now) and post.made > since:
            raise forbidden("You are not allowed to create a Tweet with duplicate content.")


async def delete(call: Call, name: str) -> tuple[int, Json]:
    """DELETE /2/tweets/{id}."""
    post = call.world.state.posts.get(name)
    if post is None or post.channel != "x" or post.deleted_at is not None:
        raise XRefusal(404, "Not Found Error", f"Could not find tweet with id: [{name}].")
    if post.account != call.account.id:
        raise forbidden("You are not permitted to perform this action.")
    call.world.state.posts[name] = replace(post, deleted_at=call.now)
    return 200, {"data": {"deleted": True}}


ROUTES: tuple[tuple[str, re.Pattern[str], int, Handler], ...] = (
    ("POST", re.compile(r"2/tweets"), 100, create),
    ("POST", re.compile(r"2/media/upload"), 500, upload),
    ("POST", re.compile(r"2/media/metadata"), 500, describe),
    ("POST", re.compile(r"2/media/upload/initialize"), 1875, x_videos.initialize),
    ("POST", re.compile(r"2/media/upload/(\d+)/append"), 1875, x_videos.append),
    ("POST", re.compile(r"2/media/upload/(\d+)/finalize"), 1875, x_videos.finalize),
    ("GET", re.compile(r"2/media/upload"), 1000, x_videos.status),
    ("DELETE", re.compile(r"2/tweets/(\d+)"), 50, delete),
    ("GET", re.compile(r"2/tweets/(\d+)"), 900, read_post),
    ("GET", re.compile(r"2/users/me"), 75, read_me),
    ("GET", re.compile(r"2/users/(\d+)/tweets"), 900, read_timeline),
    ("GET", re.compile(r"2/users/(\d+)"), 900, read_user),
)
"""Method, path, calls per user in 15 minutes, handler. The limit of ``users/me`` is our choice."""


def endpoint(world: World) -> Callable[[Request], Awaitable[Response]]:
    """Return the ASGI endpoint of api.x.com."""
    dialect, signatures = XDialect(), Signatures()

    async def answer(request: Request) -> Response:
        accounts = [account for account in world.state.accounts.values() if account.channel == "x"]
        body = await request.body()
        claimed = claimed_account(claims(request.headers.get("authorization", "")), accounts)
        visit = Visit("x", claimed.id if claimed else "", request.method, request.url.path, world.clock.now())

        async def respond(fault: faults.Fault | None) -> Response:
            standing = [account for account in world.state.accounts.values() if account.channel == "x"]
            caller = signatures.caller(request, body, standing)
            return await _respond(world, request, visit, fault, caller)

        return await world.answer(visit, dialect, respond)

    return answer


async def _respond(
    world: World, request: Request, visit: Visit, fault: faults.Fault | None, caller: Account | None
) -> Response:
    """Do the call and word its result."""
    headers: dict[str, str] = {}
    try:
        if caller is None or caller.revoked:
            raise XRefusal(401, "Unauthorized", "Unauthorized")
        document, form, file = await read_body(request)
        query = dict(request.query_params)
        horizon = visit.now - faults.lag(fault)
        call = Call(world, caller, query, document, form, file, visit.now, horizon, headers)
        status, body = await _route(call, request.method, request.path_params["rest"])
        return JSONResponse(body, status, headers)
    except XRefusal as refusal:
        return JSONResponse(refusal.body, refusal.status, headers, "application/problem+json")


async def _route(call: Call, method: str, path: str) -> tuple[int, Json]:
    for verb, pattern, limit, handler in ROUTES:
        match = pattern.fullmatch(path)
        if match and verb == method:
            count(call, f"{verb} /{pattern.pattern}", limit)
            return await handler(call, match[1] if pattern.groups else "")
    raise XRefusal(404, "Not Found Error", f"Not Found: {path}")
