"""Instagram's containers: made from a document step by step, then waited for. Publishing one is in ``instagram``.

A container is invisible, lives 24 hours and can only be used once; pictures are fetched by Instagram from our public
address while it is processed. Where an installation has none, a video's bytes are uploaded, on from where an earlier
try broke off; of a picture Instagram takes none. Nothing here waits: every step answers with what to do next and when.

Source: https://developers.facebook.com/docs/instagram-platform/content-publishing, read on 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from connectors._graph import GraphClient, answers, identity, open_graph
from connectors._graph_errors import GraphError, spoilt
from connectors._graph_upload import upload
from connectors.base import (
    Access,
    Json,
    MediaSource,
    NotYet,
    Rejected,
    RemotePost,
    Staged,
    StageLost,
    Throttled,
    Unauthorised,
    Unavailable,
)

LABEL = "Instagram"
KEEPS = timedelta(hours=24)
STORY = "story"
STORY_LIVES = timedelta(hours=24)
"""Source: https://developers.facebook.com/docs/instagram-platform/reference/ig-user/stories, read on 2026-11-21."""

_WAITS = (3, 5, 10, 30)
_PATIENCE = timedelta(minutes=10)
_QUOTA = 50
"""Posts in 24 hours if Instagram names no number: the lower one of the two that Meta's pages give."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document has come: containers of the single pictures, how many are ready, the one to publish.

    ``made_at`` is when the newest container was made (ISO 8601), ``asked`` how often it was asked for since;
    ``upload`` tells whether the video's bytes are still to be sent to it, and whether that was begun.
    """

    children: tuple[str, ...] = ()
    ready: int = 0
    container: str = ""
    made_at: str = ""
    asked: int = 0
    upload: Literal["", "due", "begun"] = ""

    @classmethod
    def of(cls, data: Json | None) -> Progress:
        """Rebuild the progress from what a NotYet carried."""
        known = dict(data or {})
        return cls(**{**known, "children": tuple(known.get("children", ()))})

    def data(self) -> dict[str, Any]:
        """Return the progress as plain JSON values."""
        return {**asdict(self), "children": list(self.children)}

    def made(self, now: datetime, **changes: Any) -> Progress:
        """Return the progress after a container was made."""
        return replace(self, made_at=now.isoformat(), asked=0, **changes)


def ask(access: Access, question: Callable[[GraphClient], _T]) -> _T:
    """Read with the user token where we hold one, and with the account's own token if that one may not.

    A Page token may be told that a fresh container or medium does not exist, since May 2026:
    https://github.com/gitroomhq/postiz-app/issues/1562. Raises: as the question, Unauthorised.
    """
    if access.fields.get("user_token", "").strip():
        try:
            return question(open_graph(access, "user_token", LABEL))
        except GraphError as error:
            if error.reaction.kind is not Unauthorised:
                raise
    return question(open_graph(access, "token", LABEL))


def status_of(access: Access, container: str) -> tuple[str, str]:
    """Return a container's status code and its free text. Raises: GraphError, requests.RequestException."""
    answer = ask(access, lambda graph: dict(graph.get_object(container, fields="status_code,status")))
    code = answer.get("status_code")
    if not isinstance(code, str):
        raise GraphError(200, {"message": "the answer has no status_code"})
    return code, str(answer.get("status", ""))


def advance(access: Access, node: str, post: RemotePost, media: MediaSource, progress: Progress) -> Staged | NotYet:
    """Do the next step towards a container that can be published. Raises: ConnectorError."""
    if progress.container and progress.upload:
        return _send(access, post, media, progress)
    if progress.container:
        return _await(access, progress, progress.container) or _staged(progress)
    if post.form == STORY:
        return _single(access, node, progress, _story(post, media))
    if len(post.media) == 1:
        values = _reel(post, media) if post.media[0].film else _picture(post, media, 0)
        return _single(access, node, progress, {"caption": post.text or None, **values})
    if len(progress.children) < len(post.media):
        return _next_child(access, node, post, media, progress)
    for child in progress.children[progress.ready :]:
        waiting = _await(access, progress, child)
        if waiting is not None:
            return waiting
        progress = replace(progress, ready=progress.ready + 1)
    parent = _make(access, node, media_type="CAROUSEL", children=list(progress.children), caption=post.text or None)
    return _later(access.now, progress.made(access.now, container=parent))


def _single(access: Access, node: str, progress: Progress, values: dict[str, Any]) -> NotYet:
    made = progress.made(access.now, container=_make(access, node, **values))
    if "upload_type" not in values:
        return _later(access.now, made)
    return NotYet(replace(made, upload="due").data(), ask_at=access.now)


def _send(access: Access, post: RemotePost, media: MediaSource, progress: Progress) -> NotYet:
    """Send the video's bytes to the container; go on where an earlier try broke off. Raises: ConnectorError."""
    [film] = post.media
    begun = NotYet(replace(progress, upload="begun").data(), ask_at=access.now)
    if progress.upload == "due":
        return begun  # kept before the first byte leaves: a next try asks how far this one came
    content = media.read(film.sha256)
    sent = _arrived(access, progress.container)
    if not 0 <= sent <= len(content):
        raise StageLost(f"Das hochgeladene Video ist bei {LABEL} verdorben; es wird neu vorbereitet.", code="offset")
    if sent < len(content):
        with answers(access, LABEL, changes=True):
            upload(access, open_graph(access, "token", LABEL), LABEL, progress.container, content, sent)
    return _later(access.now, replace(progress, upload="", asked=0))


def _arrived(access: Access, container: str) -> int:
    """Return how many bytes of the video Instagram has; a fresh container may not be readable yet, and has none."""
    with answers(access, LABEL):
        try:
            known = ask(access, lambda graph: dict(graph.get_object(container, fields="id,video_status")))
        except GraphError as error:
            if error.gone:
                return 0
            raise
    phase = (known.get("video_status") or {}).get("uploading_phase") or {}
    offset = phase.get("bytes_transferred", 0)
    return offset if isinstance(offset, int) else 0


def check_quota(access: Access, node: str) -> None:
    """Ask whether the account may publish today. Raises: Throttled if not, ConnectorError.

    An account for which Instagram does not tell is not held up: publishing itself will say.
    """
    with answers(access, LABEL):
        try:
            answer = ask(
                access,
                lambda graph: graph.get_connections(node, "content_publishing_limit", fields="config,quota_usage"),
            )
        except GraphError as error:
            if error.reaction.kind is Unauthorised and error.code != 190:
                return
            raise
    for entry in answer.get("data") or []:
        used, config = entry.get("quota_usage"), entry.get("config") or {}
        total = config.get("quota_total", _QUOTA)
        if isinstance(used, int) and isinstance(total, int) and used >= total:
            text = f"Das Konto hat bei {LABEL} heute schon {used} von {total} Posts veröffentlicht; es wird gewartet."
            raise Throttled(text, until=access.now + timedelta(hours=1), code="quota")


def _picture(post: RemotePost, media: MediaSource, index: int) -> dict[str, Any]:
    medium = post.media[index]
    return {"image_url": _address(media, medium.sha256), "alt_text": medium.alt or None}


def _story(post: RemotePost, media: MediaSource) -> dict[str, Any]:
    """A story takes its picture or video and nothing beside it."""
    [medium] = post.media
    if medium.film:
        return {"media_type": "STORIES", **_video(media, medium.sha256)}
    return {"media_type": "STORIES", "image_url": _address(media, medium.sha256)}


def _reel(post: RemotePost, media: MediaSource) -> dict[str, Any]:
    """A single video is a reel, which its account's grid shows too."""
    [film] = post.media
    shown = {"thumb_offset": film.cover, "share_to_feed": True}
    return {"media_type": "REELS", **_video(media, film.sha256), **shown}


def _video(media: MediaSource, sha256: str) -> dict[str, Any]:
    """Say where the video is to be fetched, or that its bytes will come."""
    address = media.url(sha256)
    return {"video_url": address} if address else {"upload_type": "resumable"}


def _address(media: MediaSource, sha256: str) -> str:
    address = media.url(sha256)
    if not address:
        text = (
            f"{LABEL} holt Bilder nur von einer öffentlichen Adresse, und diese Installation hat keine. Bitte "
            "DISTRIBUTOR_PUBLIC_URL oder einen öffentlichen Medienspeicher einrichten."
        )
        raise Rejected(text, code="no_public_address", scope="app", who="operator")
    return address


def _next_child(access: Access, node: str, post: RemotePost, media: MediaSource, progress: Progress) -> NotYet:
    child = _make(access, node, is_carousel_item=True, **_picture(post, media, len(progress.children)))
    progress = progress.made(access.now, children=(*progress.children, child))
    if len(progress.children) < len(post.media):
        return NotYet(progress.data(), ask_at=access.now)
    return _later(access.now, progress)


def _make(access: Access, node: str, **values: Any) -> str:
    with answers(access, LABEL, changes=True):
        return identity(open_graph(access, "token", LABEL).put_object(node, "media", **values))


def _await(access: Access, progress: Progress, container: str) -> NotYet | None:
    """Return None once the container is ready, else when to ask again. Raises: ConnectorError."""
    unreadable = False
    with answers(access, LABEL):
        try:
            code, text = status_of(access, container)
        except GraphError as error:
            if not error.gone:
                raise
            code, text, unreadable = "IN_PROGRESS", "", True
    # PUBLISHED cannot be before a release; if it is, the release fails harmlessly and the look finds the post.
    if code in {"FINISHED", "PUBLISHED"}:
        return None
    if code == "ERROR":
        raise spoilt(text, label=LABEL)
    if code == "EXPIRED":
        raise StageLost(f"Der vorbereitete Post ist bei {LABEL} abgelaufen; er wird neu vorbereitet.", code=code)
    if access.now - datetime.fromisoformat(progress.made_at) >= _PATIENCE:
        raise _too_slow(unreadable)
    return _later(access.now, replace(progress, asked=progress.asked + 1))


def _too_slow(unreadable: bool) -> Unavailable:
    if unreadable:
        text = f"{LABEL} zeigt uns den vorbereiteten Post nicht. Bitte beim Konto den Nutzer-Schlüssel hinterlegen."
        return Unavailable(text, code="100/33", scope="account", who="operator")
    text = f"{LABEL} verarbeitet die Medien seit über 10 Minuten; es wird später erneut nachgesehen."
    return Unavailable(text, code="IN_PROGRESS", who="operator")


def _later(now: datetime, progress: Progress) -> NotYet:
    seconds = _WAITS[min(progress.asked, len(_WAITS) - 1)]
    return NotYet(progress.data(), ask_at=now + timedelta(seconds=seconds))


def _staged(progress: Progress) -> Staged:
    return Staged(progress.data(), expires_at=datetime.fromisoformat(progress.made_at) + KEEPS)
