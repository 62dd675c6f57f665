"""What pages are made of besides HTML: the vendored files, the looks of the channels, the pictures of posts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import FileResponse, PlainTextResponse, Response

from connectors.base import Connector, Look
from distributor.domain import Refused
from distributor.media.sniff import sniff
from distributor.web.guarding import At, Reader
from distributor.web.language import gettext as _

_HEAD = 4096
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")

router = APIRouter()


@router.get("/kanaele.css")
def looks(desk: At) -> Response:
    """Give each channel's picture ratio as a class; inline styles are forbidden by the content policy."""
    return Response(looks_css(desk.deps.connectors), media_type="text/css", headers={"Cache-Control": "no-cache"})


def looks_css(connectors: Mapping[str, Connector]) -> str:
    """Return the style sheet that follows from what the channels declare of their looks."""
    return "".join(
        f".look-{channel} .post-picture img {{ aspect-ratio: {_ratio(connector.look)}; }}\n"
        for channel, connector in sorted(connectors.items())
        if _NAME.fullmatch(channel)
    )


@router.get("/medien/{sha256}")
def picture(desk: At, visitor: Reader, sha256: str) -> Response:
    """Give a kept file to a person who is logged in."""
    cache = desk.deps.cache
    if not _SHA256.fullmatch(sha256) or not cache.intact(sha256):
        raise Refused(_("Diese Datei gibt es nicht."), code="medium.unknown")
    path = cache.local(sha256)
    with path.open("rb") as file:
        kind = sniff(file.read(_HEAD))
    mime = kind.mime if kind.kind in ("image", "video") else "application/octet-stream"
    headers = {"Cache-Control": "private, max-age=3600", "ETag": f'"{sha256}"'}
    return FileResponse(path, media_type=mime, headers=headers)


@router.get("/robots.txt")
def robots() -> Response:
    """Keep search engines away from the desk."""
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


def _ratio(look: Look) -> str:
    return f"{look.picture_ratio:.4f}" if look.picture_ratio else "auto"
