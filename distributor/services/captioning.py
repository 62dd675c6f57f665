"""A video's captions as an editor types them: the spoken text, which is timed by the pauses, or captions with times."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from distributor.domain import Actor, Refused
from distributor.intake.report import item_of
from distributor.media import captions
from distributor.media.captions import Cue
from distributor.media.timing import timed
from distributor.media.transcode import Failed, find_ffmpeg, pauses
from distributor.services.clearing import Answer, clear, item_in
from distributor.services.deps import Deps
from distributor.services.films import film_of
from distributor.services.media import video_of
from distributor.services.permission import require
from distributor.services.workpiece import TYPED, Workpiece, workpiece
from distributor.store import items
from distributor.store.posts import record
from distributor.store.tables import MediumRow


def type_in(deps: Deps, actor: Actor, item_id: int, text: str, now: datetime) -> tuple[Cue, ...]:
    """Give the Item's video the captions that a text makes; an empty one takes them back. Return them.

    The question for captions is answered with it. Raises: Refused.
    """
    require(actor, "item.clear")
    with deps.store.read() as session:
        item = item_in(session, item_id)
        piece = workpiece(session, item)
        video = video_of(item_of(item.document).media)
    if piece.video is None or video is None or piece.video.state != "ready":
        text = "Der Beitrag hat kein Video, das schon geladen ist; Untertitel gibt es nur zu einem Video."
        raise Refused(text, code="captions.no_video")
    cues = _cues(deps, piece.video, text) if text.strip() else ()
    sha256 = deps.cache.put(captions.as_vtt(cues), "text/vtt") if cues else ""
    with deps.store.write() as session:
        row = item_in(session, item_id, lock=True)
        _keep(session, item_id, f"{TYPED}{piece.video.sha256}", sha256, text)
        row.stale = True
        record(session, now=now, actor=actor, what="item.captioned", subject="item", subject_id=item_id)
    clear(deps, actor, item_id, [Answer("captions", "present" if cues else "missing", video.url)], now)
    return cues


def _cues(deps: Deps, video: MediumRow, text: str) -> tuple[Cue, ...]:
    if "-->" in text:
        return captions.read(text.encode())
    film = film_of(video)
    try:
        ffmpeg, source = find_ffmpeg(deps.settings.ffmpeg), deps.cache.local(video.sha256)
        quiet = pauses(source, film, ffmpeg=ffmpeg, workshop=deps.cache.workshop())
    except Failed as error:
        told = "Der Ton des Videos lässt sich nicht lesen; bitte Untertitel mit Zeiten eingeben (WebVTT)."
        raise Refused(told, code="captions.sound") from error
    return timed(text, quiet, film.seconds)


def _keep(session: Session, item_id: int, url: str, sha256: str, text: str) -> None:
    row = next((row for row in items.media(session, item_id) if row.url == url), None)
    if row is None:
        row = MediumRow(item_id=item_id, position=0, url=url, kind="captions")
        session.add(row)
    row.state, row.sha256, row.mime, row.trouble = ("ready" if sha256 else "withdrawn"), sha256, "text/vtt", ""
    row.facts = {"text": text}


def shown(deps: Deps, piece: Workpiece) -> dict[str, Any] | None:
    """Return the captions of an Item's video as they stand, and what was typed; None without a video."""
    video = video_of(piece.content.media)
    if piece.video is None or video is None or piece.video.state != "ready":
        return None
    row = piece.captions
    typed = row is not None and row.url.startswith(TYPED)
    cues: tuple[Cue, ...] = ()
    if row is not None and row.state == "ready" and deps.cache.has(row.sha256):
        cues = captions.read(deps.cache.read(row.sha256))
    facts = row.facts if row is not None and row.facts else {}
    return {
        "typed": typed,
        "text": str(facts.get("text", "")) if typed else video.transcript,
        "cues": [{"start": cue.start, "end": cue.end, "text": cue.text} for cue in cues],
        "vtt": captions.as_vtt(cues).decode() if cues else "",
    }
