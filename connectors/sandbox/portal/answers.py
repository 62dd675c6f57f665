"""Answers over HTTP that save the reader work: conditional requests and byte ranges."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers
from starlette.responses import Response

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


def document(asked: Headers, body: bytes, mime: str, changed_at: datetime) -> Response:
    """Answer with the document, or 304 if the reader has it already."""
    headers = {"ETag": etag_of(body), "Last-Modified": format_datetime(changed_at, usegmt=True)}
    headers["Cache-Control"] = "no-cache"
    if _is_known(asked, headers["ETag"], changed_at):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=mime, headers=headers)


def file(asked: Headers, data: bytes, mime: str) -> Response:
    """Answer with the file or the range of it that was asked for."""
    headers = {"ETag": etag_of(data), "Accept-Ranges": "bytes"}
    if _names(asked, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    match = _RANGE.fullmatch(asked.get("range", ""))
    # A reader that holds an older file, or asks for several ranges, gets the whole.
    if not match or match.groups() == ("", "") or asked.get("if-range", headers["ETag"]) != headers["ETag"]:
        return Response(data, media_type=mime, headers=headers)
    first, last = _bounds(match[1], match[2], len(data))
    if first > last:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], status_code=206, media_type=mime, headers=headers)


def etag_of(body: bytes) -> str:
    """Return the strong validator of some bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _is_known(asked: Headers, etag: str, changed_at: datetime) -> bool:
    if "if-none-match" in asked:
        return _names(asked, etag)
    if "if-modified-since" not in asked:
        return False
    try:
        since = parsedate_to_datetime(asked["if-modified-since"])
    except ValueError:
        return False
    return changed_at.replace(microsecond=0) <= since.replace(tzinfo=since.tzinfo or UTC)


def _names(asked: Headers, etag: str) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")}
    return bool(known & {etag, "*"})


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last), size - 1) if last else size - 1
