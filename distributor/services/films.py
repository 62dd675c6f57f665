"""Films: what each channel needs of an Item's video, made once for all accounts, by whichever daemon comes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.orm import Session

from connectors.base import Connector, Medium, VideoRules
from distributor.clearance import DECORATIVE
from distributor.domain import Problem, Refused
from distributor.media import captions
from distributor.media.bucket import BucketTrouble
from distributor.media.films import Cast, Film, cast, probe
from distributor.media.transcode import Failed, find_ffmpeg, transcode
from distributor.services.deps import Deps
from distributor.services.media import by_picture
from distributor.store import films, items
from distributor.store.films import Order
from distributor.store.tables import FilmRow, MediumRow, RenditionRow

if TYPE_CHECKING:
    from distributor.services.workpiece import Workpiece

HOLD = timedelta(minutes=2)
"""How long a film stays with a worker that says nothing; it says how far it is more often."""
_TRIES = 3
_SAYS = 2
"""Percent between two notes of how far a film is."""

_log = structlog.get_logger()


class Halted(Exception):
    """The worker is to end, or the film is not its own any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One film that a channel needs: what is to be made of the source, and what is burnt in."""

    cast: Cast
    burnt: str

    @property
    def shape(self) -> str:
        """The rendition's name."""
        return self.cast.shape(self.burnt)


def film_of(row: MediumRow) -> Film:
    """Return what opening the video told. Raises: ValueError before it was opened."""
    if not row.facts:
        raise ValueError(f"medium {row.id} was not opened")
    return Film(**{name: row.facts[name] for name in Film.__slots__})


def wanted(video: MediumRow, said: MediumRow | None, rules: VideoRules, label: str) -> Wanted:
    """Return the film that these rules need. Raises: Refused if there can be none."""
    burnt = said.sha256 if said is not None and said.state == "ready" and rules.captions == "burnt" else ""
    return Wanted(cast(film_of(video), rules, label), burnt)


def order_films(deps: Deps, session: Session, piece: Workpiece, now: datetime) -> None:
    """Put every film on the queue that a channel in use needs of the Item's video and that is not made yet."""
    if piece.video is None or piece.video.state != "ready":
        return
    for channel in sorted({account.channel for account, _ in items.accounts(session)}):
        connector = deps.connector(channel)
        if connector.limits.videos is None:
            continue
        try:
            film = wanted(piece.video, piece.captions, connector.limits.videos, connector.label)
        except Refused:
            continue  # the posts say so themselves
        key = (piece.video.sha256, film.shape)
        if key in piece.renditions or session.get(FilmRow, key) is not None:
            continue
        session.add(FilmRow(source=key[0], shape=key[1], captions=film.burnt, document=asdict(film.cast), asked_at=now))
        session.flush()


def medium_of(piece: Workpiece, connector: Connector) -> Medium | None:
    """Return the video as the channel gets it; None if it gets none, or not yet."""
    rules, video = connector.limits.videos, piece.video
    if rules is None or video is None or video.state != "ready":
        return None
    try:
        shape = wanted(video, piece.captions, rules, connector.label).shape
    except Refused:
        return None
    made = piece.renditions.get((video.sha256, shape))
    if made is None:
        return None
    beside = piece.captions if rules.captions == "file" and piece.captions is not None else None
    return Medium(
        made.sha256,
        made.mime,
        made.width,
        made.height,
        made.size,
        _told(piece),
        captions=beside.sha256 if beside is not None and beside.state == "ready" else "",
        cover=int((video.facts or {}).get("cover", 0)),
    )


def _told(piece: Workpiece) -> str:
    """Return what is said of the video to who cannot see it: what its poster shows, else the Item's title."""
    posters = {medium.poster for medium in piece.content.media if piece.video and medium.url == piece.video.url}
    said = by_picture(piece.content.media)
    for row in piece.media:
        if row.url in posters:
            alt = piece.answers.get(("alt", row.sha256), said[row.url].alt or "")
            return piece.content.title if alt in ("", DECORATIVE) else alt
    return piece.content.title


def problems(piece: Workpiece, connector: Connector) -> list[Problem]:
    """Return a blocking problem where the channel's video cannot be had, or cannot be had yet."""
    rules, video, said = connector.limits.videos, piece.video, piece.captions
    if rules is None or video is None or video.state == "withdrawn":
        return []
    if video.state == "refused":
        return [_blocked(f"Das Video kann nicht verwendet werden: {video.trouble}")]
    if said is not None and said.state == "refused":
        return [_blocked(f"Die Untertitel des Videos können nicht verwendet werden: {said.trouble}")]
    try:
        key = (video.sha256, wanted(video, said, rules, connector.label).shape)
    except (Refused, ValueError) as error:
        return [_blocked(error.text if isinstance(error, Refused) else "Das Video ist noch nicht geprüft.")]
    if key in piece.renditions:
        return []
    film = piece.films.get(key)
    if film is not None and film.state == "refused":
        return [_blocked(f"Das Video konnte nicht umgewandelt werden: {film.trouble}")]
    text = f"Das Video ist noch in Arbeit ({rules.width} × {rules.height}); danach geht der Post von selbst weiter."
    return [Problem("media.in_work", "block", text)]


def _blocked(text: str) -> Problem:
    return Problem("media.refused", "block", text)


def make_next(deps: Deps, clock: Callable[[], datetime], halted: Callable[[], bool] = lambda: False) -> int:
    """Make the film that waits longest; return how many that were (0 or 1)."""
    with deps.store.write() as session:
        order = films.take(session, clock(), HOLD)
    if order is None:
        return 0
    trouble = ""
    with deps.store.read() as session:
        still = films.needed(session, order.source)
    target = deps.cache.workshop() / f"{order.source[:16]}-{order.tries}.mp4"
    try:
        if not still:
            trouble = "Kein Beitrag braucht es mehr."
        elif order.tries > _TRIES:
            trouble = "Die Umwandlung wurde mehrmals abgebrochen; bitte das Video neu exportieren."
        else:
            _make(deps, order, target, clock, halted)
    except (Halted, BucketTrouble):
        _give_back(deps, order)
        return 0
    except Refused as error:
        trouble = error.text
    except Failed as error:
        trouble = (
            "Die Umwandlung dauerte zu lange; bitte das Video kürzer oder kleiner exportieren."
            if error.late
            else "ffmpeg kann das Video nicht umwandeln; bitte neu exportieren (MP4 mit H.264)."
        )
        _log.warning("film_failed", source=order.source[:12], shape=order.shape, detail=error.detail)
    finally:
        target.unlink(missing_ok=True)
    if trouble:
        _refuse(deps, order, trouble)
    _log.info("film_made", source=order.source[:12], shape=order.shape, trouble=trouble)
    return 1


def _make(deps: Deps, order: Order, target: Path, clock: Callable[[], datetime], halted: Callable[[], bool]) -> None:
    source, said = deps.cache.local(order.source), tuple[captions.Cue, ...]()
    if order.captions:
        said = captions.read(deps.cache.read(order.captions))
    noted = [-_SAYS]

    def told(done: float) -> None:
        if halted():
            raise Halted
        percent = min(99, int(done * 100))
        if percent < noted[0] + _SAYS:
            return
        noted[0] = percent
        with deps.store.write() as session:
            if not films.hold(session, order, percent, clock() + HOLD):
                raise Halted

    film, made = probe(source), Cast(**order.document)
    ffmpeg = find_ffmpeg(deps.settings.ffmpeg)
    transcode(source, target, film, made, ffmpeg=ffmpeg, cues=said, told=told)
    size = target.stat().st_size
    sha256 = deps.cache.take(target, "video/mp4")
    with deps.store.write() as session:
        row = films.locked(session, order)
        if row is None:
            return
        session.delete(row)
        session.merge(
            RenditionRow(
                source=order.source,
                shape=order.shape,
                sha256=sha256,
                mime="video/mp4",
                width=made.width,
                height=made.height,
                size=size,
            )
        )
        films.renew(session, order.source)


def _refuse(deps: Deps, order: Order, trouble: str) -> None:
    with deps.store.write() as session:
        row = films.locked(session, order)
        if row is not None:
            row.state, row.trouble, row.until = "refused", trouble, None
            films.renew(session, order.source)


def _give_back(deps: Deps, order: Order) -> None:
    """Let another worker go on at once, as if it had not been begun."""
    with deps.store.write() as session:
        row = films.locked(session, order)
        if row is not None:
            row.state, row.until, row.tries = "waiting", None, row.tries - 1


def shown(piece: Workpiece) -> list[dict[str, Any]]:
    """Return the films of an Item's video: size, how far each is, and the file once it is made."""
    if piece.video is None:
        return []
    told = [
        _shown(shape, row.document["width"], row.document["height"], row.state, row.percent, row.trouble)
        for (source, shape), row in piece.films.items()
        if source == piece.video.sha256
    ]
    told += [
        _shown(shape, row.width, row.height, "ready", 100, sha256=row.sha256)
        for (source, shape), row in piece.renditions.items()
        if source == piece.video.sha256
    ]
    return sorted(told, key=lambda film: str(film["shape"]))


def _shown(
    shape: str, width: int, height: int, state: str, percent: int, trouble: str = "", sha256: str = ""
) -> dict[str, Any]:
    return {
        "shape": shape,
        "width": width,
        "height": height,
        "burnt": not shape.endswith("-c0"),
        "state": state,
        "percent": percent,
        "trouble": trouble,
        "sha256": sha256,
    }
