"""Bluesky's videos: handed to the video service ahead of the post, which works on them and lays them on our server.

The four steps, and that a video which was worked on before comes back at once whatever the status says, are told in
https://docs.bsky.app/docs/tutorials/video (read 2026-11-30); what a job looks like in lexicons/app/bsky/video of
https://github.com/bluesky-social/atproto (read 2026-11-30). A server of one's own may take the file itself instead;
then Bluesky works on it only once the post is public.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from connectors._bluesky_client import BlueskyClient, Login
from connectors._bluesky_errors import LABEL
from connectors._refusals import unclear
from connectors.base import Json, MediaSource, Medium, NotYet, Rejected, StageLost, Unavailable

SERVICE, SERVER = "service", "server"

CAPTION_BYTES = 20_000
"""Source: lexicons/app/bsky/embed/video.json, read 2026-11-30."""

_LOOK = timedelta(seconds=10)
_PATIENCE = timedelta(minutes=30)
"""How long a job may take; our own choice, as long as the service's token lives."""
_DONE, _FAILED = "JOB_STATE_COMPLETED", "JOB_STATE_FAILED"


def uploaded(
    client: BlueskyClient, login: Login, film: Medium, media: MediaSource, way: str, now: datetime, data: Json | None
) -> dict[str, Any] | NotYet:
    """Return the reference to the finished video that a record carries, or when to ask for it again.

    Raises: ConnectorError.
    """
    if way == SERVER:
        return client.upload(login, film, media.read(film.sha256))
    if data is None or now >= datetime.fromisoformat(data["started"]) + _PATIENCE:
        job = client.hand_in(login, film, media.read(film.sha256), _PATIENCE)
        data = {"started": now.isoformat(), "job": job.get("jobId")}
    else:
        job = _looked_after(client, str(data["job"]))
    if isinstance(job.get("blob"), dict):
        return dict(job["blob"])
    if job.get("state") == _FAILED:
        said = str(job.get("message") or job.get("error") or job.get("failureCode") or "")[:200]
        if job.get("failureCode") in ("pds_upload_failure", "generic_failure"):
            text = "Bluesky konnte das fertige Video nicht ablegen; es wird noch einmal versucht."
            raise Unavailable(text, detail=said, code=str(job["failureCode"]))
        text = "Bluesky konnte das Video nicht verarbeiten. Bitte das Video neu exportieren oder kürzen."
        raise Rejected(text, detail=said, code="video")
    if not data["job"] or job.get("state") == _DONE:
        raise unclear(f"neither a blob nor a job in work in an object of {sorted(job)}", duty="stage", label=LABEL)
    return NotYet(data, ask_at=now + _LOOK)


def _looked_after(client: BlueskyClient, job: str) -> dict[str, Any]:
    try:
        return client.job(job)
    except Rejected as error:
        text = "Bluesky weiß von dem Video nichts mehr; es wird noch einmal hochgeladen."
        raise StageLost(text, detail=error.detail, code=error.code) from error


def embedded(client: BlueskyClient, login: Login, film: Medium, media: MediaSource, blob: Json) -> dict[str, Any]:
    """Return what a record carries of a video: the file, its description, its captions. Raises: ConnectorError."""
    shape = {"width": film.width, "height": film.height}
    embed: dict[str, Any] = {"$type": "app.bsky.embed.video", "video": blob, "alt": film.alt, "aspectRatio": shape}
    if film.captions:
        said = media.read(film.captions)
        if len(said) > CAPTION_BYTES:
            text = "Die Untertitel sind für Bluesky zu lang (höchstens 20 000 Byte). Bitte das Video kürzen."
            raise Rejected(text, code="captions")
        file = client.upload_file(login, "text/vtt", said)
        embed["captions"] = [{"lang": "de", "file": file}]
    return embed
