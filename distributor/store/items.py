"""Items, their revisions, media and clearance answers in storage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from distributor.clearance import OPEN
from distributor.store.tables import (
    AccountRow,
    AnswerRow,
    CalendarRow,
    ChannelTextRow,
    ItemRow,
    LexiconRow,
    MediumRow,
    OrganisationRow,
    OverrideRow,
    PostRow,
    RenditionRow,
)

_MEDIA = (
    select(MediumRow)
    .where(MediumRow.item_id.in_(bindparam("items", expanding=True)))
    .order_by(MediumRow.item_id, MediumRow.position)
)
_ANSWERS = (
    select(AnswerRow.item_id, AnswerRow.question, AnswerRow.subject, AnswerRow.answer)
    .where(AnswerRow.item_id.in_(bindparam("items", expanding=True)))
    .order_by(AnswerRow.id)
)


def media(session: Session, item_id: int) -> Sequence[MediumRow]:
    """Return an Item's media in order."""
    return session.scalars(select(MediumRow).where(MediumRow.item_id == item_id).order_by(MediumRow.position)).all()


def media_of(session: Session, item_ids: Collection[int]) -> dict[int, list[MediumRow]]:
    """Return the media of several Items, each Item's in order."""
    found: dict[int, list[MediumRow]] = {}
    for row in session.scalars(_MEDIA, {"items": list(item_ids)}):
        found.setdefault(row.item_id, []).append(row)
    return found


def answers(session: Session, item_id: int) -> dict[tuple[str, str], str]:
    """Return the newest answer by (question, subject)."""
    return answers_of(session, [item_id]).get(item_id, {})


def answers_of(session: Session, item_ids: Collection[int]) -> dict[int, dict[tuple[str, str], str]]:
    """Return the newest answers of several Items."""
    found: dict[int, dict[tuple[str, str], str]] = {}
    for item, question, subject, answer in session.execute(_ANSWERS, {"items": list(item_ids)}):
        found.setdefault(item, {})[(question, subject)] = answer
    return found


def ask_again(session: Session, item_id: int, question: str, actor: str, now: datetime) -> None:
    """Take an Item's answer to a question back, if it was given: what it was about has changed."""
    if answers(session, item_id).get((question, ""), OPEN) != OPEN:
        session.execute(insert(AnswerRow).values(item_id=item_id, question=question, answer=OPEN, actor=actor, at=now))


def overrides(session: Session, item_id: int) -> dict[tuple[str, int], OverrideRow]:
    """Return the editor's wordings of an Item by (channel, occurrence); occurrence 0 is for all."""
    rows = session.scalars(select(OverrideRow).where(OverrideRow.item_id == item_id))
    return {(row.channel, row.occurrence): row for row in rows}


def renditions(session: Session, sources: Sequence[str]) -> dict[tuple[str, str], RenditionRow]:
    """Return the renditions of these files by (source, shape)."""
    rows = session.scalars(select(RenditionRow).where(RenditionRow.source.in_(sources)))
    return {(row.source, row.shape): row for row in rows}


def renew(session: Session, since: datetime) -> None:
    """Let the posts of every Item that came after ``since`` be rendered anew."""
    session.execute(
        update(ItemRow)
        .where(ItemRow.created_at > since, ItemRow.stage == "active")
        .values(stale=True)
        .execution_options(synchronize_session=False)
    )


def stale(session: Session) -> Sequence[tuple[int, int]]:
    """Return the Items whose posts must be rendered anew, each with its revision."""
    query = select(ItemRow.id, ItemRow.revision).where(ItemRow.stale, ItemRow.stage != "history")
    return [(row.id, row.revision) for row in session.execute(query.order_by(ItemRow.id))]


def pending_media(session: Session, now: datetime, kinds: Collection[str], limit: int = 20) -> Sequence[MediumRow]:
    """Return media of these kinds that are to be fetched now."""
    return session.scalars(
        select(MediumRow)
        .where(
            MediumRow.state == "pending",
            MediumRow.kind.in_(kinds),
            or_(MediumRow.next_try_at.is_(None), MediumRow.next_try_at <= now),
        )
        .order_by(MediumRow.id)
        .limit(limit)
    ).all()


def accounts(session: Session) -> Sequence[tuple[AccountRow, OrganisationRow]]:
    """Return every account with its Organisation, in the roster's order."""
    query = (
        select(AccountRow)
        .join(OrganisationRow, AccountRow.organisation_id == OrganisationRow.id)
        .order_by(OrganisationRow.position, AccountRow.channel)
    )
    rows = session.scalars(query).all()
    owners = {row.id: row for row in session.scalars(select(OrganisationRow))}  # joined, each would be read five times
    return [(row, owners[row.organisation_id]) for row in rows if row.organisation_id in owners]


def channels(session: Session) -> set[str]:
    """Return the channels that any account is on."""
    return set(session.scalars(select(AccountRow.channel).distinct()))


def channel_texts(session: Session) -> dict[str, ChannelTextRow]:
    """Return the text templates by channel."""
    return {row.channel: row for row in session.scalars(select(ChannelTextRow))}


def lexicons(session: Session) -> dict[str, LexiconRow]:
    """Return the house's own words by the name of their list."""
    return {row.name: row for row in session.scalars(select(LexiconRow))}


def calendars(session: Session) -> dict[str, CalendarRow]:
    """Return the calendars by name."""
    return {row.name: row for row in session.scalars(select(CalendarRow))}


def posts_of(session: Session, item_id: int, *, lock: bool = False) -> Sequence[PostRow]:
    """Return the posts of an Item as the database has them now; locked, they stay so until the transaction ends."""
    query = select(PostRow).where(PostRow.item_id == item_id).order_by(PostRow.id)
    if lock:
        query = query.with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def states_of(session: Session, item_id: int) -> dict[str, int]:
    """Return how many posts of an Item there are in each state, the state of the oldest first."""
    query = select(PostRow.state, func.count()).where(PostRow.item_id == item_id).group_by(PostRow.state)
    return {row[0]: row[1] for row in session.execute(query.order_by(func.min(PostRow.id)))}


def listing(session: Session, wanted: Collection[ColumnElement[bool]]) -> Sequence[ItemRow]:
    """Return Items that satisfy all conditions, newest first."""
    return session.scalars(select(ItemRow).where(*wanted).order_by(ItemRow.id.desc())).all()


def count(session: Session, wanted: Collection[ColumnElement[bool]]) -> int:
    """Return how many Items satisfy all conditions."""
    return session.scalar(select(func.count()).select_from(ItemRow).where(*wanted)) or 0


def locked(session: Session, item_id: int) -> ItemRow | None:
    """Return the Item as the database has it now, locked until the transaction ends."""
    return session.get(ItemRow, item_id, populate_existing=True, with_for_update={"key_share": True})
