"""Persons shown, their consents, and the Items they are in, in storage. Names are never here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from distributor.consent import Consent, Person, Shown
from distributor.store.tables import ConsentRow, ItemPersonRow, OrganisationRow, PersonRow

_LINKS = (
    select(ItemPersonRow)
    .where(ItemPersonRow.item_id.in_(bindparam("items", expanding=True)), ItemPersonRow.ended_at.is_(None))
    .order_by(ItemPersonRow.id)
)


def row_of(session: Session, key: str, *, lock: bool = False) -> PersonRow | None:
    """Return a person; locked, it stays as it is until the transaction ends."""
    return session.get(PersonRow, key, populate_existing=True, with_for_update={"key_share": True} if lock else None)


def known(session: Session, keys: Iterable[str] | None = None) -> dict[str, Person]:
    """Return these persons (None: all) with their consents, by key."""
    wanted = None if keys is None else set(keys)
    query = select(PersonRow, OrganisationRow.slug).join(
        OrganisationRow, PersonRow.organisation_id == OrganisationRow.id
    )
    consents = select(ConsentRow).order_by(ConsentRow.id)
    if wanted is not None:
        query = query.where(PersonRow.key.in_(wanted))
        consents = consents.where(ConsentRow.person.in_(wanted))
    signed: dict[str, list[Consent]] = {}
    for consent in session.scalars(consents):
        signed.setdefault(consent.person, []).append(_consent(consent))
    return {
        row.key: Person(row.key, slug, row.adult_on, row.guardians, tuple(signed.get(row.key, ())))
        for row, slug in session.execute(query.order_by(PersonRow.at, PersonRow.key))
    }


def _consent(row: ConsentRow) -> Consent:
    return Consent(
        signed_on=row.signed_on,
        scopes=frozenset(row.scopes),
        channels=frozenset(row.channels),
        until=row.until,
        guardians=row.guardians,
        withdrawn=row.withdrawn_at is not None,
    )


def shown_in(session: Session, item_ids: Collection[int]) -> dict[int, tuple[Shown, ...]]:
    """Return who is in these Items at present, by Item."""
    links = session.scalars(_LINKS, {"items": list(item_ids)}).all()
    persons = known(session, {link.person for link in links}) if links else {}
    found: dict[int, list[Shown]] = {}
    for link in links:
        found.setdefault(link.item_id, []).append(Shown(persons[link.person], frozenset(link.shown)))
    return {item: tuple(shown) for item, shown in found.items()}


def link_of(session: Session, item_id: int, key: str) -> ItemPersonRow | None:
    """Return the present link of a person to an Item."""
    query = select(ItemPersonRow).where(
        ItemPersonRow.item_id == item_id, ItemPersonRow.person == key, ItemPersonRow.ended_at.is_(None)
    )
    return session.scalars(query).one_or_none()


def links(session: Session, key: str) -> Sequence[ItemPersonRow]:
    """Return all links of a person, those that ended included."""
    return session.scalars(select(ItemPersonRow).where(ItemPersonRow.person == key).order_by(ItemPersonRow.id)).all()


def items_with(session: Session, key: str, *, ended: bool = False) -> list[int]:
    """Return the Items that a person is in; ``ended``: or ever was."""
    return sorted({link.item_id for link in links(session, key) if ended or link.ended_at is None})


def consents(session: Session, key: str) -> Sequence[ConsentRow]:
    """Return a person's consents, oldest entry first."""
    return session.scalars(select(ConsentRow).where(ConsentRow.person == key).order_by(ConsentRow.id)).all()


def withdraw(session: Session, key: str, now: datetime) -> None:
    """Note that all consents of a person are withdrawn."""
    session.execute(
        update(ConsentRow)
        .where(ConsentRow.person == key, ConsentRow.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
        .execution_options(synchronize_session="fetch")
    )


def documents_elsewhere(session: Session, key: str) -> set[str]:
    """Return the hashes of documents that other persons' consents rest on."""
    query = select(ConsentRow.document).join(PersonRow, PersonRow.key == ConsentRow.person)
    return set(session.scalars(query.where(ConsentRow.person != key, PersonRow.erased_at.is_(None))))


def in_items(session: Session) -> set[str]:
    """Return the persons who are in any Item at present."""
    return set(session.scalars(select(ItemPersonRow.person).where(ItemPersonRow.ended_at.is_(None)).distinct()))
