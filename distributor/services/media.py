"""Fetch each medium once, and tell what of an Item is fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

import structlog

from distributor.domain import FeedMedium, Refused
from distributor.fetching import FetchFailed, fetch, load
from distributor.intake.media import mime_of
from distributor.intake.report import item_of
from distributor.lifecycle import backoff
from distributor.log import about
from distributor.media import captions, films
from distributor.media.bucket import BucketTrouble
from distributor.media.pictures import probe
from distributor.media.sniff import sniff
from distributor.services.deps import Deps
from distributor.services.trying import trial
from distributor.store import items, recalls
from distributor.store.tables import ItemRow, MediumRow

MAX_BYTES = 30_000_000
"""The largest picture that is fetched; our own choice, well above what any channel takes."""

SMALL, LARGE = ("image", "captions"), ("video",)
KINDS = (*SMALL, *LARGE)
_FILMS = ("video/mp4", "video/quicktime", "video/webm")
_TRIES = 6

_log = structlog.get_logger()


def picture_addresses(medium: FeedMedium) -> list[str]:
    """Return the addresses of the pictures that posts are made of: the picture itself, or a video's poster frame."""
    if medium.kind == "image":
        return [medium.url]
    return [medium.poster] if medium.kind == "video" and medium.poster else []


def by_picture(media: Iterable[FeedMedium]) -> dict[str, FeedMedium]:
    """Return what speaks for each picture's address: the picture itself before a video whose poster it is."""
    pictures_last = sorted(media, key=lambda medium: medium.kind == "image")
    return {url: medium for medium in pictures_last for url in picture_addresses(medium)}


def video_of(media: Iterable[FeedMedium]) -> FeedMedium | None:
    """Return the Item's video that posts carry: the first with a file of its own, not one that only a page plays."""
    return next((one for one in media if one.kind == "video" and (one.mime or mime_of(one.url)) in _FILMS), None)


def captions_of(video: FeedMedium | None) -> str:
    """Return the address of the captions that go with the video: German ones before others; empty for none."""
    tracks = [track for track in video.captions if track.playable] if video else []
    return min(tracks, key=lambda track: not track.lang.lower().startswith("de")).url if tracks else ""


def wanted_media(media: Iterable[FeedMedium]) -> dict[str, str]:
    """Return the address and kind of every file that posts of these media are made of, in order."""
    found = list(media)
    pictures = dict.fromkeys((url for medium in found for url in picture_addresses(medium)), "image")
    video = video_of(found)
    beside = {video.url: "video", captions_of(video): "captions"} if video else {}
    return {**{url: kind for url, kind in beside.items() if url and url not in pictures}, **pictures}


def sync_media(item: ItemRow, known: dict[str, MediumRow]) -> list[MediumRow]:
    """Return rows for the files that the Item's newest revision names and that are not yet known."""
    wanted = wanted_media(item_of(item.document).media)
    places = {url: number for number, url in enumerate(url for url, kind in wanted.items() if kind == "image")}
    return [
        MediumRow(item_id=item.id, position=places.get(url, 0), url=url, kind=kind)
        for url, kind in wanted.items()
        if url not in known
    ]


def fetch_pending(deps: Deps, clock: Callable[[], datetime], kinds: Collection[str] = KINDS) -> int:
    """Fetch what is due of these kinds; return how many media were tried."""
    with deps.store.read() as session:
        waiting = [
            (row.item_id, row.id, row.kind, row.url, row.tries) for row in items.pending_media(session, clock(), kinds)
        ]
    for item_id, medium_id, kind, url, tries in waiting:
        with about(item_id, item=item_id), trial(deps, f"medium/{medium_id}", clock()) as allowed:
            _fetch_one(deps, medium_id, kind, url, tries, clock, allowed=allowed)
    return len(waiting)


def _image(deps: Deps, url: str) -> dict[str, object]:
    got = fetch(url, allow_private=deps.settings.allow_private, max_bytes=MAX_BYTES)
    kind = sniff(got.body)
    if kind.kind != "image":
        raise Refused(f"Unter {url} liegt kein Bild, sondern {kind.mime}.", code="medium.kind")
    picture = probe(got.body)
    facts = {"width": picture.width, "height": picture.height}
    sha256 = deps.cache.put(got.body, kind.mime)
    return {"sha256": sha256, "mime": kind.mime, "etag": got.etag, "modified": got.last_modified, "facts": facts}


def _captions(deps: Deps, url: str) -> dict[str, object]:
    got = fetch(url, allow_private=deps.settings.allow_private, max_bytes=captions.MAX_BYTES)
    sha256 = deps.cache.put(captions.as_vtt(captions.read(got.body)), "text/vtt")
    return {"sha256": sha256, "mime": "text/vtt", "etag": got.etag, "modified": got.last_modified}


def _video(deps: Deps, url: str) -> dict[str, object]:
    """Load the file piece by piece, also over several tries, and open it."""
    part = deps.cache.workshop() / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.part"
    got = load(url, part, allow_private=deps.settings.allow_private, max_bytes=films.MAX_BYTES)
    try:
        film = films.probe(part)
        facts = {**asdict(film), "cover": films.cover(part, film)}
        with part.open("rb") as file:
            mime = sniff(file.read(films.HEAD)).mime
        sha256 = deps.cache.take(part, mime)
    finally:
        part.unlink(missing_ok=True)
    return {"sha256": sha256, "mime": mime, "etag": got.etag, "modified": got.last_modified, "facts": facts}


_GET: Mapping[str, Callable[[Deps, str], dict[str, object]]] = {
    "image": _image,
    "captions": _captions,
    "video": _video,
}


def get(deps: Deps, kind: str, url: str) -> dict[str, object]:
    """Fetch and open a medium; return what is to be stored of it. Raises: FetchFailed, Refused."""
    return _GET[kind](deps, url)


def _fetch_one(
    deps: Deps, medium_id: int, kind: str, url: str, tries: int, clock: Callable[[], datetime], *, allowed: bool
) -> None:
    change: dict[str, object]
    try:
        if not allowed:
            raise Refused(f"Beim Lesen von {url} ist der Dienst mehrmals abgestürzt.", code="medium.deadly")
        change = {**get(deps, kind, url), "state": "ready", "trouble": "", "next_try_at": None, "looked_at": clock()}
    except (FetchFailed, BucketTrouble) as error:
        again = tries + 1 < _TRIES
        wait = clock() + backoff(medium_id, tries, deps.policy) if again else None
        change = {"state": "pending" if again else "refused", "trouble": error.text, "next_try_at": wait}
    except Refused as error:
        change = {"state": "refused", "trouble": error.text, "next_try_at": None}
    with deps.store.write() as session:
        row = session.get_one(MediumRow, medium_id, populate_existing=True, with_for_update={"key_share": True})
        if row.state == "withdrawn" or recalls.barred_content(session, str(change.get("sha256", ""))):
            change |= {"state": "withdrawn", "trouble": "", "next_try_at": None}
        row.tries = tries + 1
        for name, value in change.items():
            setattr(row, name, value)
    _log.info("medium_fetched", medium=medium_id, state=change["state"])
