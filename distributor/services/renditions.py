"""Bring each picture of an Item into the shapes its channels take, and make the cards that stand in for pictures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from connectors.base import Connector, PictureRules
from distributor.domain import Refused
from distributor.media.bucket import BucketTrouble
from distributor.media.cards import Card, card_of, card_shape, card_size, paint
from distributor.media.pictures import probe, render
from distributor.media.shapes import Point, Treatment, shape_key
from distributor.services.deps import Deps
from distributor.services.media import by_picture
from distributor.services.workpiece import Workpiece, workpiece
from distributor.store import items
from distributor.store.tables import ItemRow, MediumRow, RenditionRow

CARD = "card"
"""The kind of a Medium that we made ourselves because the Item has no picture."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    source: str
    shape: str
    rules: PictureRules
    treatment: Treatment


def treatment(piece: Workpiece, row: MediumRow, channel: str) -> Treatment:
    """Return what an editor asked for one picture, and how the channel has pictures brought into shape."""
    text = piece.texts.get(channel)
    burnt = piece.answers.get(("burnt", row.sha256)) == "yes"
    return Treatment(
        focus=focus_in(piece.answers.get(("focus", row.sha256), "")),
        fit=text.fit if text is not None else "crop",
        credit=credit_of(piece, row) if burnt else "",
    )


def focus_in(answer: str) -> Point | None:
    """Return the point that an answer names, such as ``0.250,0.500``; None for the one that is measured."""
    across, comma, down = answer.partition(",")
    return (float(across), float(down)) if comma else None


def credit_of(piece: Workpiece, row: MediumRow) -> str:
    """Return who made a picture; before clearance what the feed says."""
    said = by_picture(piece.content.media).get(row.url)
    return piece.answers.get(("credit", row.sha256)) or (said.credit if said else "") or piece.content.credit


def without_picture(piece: Workpiece, connector: Connector) -> bool:
    """Tell whether the Item has nothing to show on the channel: no picture, and no video that it takes."""
    film = connector.limits.videos is not None and piece.video is not None and piece.video.state != "withdrawn"
    return not film and all(row.state == "withdrawn" for row in piece.media)


def no_media(piece: Workpiece, channel: str) -> str:
    """Return what the channel does with an Item that has no picture: ``card``, ``skip`` or ``text``."""
    text = piece.texts.get(channel)
    return text.no_media if text is not None else "text"


def skipped(piece: Workpiece, connector: Connector) -> str:
    """Return why the channel makes no post of the Item, as a sentence; empty where it makes one."""
    if no_media(piece, connector.channel) != "skip" or not without_picture(piece, connector):
        return ""
    return skip_sentence(connector.label)


def skip_sentence(label: str) -> str:
    """Return why a channel makes no post of an Item without a picture."""
    return f"Auf {label} entsteht kein Post: Der Beitrag hat kein Bild, und so ist es eingestellt (no_media = skip)."


def make_renditions(deps: Deps, item_id: int, foreseen: Mapping[tuple[str, str], str] = MappingProxyType({})) -> None:
    """Make every rendition that a channel in use needs of the Item and that does not exist yet.

    ``foreseen`` are answers that are about to be given.
    """
    with deps.store.read() as session:
        item = session.get(ItemRow, item_id)
        if item is None:
            return
        piece = workpiece(session, item, foreseen=foreseen)
        wanted = list(dict.fromkeys(_wanted(deps, piece, sorted(items.channels(session)))))
        cards = list(dict.fromkeys(_cards(deps, session, piece)))
    for each in wanted:
        _make_one(deps, item_id, each)
    _make_cards(deps, item_id, cards)


def _wanted(deps: Deps, piece: Workpiece, channels: list[str]) -> Iterator[_Wanted]:
    for row in piece.media:
        if row.state != "ready":
            continue
        for channel in channels:
            rules, treated = deps.connector(channel).limits.pictures, treatment(piece, row, channel)
            shape = shape_key(rules, treated)
            if (row.sha256, shape) not in piece.renditions:
                yield _Wanted(row.sha256, shape, rules, treated)


def _make_one(deps: Deps, item_id: int, wanted: _Wanted) -> None:
    try:
        data = render(deps.cache.read(wanted.source), wanted.rules, wanted.treatment)
    except BucketTrouble:
        raise  # the picture is as good as it was
    except Refused as error:
        _refuse(deps, item_id, wanted.source, error.text)
        return
    made = _kept(deps, data, wanted.source, wanted.shape)
    with deps.store.write() as session:
        session.merge(made)


def _kept(deps: Deps, data: bytes, source: str, shape: str) -> RenditionRow:
    picture = probe(data)
    sha256 = deps.cache.put(data, picture.mime)
    return RenditionRow(
        source=source,
        shape=shape,
        sha256=sha256,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        size=len(data),
    )


def _refuse(deps: Deps, item_id: int, source: str, trouble: str) -> None:
    with deps.store.write() as session:
        for row in items.media(session, item_id):
            if row.sha256 == source:
                row.state, row.trouble = "refused", trouble


def _cards(deps: Deps, session: Session, piece: Workpiece) -> Iterator[tuple[Card, tuple[int, int]]]:
    """Yield the cards that are needed and not made yet."""
    if any(row.state != "withdrawn" for row in piece.media):
        return
    for account, owner in items.accounts(session):
        connector = deps.connector(account.channel)
        if no_media(piece, account.channel) == "card" and without_picture(piece, connector):
            card = card_of(piece.content, piece.drafts.organisation(owner))
            size = card_size(connector.limits.pictures)
            if (card.source, card_shape(size)) not in piece.cards:
                yield card, size


def _make_cards(deps: Deps, item_id: int, cards: Sequence[tuple[Card, tuple[int, int]]]) -> None:
    """Paint what is needed, then store all of it at once."""
    made = [(card, _kept(deps, paint(card, size), card.source, card_shape(size))) for card, size in cards]
    if not made:
        return
    with deps.store.write() as session:
        items.locked(session, item_id)
        known = {row.url: row for row in items.media(session, item_id)}
        for card, rendition in made:
            url = f"{CARD}:{card.source}"
            if url not in known:
                known[url] = MediumRow(
                    item_id=item_id, position=0, url=url, kind=CARD, state="ready", sha256=card.source,
                    mime=rendition.mime,
                )  # fmt: skip
                session.add(known[url])
            if known[url].state == "ready":
                session.merge(rendition)


def shown(piece: Workpiece, channels: Collection[str]) -> list[dict[str, Any]]:
    """Return how each picture is shown: its size, the point in sight (None: found by measure), what was made of it."""
    told = []
    for row in piece.media:
        if row.state != "ready":
            continue
        treated = [treatment(piece, row, channel) for channel in channels]
        made = {made.sha256: made for (source, _), made in piece.renditions.items() if source == row.sha256}
        facts = row.facts or {}
        told.append(
            {
                "sha256": row.sha256,
                "width": facts.get("width"),
                "height": facts.get("height"),
                "focus": focus_in(piece.answers.get(("focus", row.sha256), "")),
                "credit": credit_of(piece, row),
                "burnt": piece.answers.get(("burnt", row.sha256)) == "yes",
                "cropped": any(each.fit == "crop" for each in treated),
                "made": [{"sha256": each.sha256, "width": each.width, "height": each.height} for each in made.values()],
            }
        )
    return told


def skipping(deps: Deps, piece: Workpiece, channels: Collection[str]) -> list[dict[str, str]]:
    """Return the channels that make no post of the Item, each with the reason."""
    whys = {channel: skipped(piece, deps.connector(channel)) for channel in sorted(channels)}
    return [{"channel": channel, "why": why} for channel, why in whys.items() if why]
