"""Fetch each medium once, and bring each picture into the shape each channel takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from connectors.base import PictureRules
from distributor.domain import FeedMedium, Refused
from distributor.fetching import FetchFailed, fetch
from distributor.intake.report import item_of
from distributor.lifecycle import backoff
from distributor.log import about
from distributor.media.pictures import probe, render
from distributor.media.shapes import shape_key
from distributor.media.sniff import sniff
from distributor.services.deps import Deps
from distributor.services.trying import trial
from distributor.store import items, recalls
from distributor.store.tables import ItemRow, MediumRow, RenditionRow

MAX_BYTES = 30_000_000
"""The largest picture that is fetched; our own choice, well above what any channel takes."""

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


def sync_media(item: ItemRow, known: dict[str, MediumRow]) -> list[MediumRow]:
    """Return rows for the pictures that the Item's newest revision names and that are not yet known."""
    wanted = [url for medium in item_of(item.document).media for url in picture_addresses(medium)]
    return [
        MediumRow(item_id=item.id, position=position, url=url, kind="image")
        for position, url in enumerate(dict.fromkeys(wanted))
        if url not in known
    ]


def fetch_pending(deps: Deps, clock: Callable[[], datetime]) -> int:
    """Fetch what is due; return how many media were tried."""
    with deps.store.read() as session:
        waiting = [(row.item_id, row.id, row.url, row.tries) for row in items.pending_media(session, clock())]
    for item_id, medium_id, url, tries in waiting:
        with about(item_id, item=item_id), trial(deps, f"medium/{medium_id}", clock()) as allowed:
            _fetch_one(deps, medium_id, url, tries, clock, allowed=allowed)
    return len(waiting)


def _fetch_one(
    deps: Deps, medium_id: int, url: str, tries: int, clock: Callable[[], datetime], *, allowed: bool
) -> None:
    change: dict[str, object]
    try:
        if not allowed:
            raise Refused(f"Beim Lesen von {url} ist der Dienst mehrmals abgestürzt.", code="medium.deadly")
        got = fetch(url, allow_private=deps.settings.allow_private, max_bytes=MAX_BYTES)
        kind = sniff(got.body)
        if kind.kind != "image":
            raise Refused(f"Unter {url} liegt kein Bild, sondern {kind.mime}.", code="medium.kind")
        probe(got.body)
        sha256 = deps.cache.put(got.body, kind.mime)
        change = {"state": "ready", "trouble": "", "sha256": sha256, "mime": kind.mime, "next_try_at": None}
    except FetchFailed as error:
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


@dataclass(frozen=True, slots=True)
class _Wanted:
    source: str
    shape: str
    rules: PictureRules


def make_renditions(deps: Deps, item_id: int) -> None:
    """Make every rendition of the Item's pictures that a channel in use needs and that does not exist yet."""
    with deps.store.read() as session:
        rows = [row for row in items.media(session, item_id) if row.state == "ready"]
        channels = {account.channel for account, _ in items.accounts(session)}
        known = items.renditions(session, [row.sha256 for row in rows])
    rules = {shape_key(r): r for r in (deps.connector(channel).limits.pictures for channel in sorted(channels))}
    wanted = [
        _Wanted(row.sha256, shape, rule)
        for row in rows
        for shape, rule in rules.items()
        if (row.sha256, shape) not in known
    ]
    for each in wanted:
        _make_one(deps, item_id, each)


def _make_one(deps: Deps, item_id: int, wanted: _Wanted) -> None:
    try:
        data = render(deps.cache.read(wanted.source), wanted.rules)
    except Refused as error:
        _refuse(deps, item_id, wanted.source, error.text)
        return
    picture = probe(data)
    sha256 = deps.cache.put(data, picture.mime)
    with deps.store.write() as session:
        session.merge(
            RenditionRow(
                source=wanted.source,
                shape=wanted.shape,
                sha256=sha256,
                mime=picture.mime,
                width=picture.width,
                height=picture.height,
                size=len(data),
            )
        )


def _refuse(deps: Deps, item_id: int, source: str, trouble: str) -> None:
    with deps.store.write() as session:
        for row in items.media(session, item_id):
            if row.sha256 == source:
                row.state, row.trouble = "refused", trouble
