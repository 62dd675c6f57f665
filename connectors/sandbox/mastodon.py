"""Mastodon, pretended: media, statuses, reading back, deleting, at ``/mastodon/api/…``.

Rules: docs.joinmastodon.org/methods/{statuses,media,accounts,instance}/ and the server's own code
(app/services/post_status_service.rb, read 2026-11-22). One server for all accounts, whose limits the options set, and
also which of the known holes its Idempotency-Key has (``mastodon_keys``): ``race`` lets two through that are under way
together (before 4.6), ``error_500`` answers a repeat with 500 (2026 builds), ``ignored`` knows no key (other makes).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import faults, videos
from connectors.sandbox.faults import Visit
from connectors.sandbox.mastodon_call import (
    NOT_FOUND,
    Call,
    Handler,
    MastodonDialect,
    MastodonRefusal,
    count,
    invalid,
    read_fields,
)
from connectors.sandbox.mastodon_reads import (
    media_shown,
    read_instance,
    read_me,
    read_old_instance,
    read_status,
    read_statuses,
    status_shown,
)
from connectors.sandbox.mastodon_text import length
from connectors.sandbox.pictures import examine
from connectors.sandbox.state import Account, Picture, Post, Upload
from connectors.sandbox.world import World

MAX_PICTURES = 4
MAX_BYTES = 16_777_216
MAX_ALT = 1500
MIMES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4")
FILM = videos.Bounds(
    bytes=103_809_024, seconds=(0, 36_000), rates=(1, 120), ratios=(0.01, 100), widest=10_000, highest=10_000
)
MAX_FILM_PIXELS = 8_294_400
_FILM_SECONDS = 3
KEY_LIVES = timedelta(hours=1)
UNUSED_LIVES = timedelta(hours=24)

_HALF_HOUR = timedelta(minutes=30)
_FIVE_MINUTES = timedelta(minutes=5)
_UNDER_WAY = 0.2
_EXCHANGE = ("grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier")


async def upload(call: Call, name: str) -> tuple[int, Any]:
    """POST /api/v2/media: 200 when ready at once, 202 while it is processed."""
    account = call.account
    count(call, "media", 30, _HALF_HOUR)
    if call.file is None:
        raise invalid("File can't be blank")
    film = call.file[4:8] == b"ftyp"
    if len(call.file) > (FILM.bytes if film else MAX_BYTES):
        raise MastodonRefusal(413, "Request Entity Too Large")
    picture = await _film(call) if film else await examine(call.world.state, call.file)
    if picture is None or picture.mime not in MIMES:
        raise invalid("File content type is invalid, File is invalid")
    alt = _alt(call)
    seconds = call.world.options.mastodon_processing_seconds or (_FILM_SECONDS if film else 0)
    ready_at = call.now + timedelta(seconds=seconds) if seconds else None
    number = f"115{call.world.state.next_number():015d}"
    kept = Upload(account.id, number, replace(picture, alt=alt), call.now + UNUSED_LIVES, ready_at)
    call.world.state.uploads[number] = kept
    return (202 if ready_at else 200), media_shown(call, kept)


async def _film(call: Call) -> Picture | None:
    clip = await videos.examine(call.world.state, call.file or b"")
    if clip is None:
        return None
    if FILM.broken(clip) or clip.picture.width * clip.picture.height > MAX_FILM_PIXELS:
        raise invalid(f"{clip.picture.width}x{clip.picture.height} videos are not supported")
    return clip.picture


def _alt(call: Call) -> str:
    alt = str(call.fields.get("description") or "")
    if len(alt) > MAX_ALT:
        raise invalid(f"Description is too long (maximum is {MAX_ALT} characters)")
    return alt


async def read_media(call: Call, name: str) -> tuple[int, Any]:
    """GET /api/v1/media/:id: 206 while it is processed; one that is in use or gone is 404."""
    kept = _unused(call, name)
    return (200 if _ready(call, kept) else 206), media_shown(call, kept)


async def change_media(call: Call, name: str) -> tuple[int, Any]:
    """PUT /api/v1/media/:id: another description."""
    kept = _unused(call, name)
    call.world.state.uploads[name] = kept = replace(kept, picture=replace(kept.picture, alt=_alt(call)))
    return 200, media_shown(call, kept)


async def delete_media(call: Call, name: str) -> tuple[int, Any]:
    """DELETE /api/v1/media/:id (since 4.4)."""
    _unused(call, name)
    del call.world.state.uploads[name]
    return 200, {}


def _unused(call: Call, name: str) -> Upload:
    kept = call.world.state.uploads.get(name)
    if kept is None or kept.account != call.account.id or call.now >= kept.expires_at:
        raise MastodonRefusal(404, NOT_FOUND)
    return kept


def _ready(call: Call, kept: Upload) -> bool:
    return kept.ready_at is None or kept.ready_at <= call.now


async def create(call: Call, name: str) -> tuple[int, Any]:
    """POST /api/v1/statuses."""
    account, state, holes = call.account, call.world.state, call.world.options.mastodon_keys
    repeated = _made_under(call, account)
    if repeated is not None:
        if holes == "error_500":
            raise MastodonRefusal(500, "There was a temporary problem serving your request")
        return 200, status_shown(call, repeated)
    if holes == "race":
        await asyncio.sleep(_UNDER_WAY)
    pictures = _attached(call)
    text = call.fields.get("status") or ""
    if not isinstance(text, str) or not (text.strip() or pictures):
        raise invalid("Text can't be blank")
    if length(text) > call.world.options.mastodon_characters:
        raise invalid(f"Text character limit of {call.world.options.mastodon_characters} exceeded")
    if call.fields.get("visibility", "public") not in ("public", "unlisted", "private", "direct"):
        raise invalid("Visibility is not included in the list")
    post = Post(
        channel="mastodon",
        account=account.id,
        id=f"115{state.next_number():015d}",
        text=text,
        pictures=tuple(kept.picture for kept in pictures),
        made=call.now,
        public_at=call.now,
    )
    state.posts[post.id] = post
    for kept in pictures:
        del state.uploads[kept.id]
    if call.key and holes != "ignored":
        state.keys[account.id, call.key] = (post.id, call.now)
    return 200, status_shown(call, post)


def _made_under(call: Call, account: Account) -> Post | None:
    made, at = call.world.state.keys.get((account.id, call.key), ("", call.now))
    if not call.key or not made or call.now >= at + KEY_LIVES:
        return None
    post = call.world.state.posts[made]
    if post.deleted_at is not None:
        raise MastodonRefusal(404, NOT_FOUND)
    return post


def _attached(call: Call) -> list[Upload]:
    names = call.fields.get("media_ids") or []
    if not isinstance(names, list) or len(names) > MAX_PICTURES:
        raise invalid("Cannot attach more than 4 files")
    uploads = call.world.state.uploads
    known = [uploads[str(name)] for name in names if str(name) in uploads]
    mine = [kept for kept in known if kept.account == call.account.id and call.now < kept.expires_at]
    if len(mine) < len(names):
        missing = ", ".join(str(name) for name in names if str(name) not in {kept.id for kept in mine})
        raise invalid(f"Media {missing} not found or already attached to another post")
    if len(mine) > 1 and any(kept.picture.mime == videos.MIME for kept in mine):
        raise invalid("Cannot attach a video to a post that already contains images")
    if not all(_ready(call, kept) for kept in mine):
        raise invalid("Cannot attach files that have not finished processing. Try again in a moment!")
    return mine


async def edit(call: Call, name: str) -> tuple[int, Any]:
    """PUT /api/v1/statuses/:id (since 3.5): another text; media that are not named again are gone."""
    post = call.world.state.posts.get(name)
    if post is None or (post.channel, post.account) != ("mastodon", call.account.id) or post.deleted_at is not None:
        raise MastodonRefusal(404, NOT_FOUND)
    held = {medium["id"]: post.pictures[place] for place, medium in enumerate(_media_of(call, post))}
    names = [str(name) for name in call.fields.get("media_ids") or []]
    if not set(names) <= held.keys():
        raise invalid("Media not found or already attached to another post")
    text = call.fields.get("status") or ""
    if not isinstance(text, str) or not (text.strip() or names):
        raise invalid("Text can't be blank")
    if length(text) > call.world.options.mastodon_characters:
        raise invalid(f"Text character limit of {call.world.options.mastodon_characters} exceeded")
    changed = replace(post, text=text, pictures=tuple(held[name] for name in names))
    call.world.state.posts[name] = changed
    return 200, status_shown(call, changed)


def _media_of(call: Call, post: Post) -> list[dict[str, Any]]:
    media: list[dict[str, Any]] = status_shown(call, post)["media_attachments"]
    return media


async def delete(call: Call, name: str) -> tuple[int, Any]:
    """DELETE /api/v1/statuses/:id: gives the source text back for a new draft."""
    account = call.account
    if not call.world.options.mastodon_deletes:
        raise MastodonRefusal(404, NOT_FOUND)
    count(call, "delete", 30, _HALF_HOUR)
    post = call.world.state.posts.get(name)
    if post is None or (post.channel, post.account) != ("mastodon", account.id) or post.deleted_at is not None:
        raise MastodonRefusal(404, NOT_FOUND)
    shown = status_shown(call, post) | {"text": post.text}
    call.world.state.posts[name] = replace(post, deleted_at=call.now)
    return 200, shown


async def register_app(call: Call, name: str) -> tuple[int, Any]:
    """POST /api/v1/apps: an app gets its keys; nobody needs to be logged in."""
    back, told = (str(call.fields.get(field) or "") for field in ("redirect_uris", "client_name"))
    if not back or not told:
        raise invalid("Application name can't be blank, Redirect URI can't be blank")
    app = call.world.state.consents.register(back)
    return 200, {"id": app.id[:6], "name": told, "client_id": app.id, "client_secret": app.secret, "redirect_uri": back}


async def give_token(call: Call, name: str) -> tuple[int, Any]:
    """POST /oauth/token: a code for a token, once."""
    told = {field: str(call.fields.get(field) or "") for field in _EXCHANGE}
    consents = call.world.state.consents
    app = consents.app(told["client_id"], told["client_secret"])
    if told["grant_type"] != "authorization_code" or app is None:
        raise MastodonRefusal(401, "invalid_client")
    who = consents.redeem(told["code"], app.id, told["redirect_uri"], told["code_verifier"], call.now)
    if who is None:
        raise MastodonRefusal(400, "invalid_grant")
    token = call.world.state.accounts[who].secret("token")
    return 200, {"access_token": token, "token_type": "Bearer", "scope": "read write", "created_at": 0}


ROUTES: tuple[tuple[str, re.Pattern[str], Handler], ...] = (
    ("POST", re.compile(r"api/v1/apps"), register_app),
    ("POST", re.compile(r"oauth/token"), give_token),
    ("GET", re.compile(r"api/v2/instance"), read_instance),
    ("GET", re.compile(r"api/v1/instance"), read_old_instance),
    ("GET", re.compile(r"api/v1/accounts/verify_credentials"), read_me),
    ("GET", re.compile(r"api/v1/accounts/(\d+)/statuses"), read_statuses),
    ("POST", re.compile(r"api/v2/media"), upload),
    ("GET", re.compile(r"api/v1/media/(\d+)"), read_media),
    ("PUT", re.compile(r"api/v1/media/(\d+)"), change_media),
    ("DELETE", re.compile(r"api/v1/media/(\d+)"), delete_media),
    ("POST", re.compile(r"api/v1/statuses"), create),
    ("GET", re.compile(r"api/v1/statuses/(\d+)"), read_status),
    ("PUT", re.compile(r"api/v1/statuses/(\d+)"), edit),
    ("DELETE", re.compile(r"api/v1/statuses/(\d+)"), delete),
)


def endpoint(world: World) -> Callable[[Request], Awaitable[Response]]:
    """Return the ASGI endpoint of the pretended server."""
    dialect = MastodonDialect()

    async def answer(request: Request) -> Response:
        await request.body()
        caller = _caller(world, request)
        visit = Visit("mastodon", caller.id if caller else "", request.method, request.url.path, world.clock.now())

        async def respond(fault: faults.Fault | None) -> Response:
            return await _respond(world, request, visit, fault, _caller(world, request))

        return await world.answer(visit, dialect, respond)

    return answer


def _caller(world: World, request: Request) -> Account | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    accounts = (account for account in world.state.accounts.values() if account.channel == "mastodon")
    return next((account for account in accounts if account.secret("token") == token), None)


async def _respond(
    world: World, request: Request, visit: Visit, fault: faults.Fault | None, caller: Account | None
) -> Response:
    headers: dict[str, str] = {}
    try:
        fields, file = await read_fields(request)
        server = str(request.base_url).rstrip("/") + "/mastodon"
        horizon = visit.now - faults.lag(fault)
        key = request.headers.get("idempotency-key", "")
        query = dict(request.query_params)
        call = Call(world, caller, query, fields, file, key, server, visit.now, horizon, headers)
        for verb, pattern, handler in ROUTES:
            match = pattern.fullmatch(request.path_params["rest"])
            if match and verb == request.method:
                count(call, "all", 300, _FIVE_MINUTES)
                status, body = await handler(call, match[1] if pattern.groups else "")
                return JSONResponse(body, status, headers)
        raise MastodonRefusal(404, NOT_FOUND)
    except MastodonRefusal as refusal:
        return JSONResponse(refusal.body, refusal.status, headers)
