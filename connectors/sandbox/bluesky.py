"""Bluesky, pretended: sessions, blobs, records under their own keys, at ``/bluesky/xrpc/…``.

Rules: packages/pds/src/api/com/atproto and lexicons/ of github.com/bluesky-social/atproto (read 2026-11-22); measured
against the real server with tests/real/test_bluesky.py. One server (PDS) for all accounts, no AppView.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import faults, videos
from connectors.sandbox.bluesky_call import (
    BlueskyDialect,
    BlueskyRefusal,
    Call,
    Handler,
    Json,
    commit,
    count,
    did_of,
    invalid,
    latest,
    record_cid,
    tid,
)
from connectors.sandbox.bluesky_record import (
    GATE,
    POST,
    Embedded,
    captioned,
    card_link,
    check,
    clickable,
    embedded,
    replies_of,
)
from connectors.sandbox.bluesky_videos import get_job_status, get_service_auth, laid, upload_video
from connectors.sandbox.faults import Visit
from connectors.sandbox.pictures import examine
from connectors.sandbox.state import Account, Picture, Post, Record
from connectors.sandbox.world import World

MAX_BLOB = 5 * 1024 * 1024
MAX_FILM = 50 * 1024 * 1024
"""What the makers' own package of the server takes, once it is told to take videos."""
SESSION_LIVES = timedelta(hours=2)

_LOGINS = ((30, timedelta(minutes=5)), (300, timedelta(days=1)))
_WRITES = ((5000, timedelta(hours=1)), (35_000, timedelta(days=1)))
_NO_LOGIN = BlueskyRefusal(401, "AuthenticationRequired", "Invalid identifier or password")


async def create_session(call: Call) -> Json:
    """POST com.atproto.server.createSession."""
    name, password = str(call.document.get("identifier", "")), call.document.get("password")
    count(call, "login", name.lower(), _LOGINS)
    try:
        account = call.named(name)
    except BlueskyRefusal:
        raise _NO_LOGIN from None
    if account.revoked or not password or password != account.secret("token"):
        raise _NO_LOGIN
    token = secrets.token_urlsafe(24)
    call.world.state.sessions[token] = (account.id, call.now + SESSION_LIVES)
    return {
        "did": did_of(account),
        "handle": account.id,
        "accessJwt": token,
        "refreshJwt": secrets.token_urlsafe(24),
        "active": True,
    }


async def get_session(call: Call) -> Json:
    """GET com.atproto.server.getSession."""
    return {"did": did_of(call.account), "handle": call.account.id, "active": True}


async def upload_blob(call: Call) -> Json:
    """POST com.atproto.repo.uploadBlob: takes any bytes, and looks at them only when a record refers to them."""
    account = call.account
    film = call.body[4:8] == b"ftyp"
    if len(call.body) > (MAX_FILM if film else MAX_BLOB):
        raise BlueskyRefusal(413, "PayloadTooLarge", "request entity too large")
    clip = await videos.examine(call.world.state, call.body) if film else None
    picture = clip.picture if clip else await examine(call.world.state, call.body)
    if picture is None:
        mime = "text/vtt" if call.body.startswith(b"WEBVTT") else "application/octet-stream"
        picture = Picture(hashlib.sha256(call.body).hexdigest(), mime, 0, 0, len(call.body))
        call.world.state.keep(picture, call.body)
    return {"blob": laid(call, account.id, picture)}


async def put_record(call: Call) -> Json:
    """POST com.atproto.repo.putRecord: ``swapRecord`` null creates only; the very same record changes nothing."""
    account, key, record = _writes(call, points=2)
    uri = f"at://{did_of(account)}/{POST}/{key}"
    current = call.world.state.records.get(uri)
    cid = record_cid(record)
    if current is not None and current.cid == cid:
        return {"uri": uri, "cid": cid, "validationStatus": "valid"}
    if "swapRecord" in call.document and call.document["swapRecord"] != (current.cid if current else None):
        raise invalid(f"Record was at {current.cid if current else None}", "InvalidSwap")
    return _write(call, account, uri, record)


async def apply_writes(call: Call) -> Json:
    """POST com.atproto.repo.applyWrites: offered for a post with who may reply to it, all or nothing.

    An existing key breaks the server, as with createRecord.
    """
    writes = call.document.get("writes")
    if not isinstance(writes, list) or not all(isinstance(write, dict) for write in writes):
        raise invalid("Expected writes to be an array")
    if any(write.get("$type") != "com.atproto.repo.applyWrites#create" for write in writes):
        raise invalid("Only creates are offered here")
    posts = [write for write in writes if write.get("collection") == POST]
    gates = [write for write in writes if write.get("collection") == GATE]
    if len(posts) != 1 or len(posts) + len(gates) != len(writes):
        raise invalid("Only a post with its threadgate is offered here")
    call.document.update(collection=POST, rkey=posts[0].get("rkey"), record=posts[0].get("value"))
    account, key, record = _writes(call, points=3 * len(writes))
    uri = f"at://{did_of(account)}/{POST}/{key}"
    replies = [replies_of(gate.get("rkey"), gate.get("value"), key, uri) for gate in gates]
    if uri in call.world.state.records:
        raise BlueskyRefusal(500, "InternalServerError", "Internal Server Error")
    answer = _write(call, account, uri, record)
    if replies:
        call.world.state.posts[uri] = replace(call.world.state.posts[uri], replies=replies[0])
    results = [{"uri": f"at://{did_of(account)}/{write['collection']}/{key}", "cid": answer["cid"]} for write in writes]
    return {"commit": answer["commit"], "results": results}


async def create_record(call: Call) -> Json:
    """POST com.atproto.repo.createRecord; an existing key breaks the server, as it does the real one."""
    account, key, record = _writes(call, points=3)
    uri = f"at://{did_of(account)}/{POST}/{key}"
    if uri in call.world.state.records:
        raise BlueskyRefusal(500, "InternalServerError", "Internal Server Error")
    return _write(call, account, uri, record)


def _writes(call: Call, points: int) -> tuple[Account, str, Json]:
    account = call.account
    count(call, "write", account.id, _WRITES, points)
    if call.named(str(call.document.get("repo", ""))) != account:
        raise BlueskyRefusal(401, "AuthRequiredError", "Authentication Required")
    if call.document.get("collection") != POST:
        raise invalid("Only app.bsky.feed.post is offered here")
    key = str(call.document.get("rkey") or tid(call.now, call.world.state.next_number()))
    record = call.document.get("record")
    check(key, record)
    return account, key, dict(record or {})


def _write(call: Call, account: Account, uri: str, record: Json) -> Json:
    state, cid = call.world.state, record_cid(record)
    pictures = tuple(_picture(call, account, blob) for blob in embedded(record))
    captions = "".join(_captions(call, account, blob) for blob in captioned(record))
    before = state.posts.pop(uri, None)
    if before is not None and before.deleted_at is not None:
        state.posts[f"{uri} {state.next_number()}"] = before
    leads = next((link for _, _, link in clickable(record)), "")
    state.records[uri] = Record(account.id, uri, record, cid)
    state.posts[uri] = Post(
        channel="bluesky",
        account=account.id,
        id=uri,
        text=record["text"],
        link=card_link(record) or leads,
        pictures=pictures,
        made=call.now,
        public_at=call.now,
        captions=captions,
    )
    return {"uri": uri, "cid": cid, "commit": commit(call, account), "validationStatus": "valid"}


def _picture(call: Call, account: Account, embed: Embedded) -> Picture:
    cid = str((embed.blob.get("ref") or {}).get("$link", ""))
    kept = call.world.state.uploads.get(f"{account.id} {cid}")
    if kept is None or call.now >= kept.expires_at:
        raise invalid(f"Could not find blob: {cid}", "BlobNotFound")
    if not kept.picture.mime.startswith(embed.kind):
        raise invalid(f"Wrong mimetype. Expected {embed.kind}*, got {kept.picture.mime}", "InvalidMimeType")
    if kept.picture.size > embed.most:
        said = f"This file is too large. It is {kept.picture.size} but the maximum is {embed.most}"
        raise invalid(said, "BlobTooLarge")
    return replace(kept.picture, alt=embed.alt)


def _captions(call: Call, account: Account, embed: Embedded) -> str:
    """Return the captions' text as the walls show it: without its first line."""
    data = call.world.state.blobs[_picture(call, account, embed).sha256]
    return data.decode("utf-8", "replace").removeprefix("WEBVTT").lstrip()


async def delete_record(call: Call) -> Json:
    """POST com.atproto.repo.deleteRecord: what is not there is no error."""
    account = call.account
    count(call, "write", account.id, _WRITES)
    if call.named(str(call.document.get("repo", ""))) != account:
        raise BlueskyRefusal(401, "AuthRequiredError", "Authentication Required")
    uri = f"at://{did_of(account)}/{call.document.get('collection')}/{call.document.get('rkey')}"
    if uri not in call.world.state.records:
        return {}
    del call.world.state.records[uri]
    call.world.state.posts[uri] = replace(call.world.state.posts[uri], deleted_at=call.now)
    return {"commit": commit(call, account)}


async def get_record(call: Call) -> Json:
    """GET com.atproto.repo.getRecord: needs no token."""
    account = call.named(call.query.get("repo", ""))
    uri = f"at://{did_of(account)}/{call.query.get('collection')}/{call.query.get('rkey')}"
    record = call.world.state.records.get(uri)
    if record is None or call.world.state.posts[uri].made > call.horizon:
        raise invalid(f"Could not locate record: {uri}", "RecordNotFound")
    return {"uri": uri, "cid": record.cid, "value": dict(record.value)}


async def list_records(call: Call) -> Json:
    """GET com.atproto.repo.listRecords: newest key first, 50 to 100 at a time."""
    account = call.named(call.query.get("repo", ""))
    limit, cursor = call.query.get("limit", "50"), call.query.get("cursor", "")
    kept = sorted(
        (record for record in call.world.state.records.values() if record.account == account.id),
        key=lambda record: record.id,
        reverse=True,
    )
    older = [record for record in kept if not cursor or record.id.rpartition("/")[2] < cursor]
    shown = older[: min(int(limit), 100) if limit.isdecimal() else 50]
    more = {"cursor": shown[-1].id.rpartition("/")[2]} if len(shown) < len(older) else {}
    return {"records": [{"uri": record.id, "cid": record.cid, "value": dict(record.value)} for record in shown], **more}


async def resolve_handle(call: Call) -> Json:
    """GET com.atproto.identity.resolveHandle."""
    try:
        return {"did": did_of(call.named(call.query.get("handle", "")))}
    except BlueskyRefusal:
        raise invalid("Unable to resolve handle") from None


async def latest_commit(call: Call) -> Json:
    """GET com.atproto.sync.getLatestCommit: needs no token."""
    return latest(call, call.named(call.query.get("did", "")))


METHODS: dict[tuple[str, str], Handler] = {
    ("POST", "com.atproto.server.createSession"): create_session,
    ("GET", "com.atproto.server.getSession"): get_session,
    ("GET", "com.atproto.server.getServiceAuth"): get_service_auth,
    ("POST", "app.bsky.video.uploadVideo"): upload_video,
    ("GET", "app.bsky.video.getJobStatus"): get_job_status,
    ("POST", "com.atproto.repo.uploadBlob"): upload_blob,
    ("POST", "com.atproto.repo.putRecord"): put_record,
    ("POST", "com.atproto.repo.createRecord"): create_record,
    ("POST", "com.atproto.repo.applyWrites"): apply_writes,
    ("POST", "com.atproto.repo.deleteRecord"): delete_record,
    ("GET", "com.atproto.repo.getRecord"): get_record,
    ("GET", "com.atproto.repo.listRecords"): list_records,
    ("GET", "com.atproto.identity.resolveHandle"): resolve_handle,
    ("GET", "com.atproto.sync.getLatestCommit"): latest_commit,
}


def endpoint(world: World) -> Callable[[Request], Awaitable[Response]]:
    """Return the ASGI endpoint of the pretended server."""
    dialect = BlueskyDialect()

    async def answer(request: Request) -> Response:
        body = await request.body()
        document = _document(request, body)
        name = _claimed(world, request, document)
        visit = Visit("bluesky", name, request.method, request.url.path, world.clock.now())

        async def respond(fault: faults.Fault | None) -> Response:
            return await _respond(world, request, document, body, visit, fault)

        return await world.answer(visit, dialect, respond)

    return answer


def _document(request: Request, body: bytes) -> Json:
    if not request.headers.get("content-type", "").startswith("application/json"):
        return {}
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _claimed(world: World, request: Request, document: Json) -> str:
    """Return whose request this claims to be: by its token, by the login it asks for, or by the repository it reads."""
    caller = _caller(world, request)
    if caller is not None:
        return caller.id
    named: Any = document.get("identifier") or request.query_params.get("repo") or request.query_params.get("did") or ""
    accounts = (account for account in world.state.accounts.values() if account.channel == "bluesky")
    return next((account.id for account in accounts if str(named).lower() in (account.id.lower(), did_of(account))), "")


def _caller(world: World, request: Request) -> Account | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    here = request.path_params["name"] == "app.bsky.video.uploadVideo"
    known = world.state.services if here else world.state.sessions
    name, expires_at = known.get(token, ("", world.clock.now()))
    if scheme.lower() != "bearer" or world.clock.now() >= expires_at:
        return None
    return world.state.accounts.get(("bluesky", name))


async def _respond(
    world: World, request: Request, document: Json, body: bytes, visit: Visit, fault: faults.Fault | None
) -> Response:
    headers: dict[str, str] = {}
    caller, query = _caller(world, request), dict(request.query_params)
    call = Call(world, caller, query, document, body, visit.now, visit.now - faults.lag(fault), headers)
    try:
        handler = METHODS.get((request.method, request.path_params["name"]))
        if handler is None:
            raise BlueskyRefusal(501, "MethodNotImplemented", "Method Not Implemented")
        return JSONResponse(await handler(call), 200, headers)
    except BlueskyRefusal as refusal:
        return JSONResponse(refusal.body, refusal.status, headers)
