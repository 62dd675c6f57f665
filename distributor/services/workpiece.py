"""All that is known of an Item when its posts are made, read at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from distributor.clearance import Clearance, Question, unanswered
from distributor.consent import without_consents
from distributor.domain import ChannelText, FeedItem, Organisation, Override
from distributor.intake.report import item_of
from distributor.roster import channel_text_of, lexicon_of, organisation_of
from distributor.services.gating import clearance_of
from distributor.services.media import wanted_media
from distributor.store import films, items, persons
from distributor.store.tables import FilmRow, ItemRow, MediumRow, OrganisationRow, PostRow, RenditionRow
from distributor.tailoring import Tailored, tailor
from distributor.tailoring.lexicon import LEXICON, Lexicon, with_house

TYPED = "typed:"
"""Begins the address of captions that an editor typed; then comes the hash of the video that they belong to."""


@dataclass(slots=True)
class Drafts:
    """Renderings kept for when they are asked for again, each with all that it was made of.

    So a country's posts are rendered before the transaction that stores them, which then holds up nobody: one of which
    anything has changed meanwhile is made anew there. ``posts`` are those made for accounts that had none of a form.
    """

    posts: dict[tuple[int, str], PostRow] = field(default_factory=dict)
    _kept: dict[Hashable, tuple[dict[str, Any], Tailored]] = field(default_factory=dict)
    _read: dict[int, tuple[dict[str, Any], Organisation]] = field(default_factory=dict)

    def organisation(self, owner: OrganisationRow) -> Organisation:
        """Return an Organisation's roster entry, read once however many accounts it has."""
        before, organisation = self._read.get(owner.id, (None, None))
        if organisation is None or before != owner.document:
            organisation = organisation_of(owner.document)
            self._read[owner.id] = owner.document, organisation
        return organisation

    def made(self, which: Hashable, given: dict[str, Any]) -> Tailored:
        """Return what ``tailor`` makes of ``given``."""
        before, draft = self._kept.get(which, (None, None))
        if draft is None or before != given:
            draft = tailor(**given)
            self._kept[which] = given, draft
        return draft


@dataclass(frozen=True, slots=True)
class Workpiece:
    """All that is known of an Item when its posts are made.

    ``media`` are its pictures, ``cards`` what was made in their stead. Of the files that are ``wanted`` those that were
    tried are ``fetched``.
    """

    item: ItemRow
    content: FeedItem
    media: Sequence[MediumRow]
    video: MediumRow | None
    captions: MediumRow | None
    films: Mapping[tuple[str, str], FilmRow]
    renditions: Mapping[tuple[str, str], RenditionRow]
    cards: Mapping[tuple[str, str], RenditionRow]
    clearance: Clearance
    overrides: Mapping[tuple[str, int], Override]
    texts: Mapping[str, ChannelText]
    wanted: frozenset[str]
    fetched: frozenset[str]
    lexicon: Lexicon
    drafts: Drafts = field(default_factory=Drafts, compare=False)

    def override(self, channel: str, occurrence: int) -> Override | None:
        """Return the editor's own wording: this occurrence's, else the one for all."""
        return self.overrides.get((channel, occurrence)) or self.overrides.get((channel, 0))

    @property
    def complete(self) -> bool:
        """Tell whether every file has been fetched or refused: before that nobody can judge the Item."""
        return self.fetched == self.wanted

    @property
    def cleared(self) -> bool:
        """Tell whether posts of the Item may be approved."""
        return self.complete and not self.unanswered and self.item.stage == "active"

    @property
    def answers(self) -> Mapping[tuple[str, str], str]:
        """Return the newest answer by (question, subject)."""
        return self.clearance.answers

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return what an editor is asked about this Item."""
        return self.clearance.asked

    @property
    def unanswered(self) -> list[Question]:
        """Return what still keeps the Item from being cleared."""
        return unanswered(self.questions, self.answers)


def workpiece(
    session: Session,
    item: ItemRow,
    drafts: Drafts | None = None,
    *,
    foreseen: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Workpiece:
    """Read all that is needed to make an Item's posts; ``foreseen`` are answers that are about to be given."""
    content = item_of(item.document)
    wanted = wanted_media(content.media)
    stored = items.media(session, item.id)
    rows = {row.url: row for row in stored if row.url in wanted}
    media = [row for row in rows.values() if row.kind == "image"]
    video = next((row for row in rows.values() if row.kind == "video"), None)
    shown = persons.shown_in(session, [item.id]).get(item.id, ())
    return Workpiece(
        item=item,
        content=replace(content, topics=without_consents(content.topics)),
        media=media,
        video=video,
        captions=_captions(stored, rows.values(), video),
        films=films.of(session, [video.sha256]) if video is not None and video.sha256 else {},
        renditions=items.renditions(session, [row.sha256 for row in (*media, *([video] if video else []))]),
        cards=_renditions(session, [row.sha256 for row in stored if row.kind == "card" and row.state == "ready"]),
        clearance=clearance_of(content, media, {**items.answers(session, item.id), **foreseen}, shown),
        overrides={key: Override(du=row.du, sie=row.sie) for key, row in items.overrides(session, item.id).items()},
        texts={channel: channel_text_of(row.document) for channel, row in items.channel_texts(session).items()},
        wanted=frozenset(wanted),
        fetched=frozenset(url for url, row in rows.items() if row.state != "pending"),
        lexicon=_lexicon(session),
        drafts=drafts if drafts is not None else Drafts(),
    )


def _captions(stored: Sequence[MediumRow], named: Iterable[MediumRow], video: MediumRow | None) -> MediumRow | None:
    """Return the captions that somebody typed for this very file, else those that the portal names."""
    typed = f"{TYPED}{video.sha256}" if video is not None and video.sha256 else ""
    own = next((row for row in stored if row.url == typed and row.state == "ready"), None) if typed else None
    return own or next((row for row in named if row.kind == "captions"), None)


def _renditions(session: Session, sources: Sequence[str]) -> Mapping[tuple[str, str], RenditionRow]:
    return items.renditions(session, sources) if sources else {}


def _lexicon(session: Session) -> Lexicon:
    """Return the shipped words with the house's own laid over them."""
    lexicon = LEXICON
    for row in items.lexicons(session).values():
        lexicon = with_house(lexicon_of(row.document), lexicon)
    return lexicon
