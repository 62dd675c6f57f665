"""Pictures and videos handed to X before a post is released; nothing of it is public."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from connectors._x_account import asking, data_of
from connectors.base import Access, Medium, Rejected

KEEPS = timedelta(hours=24)
_PIECE = 4_000_000


def upload(access: Access, medium: Medium, content: bytes) -> dict[str, str]:
    with asking(access, "stage") as client:
        data = data_of(client.upload_picture(content, medium.mime), "stage")
        if medium.alt:
            client.describe(data["id"], medium.alt)
    told = data.get("expires_after_secs")
    keeps = timedelta(seconds=told) if isinstance(told, int) and 0 < told < KEEPS.total_seconds() else KEEPS
    return {"id": data["id"], "expires_at": (access.now + keeps).isoformat()}


def upload_video(access: Access, medium: Medium, content: bytes) -> dict[str, str]:
    """Upload in pieces. A try that breaks off is begun anew: nothing of it is public, and X forgets it."""
    with asking(access, "stage") as client:
        media_id = data_of(client.announce_video(medium.mime, len(content)), "stage")["id"]
        for number, start in enumerate(range(0, len(content), _PIECE)):
            client.append(quote(media_id, safe=""), number, content[start : start + _PIECE])
        data_of(client.finalize(quote(media_id, safe="")), "stage")
    return {"id": media_id, "expires_at": (access.now + KEEPS).isoformat()}


def in_work(access: Access, media_id: str) -> timedelta | None:
    """Return when to ask again for a video that X still works on, None once it is ready. Raises: ConnectorError."""
    with asking(access, "stage") as client:
        data = data_of(client.upload_status(media_id), "stage")
    told = data.get("processing_info")
    state = str(told.get("state", "")) if isinstance(told, dict) else "succeeded"
    if state == "failed":
        raise Rejected("X kann das Video nicht verarbeiten. Bitte das Video prüfen.", code="processing")
    if state == "succeeded":
        return None
    wait = told.get("check_after_secs") if isinstance(told, dict) else None
    return timedelta(seconds=min(60, max(2, wait)) if isinstance(wait, int) else 5)
