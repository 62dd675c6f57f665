"""One request to graph.facebook.com: its parameters and tokens, its refusals, and how answers list fields and pages.

What a call may do is judged in ``graph``; what it does, in ``facebook`` and ``instagram``. Paging and errors follow
Meta's Graph API guides (developers.facebook.com/docs/graph-api, read 2026-11-21).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request

from connectors.sandbox.world import World

HOST = "/graph.facebook.com"

Json = dict[str, Any]


class GraphRefusal(Exception):
    """The platform's documented "no"."""

    def __init__(self, code: int, message: str, *, subcode: int = 0, status: int = 400, said: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.subcode, self.status, self.said = code, message, subcode, status, said

    def body(self, number: int) -> Json:
        """Return the error document."""
        error: Json = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        error["is_transient"] = self.code in (1, 2) and self.subcode == 0
        if self.said:
            error |= {"error_user_title": self.message, "error_user_msg": self.said}
        return {"error": error | {"fbtrace_id": f"Sandbox{number}"}}


def missing(name: str, method: str = "get") -> GraphRefusal:
    """Return the refusal for an object that is not there or may not be seen."""
    return GraphRefusal(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{name}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation",
        subcode=33,
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the Graph, read but not yet judged. ``path`` is what follows the version."""

    world: World
    method: str
    version: str
    path: tuple[str, ...]
    params: Mapping[str, str]
    tokens: frozenset[str]
    token_in_query: bool
    source: bytes | None
    base: str
    now: datetime
    behind: timedelta = timedelta()
    stuck: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        """Return the one token of the call."""
        return next(iter(self.tokens), "")

    @property
    def horizon(self) -> datetime:
        """Return the moment up to which reads see what was written."""
        return self.now - self.behind

    def text(self, name: str) -> str:
        """Return a parameter, empty if absent."""
        return self.params.get(name, "")

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean parameter. Raises: GraphRefusal for ``True``, ``yes`` and the like (house rule)."""
        value = self.params.get(name)
        if value is None:
            return default
        if value not in ("true", "false", "1", "0"):
            raise GraphRefusal(100, f"(#100) Param {name} must be a boolean")
        return value in ("true", "1")

    def wall(self, channel: str, account: str, post: str) -> str:
        """Return the address at which the post can be looked at."""
        return f"{self.base}/wall/{channel}/{account}#p-{post}"


async def read(world: World, request: Request) -> Call:
    """Read a request: parameters from query, form or JSON alike, each token wherever it travels."""
    sources = [dict(request.query_params)]
    source: bytes | None = None
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        sources.append(_json_params(await request.body()))
    elif kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        async with request.form(max_files=1) as form:
            sources.append({name: value for name, value in form.items() if isinstance(value, str)})
            file = form.get("source") or form.get("captions_file")
            source = await file.read() if isinstance(file, UploadFile) else None
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    tokens = {params.pop("access_token", "") for params in sources} | {bearer if scheme.lower() == "bearer" else ""}
    version, _, path = request.path_params["rest"].partition("/")
    return Call(
        world=world,
        method=request.method,
        version=version,
        path=tuple(part for part in path.split("/") if part),
        params={name: value for params in sources for name, value in params.items()},
        tokens=frozenset(tokens - {""}),
        token_in_query="access_token" in request.query_params,
        source=source,
        base=f"{request.url.scheme}://{request.url.netloc}",
        now=world.clock.now(),
    )


def _json_params(body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in document.items()}


def select(call: Call, kind: str, values: Mapping[str, Any], default: str) -> Json:
    """Return the fields asked for. Raises: GraphRefusal for one that the node does not have."""
    chosen: Json = {}
    for asked in asked_fields(call.text("fields") or default):
        if asked not in values:
            raise GraphRefusal(100, f"(#100) Tried accessing nonexisting field ({asked}) on node type ({kind})")
        if values[asked] is not None:
            chosen[asked] = values[asked]
    return chosen | {"id": values["id"]}


def asked_fields(text: str) -> list[str]:
    """Return the outermost names in a ``fields`` value; modifiers and nested fields are left out."""
    names, depth = [""], 0
    for sign in text:
        depth += (sign in "{(") - (sign in "})")
        if sign == "," and depth == 0:
            names.append("")
        elif depth == 0:
            names[-1] += sign
    return [match[0] for name in names if (match := re.match(r"\w+", name.strip()))]


def page(call: Call, rows: Sequence[tuple[datetime, str, Json]], *, most: int = 100) -> Json:
    """Return one page, newest first, with cursors; ``next`` carries the token only if the query did."""
    rows = sorted(rows, key=lambda row: row[:2], reverse=True)
    since, until = (_moment(call, name) for name in ("since", "until"))
    rows = [row for row in rows if (since is None or row[0] >= since) and (until is None or row[0] <= until)]
    limit = max(1, int(call.text("limit"))) if call.text("limit").isdecimal() else 25
    if limit > most:
        raise GraphRefusal(100, f"(#100) Limit must be at most {most}")
    before, after = (_key_of(call.text(name)) for name in ("before", "after"))
    if before:
        shown = [row for row in rows if _key(row) > before][-limit:]
    else:
        shown = [row for row in rows if not after or _key(row) < after][:limit]
    if not shown:
        return {"data": []}
    paging: Json = {"cursors": {"before": _cursor(shown[0]), "after": _cursor(shown[-1])}}
    if shown[-1] is not rows[-1]:
        query = {**call.params, "after": paging["cursors"]["after"], "limit": str(limit)}
        query |= {"access_token": call.token} if call.token_in_query else {}
        paging["next"] = f"{call.base}{HOST}/{call.version}/{'/'.join(call.path)}?{urlencode(query)}"
    return {"data": [row[2] for row in shown], "paging": paging}


def _key(row: tuple[datetime, str, Json]) -> str:
    return f"{row[0].timestamp():020.6f}|{row[1]}"


def _cursor(row: tuple[datetime, str, Json]) -> str:
    return base64.urlsafe_b64encode(_key(row).encode()).decode()


def _key_of(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise GraphRefusal(100, "(#100) Invalid cursors values") from error


def _moment(call: Call, name: str) -> datetime | None:
    return moment(call.text(name)) if call.text(name) else None


def moment(text: str) -> datetime:
    """Read a unix or ISO time as Meta takes it. Raises: GraphRefusal."""
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        read_as = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise GraphRefusal(100, f"(#100) {text!r} is not a valid time") from error
    return read_as if read_as.tzinfo else read_as.replace(tzinfo=UTC)


def stamp(value: datetime) -> str:
    """Write a moment as Meta does."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
