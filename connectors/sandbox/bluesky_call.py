"""One request to the pretended Bluesky server (PDS): who calls, under which rate limit, and the server's refusals.

Limits: docs.bsky.app/docs/advanced-guides/rate-limits; errors: atproto.com/specs/xrpc and packages/pds of
github.com/bluesky-social/atproto; all read 2026-11-22.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.faults import Visit
from connectors.sandbox.state import Account
from connectors.sandbox.world import World

HOST = "/bluesky"
SIGNS = "234567abcdefghijklmnopqrstuvwxyz"
TID_LENGTH = 13
Json = dict[str, Any]

_RAW, _CBOR = 0x55, 0x71


class BlueskyRefusal(Exception):
    """The server's documented "no"."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": name, "message": message}


def invalid(message: str, name: str = "InvalidRequest") -> BlueskyRefusal:
    """Return the 400 for what breaks a rule."""
    return BlueskyRefusal(400, name, message)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its query, its JSON (or nothing), its bytes, and whom its token opens (None: nobody)."""

    world: World
    caller: Account | None
    query: Mapping[str, str]
    document: Json
    body: bytes
    now: datetime
    horizon: datetime
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """Return who calls. Raises: BlueskyRefusal if nobody that is known."""
        if self.caller is None:
            raise BlueskyRefusal(401, "AuthMissing", "Authentication Required")
        if self.caller.revoked:
            raise invalid("Token could not be verified", "InvalidToken")
        return self.caller

    def named(self, repo: str) -> Account:
        """Return the account behind a handle or a DID. Raises: BlueskyRefusal."""
        for account in self.world.state.accounts.values():
            if account.channel == "bluesky" and repo.lower() in (account.id.lower(), did_of(account)):
                return account
        raise invalid(f"Could not find repo: {repo}", "RepoNotFound")


Handler = Callable[[Call], Awaitable[Json]]
"""Gets the call and returns the body of a 200."""


def did_of(account: Account) -> str:
    """Return an account's DID, which follows from its handle here."""
    return f"did:plc:{_base32(hashlib.sha256(account.id.lower().encode()).digest())[:24]}"


def cid_of(data: bytes, *, raw: bool) -> str:
    """Return a content hash in the form of a CID."""
    head = bytes([1, _RAW if raw else _CBOR, 0x12, 0x20])
    return "b" + _base32(head + hashlib.sha256(data).digest())


def record_cid(record: Mapping[str, Any]) -> str:
    """Return the hash of a record; the real one is made over CBOR."""
    return cid_of(json.dumps(record, sort_keys=True, separators=(",", ":")).encode(), raw=False)


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().lower().rstrip("=")


def tid(moment: datetime, more: int) -> str:
    """Write a moment as a timestamp identifier; ``more`` tells two of the same moment apart."""
    number = (int(moment.timestamp() * 1_000_000) << 10) | (more % 1024)
    return "".join(SIGNS[(number >> (5 * place)) & 31] for place in reversed(range(TID_LENGTH)))


def commit(call: Call, account: Account) -> Json:
    """Note that something was written to the account's repository."""
    state = call.world.state
    state.commits[account.id] = tid(call.now, state.next_number())
    return latest(call, account)


def latest(call: Call, account: Account) -> Json:
    """Return the repository's latest commit."""
    rev = call.world.state.commits.get(account.id, SIGNS[0] * TID_LENGTH)
    return {"cid": cid_of(f"{account.id} {rev}".encode(), raw=False), "rev": rev}


class BlueskyDialect:
    """Bluesky's wording of general trouble."""

    def trouble(self, status: int) -> Response:
        """Return a server error."""
        return JSONResponse({"error": "InternalServerError", "message": "Internal Server Error"}, status)

    def throttled(self, visit: Visit, until: datetime | None, settings: Mapping[str, Any]) -> Response:
        """Return the 429, with or without the time of its end."""
        headers = _rate_headers(30, 0, until, 300) if until else None
        return JSONResponse({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, 429, headers)


def _rate_headers(limit: int, left: int, reset: datetime, window: int) -> dict[str, str]:
    return {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(left),
        "ratelimit-reset": str(int(reset.timestamp())),
        "ratelimit-policy": f"{limit};w={window}",
    }


def count(call: Call, bucket: str, who: str, limits: tuple[tuple[int, timedelta], ...], points: int = 1) -> None:
    """Count points against each limit; the tightest stands in the headers. Raises: BlueskyRefusal (429)."""
    now, tightest = call.now.timestamp(), -1
    for limit, window in limits:
        seconds = window.total_seconds()
        key = (f"bluesky {bucket} {seconds:.0f}", who)
        began, used = call.world.calls.get(key, (0.0, 0))
        if not began <= now < began + seconds:
            began, used = now, 0
        left = limit - used - points
        if tightest < 0 or left < tightest:
            tightest = max(left, 0)
            reset = datetime.fromtimestamp(began, UTC) + window
            call.headers.update(_rate_headers(limit, tightest, reset, int(seconds)))
        if left < 0:
            raise BlueskyRefusal(429, "RateLimitExceeded", "Rate Limit Exceeded")
        call.world.calls[key] = (began, used + points)
