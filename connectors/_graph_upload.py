"""A video's bytes on their way to Meta: the upload at rupload.facebook.com, which reels of both channels take.

Sources: https://developers.facebook.com/docs/video-api/guides/reels-publishing and
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, read on 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping

import requests

from connectors._graph import GraphClient
from connectors.base import Access, Rejected, StageLost, Unavailable

_PATHS = {"Facebook": "video-upload", "Instagram": "ig-api-upload"}


def upload(access: Access, graph: GraphClient, label: str, video: str, content: bytes, offset: int = 0) -> None:
    """Send the file from ``offset`` on (in bytes) to what was announced.

    The address is our own: one that an answer names could lead a token anywhere.
    Raises: Rejected, StageLost where a container is spoilt, Unavailable; requests.RequestException.
    """
    response: requests.Response = access.session.request(
        "POST",
        f"{access.urls['rupload'].rstrip('/')}/{_PATHS[label]}/{graph.version}/{video}",
        data=content[offset:],
        headers={
            "Authorization": f"OAuth {graph.access_token}",
            "offset": str(offset),
            "file_size": str(len(content)),
            "Content-Type": "application/octet-stream",
        },
        timeout=(5, 120),
        allow_redirects=False,
    )
    try:
        answer = response.json()
    except ValueError:
        answer = {}
    if response.ok and isinstance(answer, dict) and answer.get("success") is True:
        return
    problem = answer.get("debug_info") if isinstance(answer, dict) else None
    told = problem if isinstance(problem, Mapping) else {}
    kind = str(told.get("type", ""))
    if kind == "ProcessingFailedError" and not told.get("retriable"):
        raise _refused(label, kind)
    raise Unavailable(f"Das Hochladen des Videos zu {label} brach ab.", code=kind or str(response.status_code))


def _refused(label: str, kind: str) -> Rejected | StageLost:
    """A container that failed so is dead, sporadically and for no fault of the file's: another one is made."""
    if label == "Instagram":
        return StageLost(f"{label} hat das Hochladen des Videos abgebrochen; es wird neu vorbereitet.", code=kind)
    return Rejected(f"{label} nimmt die Videodatei nicht an. Bitte das Video prüfen.", code=kind)
