"""Instagram's resumable upload, pretended: a video's bytes for a container that was made without an address.

Rules: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media (read 2026-11-21).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import videos
from connectors.sandbox.state import Container
from connectors.sandbox.world import World

PATH = "ig-api-upload"


def answered(kind: str, said: str, *, status: int = 400, retriable: bool = False) -> Response:
    """Return a refusal as the upload's host writes it."""
    return JSONResponse({"debug_info": {"retriable": retriable, "type": kind, "message": said}}, status)


async def take(world: World, request: Request, container: Container | None, body: bytes) -> Response:
    """POST /ig-api-upload/{version}/{container}: the file from ``offset`` on; what came of it is kept."""
    if request.method != "POST" or container is None or container.size is None:
        return answered("ProcessingFailedError", "Unknown container")
    account = world.state.accounts["instagram", container.account]
    if request.headers.get("authorization") != f"OAuth {account.secret('token')}" or account.revoked:
        return answered("NotAuthorizedError", "Invalid token", status=401)
    held = world.state.uploading.get(container.id, b"")
    if request.headers.get("offset") != str(len(held)):
        return answered("OffsetInvalidError", "The offset is not where the upload stopped", retriable=True)
    world.state.uploading[container.id] = whole = held + body
    if request.headers.get("file_size") != str(len(whole)):
        return answered("PartialRequestError", "The body is shorter than file_size", retriable=True)
    clip = await videos.examine(world.state, whole)
    bounds, trouble = videos.INSTAGRAM[container.kind], 0
    if clip is None or not clip.index_first or bounds.broken(clip):
        trouble = 2207026
    ready_at = world.clock.now() + timedelta(seconds=world.options.ig_processing_seconds)
    pictures = (clip.picture,) if clip is not None else ()
    world.state.containers[container.id] = replace(
        container, pictures=pictures, trouble=trouble, ready_at=ready_at, size=len(whole)
    )
    return JSONResponse({"success": True, "message": "Upload successful."})
