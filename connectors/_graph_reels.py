"""Facebook's reels: a Page's video announced, uploaded, given its captions, waited for, and made public by "finish".

Sources: https://developers.facebook.com/docs/video-api/guides/reels-publishing and
https://developers.facebook.com/docs/graph-api/reference/page/video_reels, read on 2026-11-21. UNVERIFIED: how long an
unfinished reel is kept (a day is assumed, as for photos), and that captions may be added before it is finished
(https://developers.facebook.com/docs/graph-api/reference/video/captions).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors._graph import GraphClient, affirm, answers
from connectors._graph_errors import GraphError
from connectors._graph_upload import upload
from connectors.base import Access, Json, MediaSource, NotYet, Rejected, RemotePost, Staged, StageLost, Unavailable

LABEL = "Facebook"
KEEPS = timedelta(hours=24)
_WAIT = timedelta(seconds=10)
_PATIENCE = timedelta(minutes=30)


def stage(
    access: Access, graph: GraphClient, page: str, post: RemotePost, media: MediaSource, data: Json | None
) -> Staged | NotYet:
    """Do the next step towards a reel that can be finished. Raises: ConnectorError."""
    done = dict(data or {"release": "reel", "started": access.now.isoformat()})
    started = datetime.fromisoformat(done["started"])
    if access.now >= started + KEEPS:
        raise StageLost(f"Das vorbereitete Video ist bei {LABEL} abgelaufen.", code="expired")
    [film] = post.media
    if "video" not in done:
        with answers(access, LABEL, changes=True):
            done["video"] = _announced(graph.put_object(page, "video_reels", upload_phase="start"))
        return NotYet(done, ask_at=access.now)
    if "uploaded" not in done:
        with answers(access, LABEL, changes=True):
            upload(access, graph, LABEL, done["video"], media.read(film.sha256))
        done["uploaded"] = True
        return NotYet(done, ask_at=access.now)
    if film.captions and "captions" not in done:
        subtitles = as_subrip(media.read(film.captions))
        file = ("untertitel.de_DE.srt", subtitles, "application/x-subrip")
        with answers(access, LABEL, changes=True):
            path = f"{graph.version}/{done['video']}/captions"
            affirm(graph.request(path, post_args={"default_locale": "de_DE"}, files={"captions_file": file}))
        done["captions"] = True
        return NotYet(done, ask_at=access.now)
    with answers(access, LABEL):
        phases = status_of(graph, done["video"])
    if phases is None:
        raise StageLost(f"Das vorbereitete Video ist bei {LABEL} nicht mehr da.", code="gone")
    if "error" in (phases["uploading"], phases["processing"], phases["video"]):
        text = f"{LABEL} kann das Video nicht verarbeiten. Bitte das Video prüfen oder ein anderes verwenden."
        raise Rejected(text, code="processing")
    if phases["processing"] == "in_progress" and access.now < started + _PATIENCE:
        return NotYet(done, ask_at=access.now + _WAIT)
    return Staged(done, started + KEEPS)


def finish(graph: GraphClient, page: str, post: RemotePost, video: str) -> None:
    """Make the reel public. Raises: GraphError, requests.RequestException."""
    answer = graph.put_object(
        page, "video_reels", upload_phase="finish", video_id=video, video_state="PUBLISHED", description=post.text
    )
    affirm(answer)


def status_of(graph: GraphClient, video: str) -> dict[str, str] | None:
    """Return how far each phase is (``publish`` too), None if Facebook does not know the video. Raises: GraphError."""
    try:
        answer = graph.get_object(video, fields="status")
    except GraphError as error:
        if error.gone:
            return None
        raise
    status = answer.get("status")
    if not isinstance(status, Mapping):
        raise GraphError(200, {"message": "the answer has no status"})
    phases = {name: status.get(f"{name}_phase") or {} for name in ("uploading", "processing", "publishing")}
    told = {name: str(phase.get("status", "")) for name, phase in phases.items()}
    publish = str(phases["publishing"].get("publish_status", ""))
    return {**told, "publish": publish, "video": str(status.get("video_status", ""))}


def is_public(phases: Mapping[str, str]) -> bool:
    """Tell whether the reel is public. Raises: Unavailable while it is just becoming so."""
    if phases["publish"].lower() == "published" or phases["publishing"] == "complete":
        return True
    if phases["publishing"] == "in_progress":
        raise Unavailable(f"{LABEL} veröffentlicht das Video gerade; es wird erneut nachgesehen.", code="in_progress")
    return False


def listed(graph: GraphClient, page: str) -> Iterator[dict[str, Any]]:
    """Yield the Page's reels with ``message`` as posts have it: they are in no other list. Raises: GraphError."""
    for reel in graph.pages(page, "video_reels", fields="id,description,created_time,permalink_url", limit=100):
        yield {**reel, "message": reel.get("description")}


def as_subrip(webvtt: bytes) -> bytes:
    """Return our own plain WebVTT as SubRip, the only kind of captions Facebook takes."""
    text = webvtt.decode("utf-8").replace("\r\n", "\n")
    cues = [block for block in text.split("\n\n") if "-->" in block]
    timed = (re.sub(r"(\d\d:\d\d)\.(\d{3})", r"\1,\2", cue, count=2) for cue in cues)
    return "".join(f"{number}\n{html.unescape(cue.strip())}\n\n" for number, cue in enumerate(timed, start=1)).encode()


def _announced(answer: Mapping[str, Any]) -> str:
    video = str(answer.get("video_id") or "")
    if not re.fullmatch(r"\w{1,64}", video):
        raise GraphError(200, {"message": "the answer has no video_id"})
    return video
