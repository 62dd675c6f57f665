"""Persons shown: who they are by key, what they signed, in which Items they are, and how they leave again.

The signed document is the only place with a name. It lies encrypted beside the database, named by its hash, and each
reading of it is an event.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.consent import SHOWABLE, checked
from distributor.domain import Actor, Refused, State
from distributor.services import documents
from distributor.services.calendars import organisation_named
from distributor.services.clearing import item_in
from distributor.services.deps import Deps
from distributor.services.permission import require
from distributor.services.tailoring import shape_posts
from distributor.store import items, persons, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import ConsentRow, ItemPersonRow, OrganisationRow, PersonRow
from distributor.wording import BERLIN

_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_OVER = frozenset({State.CLOSED, State.RETRACTED})


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed form as it is entered. ``guardians`` counts those who signed beside the person."""

    form: str
    signed_on: date
    scopes: Sequence[str]
    channels: Sequence[str]
    document: bytes
    until: date | None = None
    guardians: int = 0


def add_person(
    deps: Deps, actor: Actor, organisation: str, now: datetime, *, adult_on: date | None = None, guardians: int = 0
) -> str:
    """Enter somebody shown, of a Jobcenter; return the key that stands for them everywhere. Raises: Refused.

    ``adult_on`` is the day on which a minor comes of age; till then ``guardians`` must sign beside them, all of them.
    """
    require(actor, "person")
    if (adult_on is None) != (guardians == 0) or not 0 <= guardians <= 9:
        text = "Bei Minderjährigen bitte beides angeben: den 18. Geburtstag und die Zahl der Sorgeberechtigten."
        raise Refused(text, code="person.minor")
    with deps.store.write() as session:
        owner = organisation_named(session, organisation)
        if owner is None:
            raise Refused("Eine Person gehört zu einem Jobcenter.", code="organisation.unknown")
        key = _free_key(session)
        who = pseudonyms.key_of(session, actor)
        session.add(
            PersonRow(
                key=key, organisation_id=owner.id, adult_on=adult_on, guardians=guardians, actor=who, at=now,
            )
        )  # fmt: skip
        _note(session, actor, "person.added", key, owner.slug, now)
        return key


def _free_key(session: Session) -> str:
    for length in (4, 6, 8, 10, 12):
        key = "P-" + "".join(secrets.choice(_ALPHABET) for _ in range(length))
        if persons.row_of(session, key) is None:
            return key
    raise LookupError("no free key for a person")


def add_consent(deps: Deps, actor: Actor, key: str, signed: Signed, now: datetime) -> None:
    """Enter what a person signed; the document is kept encrypted, its hash in the row. Raises: Refused.

    Posts of the Items they are in are made anew: a new form may open gates, and close others.
    """
    require(actor, "person")
    today = now.astimezone(BERLIN).date()
    if not signed.form.strip():
        raise Refused("Bitte nennen, welche Fassung des Formulars unterschrieben ist.", code="consent.form")
    if signed.signed_on > today or (signed.until is not None and signed.until < signed.signed_on):
        text = "Unterschrieben wurde spätestens heute, und eine Einwilligung endet nicht vor ihrer Unterschrift."
        raise Refused(text, code="consent.days")
    scopes = checked(signed.scopes)
    channels = sorted({deps.connector(channel).channel for channel in signed.channels})
    if not channels:
        raise Refused("Bitte die Kanäle nennen, die auf dem Formular stehen.", code="consent.channels")
    if not 0 <= signed.guardians <= 9:
        raise Refused("Die Zahl der Sorgeberechtigten liegt zwischen 0 und 9.", code="consent.guardians")
    sha256 = documents.keep(deps, signed.document)
    with deps.store.write() as session:
        person = person_in(session, key)
        row = ConsentRow(
            person=key,
            form=signed.form.strip(),
            signed_on=signed.signed_on,
            until=signed.until,
            guardians=signed.guardians,
            scopes=scopes,
            channels=channels,
            document=sha256,
            actor=pseudonyms.key_of(session, actor),
            at=now,
        )
        session.add(row)
        _note(session, actor, "consent.added", key, slug_of(session, person), now, digest=sha256)
        session.flush()
        _reshape(deps, session, persons.items_with(session, key), actor, now)


def read_document(deps: Deps, actor: Actor, key: str, now: datetime) -> bytes:
    """Return the document of a person's last consent; the reading is noted before anybody sees it. Raises: Refused."""
    require(actor, "person.document")
    with deps.store.write() as session:
        person = person_in(session, key)
        rows = persons.consents(session, key)
        if not rows:
            raise Refused(f"Zu {key} gibt es kein Dokument.", code="consent.unknown")
        newest = max(rows, key=lambda row: (row.signed_on, row.id))
        document = documents.read(deps, newest.document)
        _note(session, actor, "consent.read", key, slug_of(session, person), now, digest=newest.document)
    return document


def link(deps: Deps, actor: Actor, key: str, item_id: int, shown: Sequence[str], now: datetime) -> None:
    """Say that a person is in an Item, and what is shown of them; what was said before ends. Raises: Refused."""
    require(actor, "person")
    what = checked(shown, SHOWABLE)
    with deps.store.write() as session:
        item = item_in(session, item_id, lock=True)
        person = person_in(session, key)
        old = persons.link_of(session, item_id, key)
        if old is not None and old.shown == what:
            return
        if old is not None:
            old.ended_at = now
            session.flush()
        who = pseudonyms.key_of(session, actor)
        session.add(ItemPersonRow(item_id=item_id, person=key, shown=what, actor=who, at=now))
        _note(session, actor, "person.linked", key, slug_of(session, person), now, to=str(item_id))
        session.flush()
        shape_posts(deps, session, item, now, actor=actor, void=True)


def unlink(deps: Deps, actor: Actor, key: str, item_id: int, now: datetime) -> None:
    """Take back that a person is in an Item; that it was once said stays. Raises: Refused."""
    require(actor, "person")
    with deps.store.write() as session:
        item = item_in(session, item_id, lock=True)
        person = person_in(session, key)
        old = persons.link_of(session, item_id, key)
        if old is None:
            raise Refused(f"{key} ist mit Beitrag {item_id} nicht verknüpft.", code="person.not_linked")
        old.ended_at = now
        _note(session, actor, "person.unlinked", key, slug_of(session, person), now, to=str(item_id))
        session.flush()
        shape_posts(deps, session, item, now, actor=actor, void=True)


def withdraw_consent(session: Session, key: str, actor: Actor, now: datetime) -> list[int]:
    """Note within the caller's transaction that a person takes all consents back; return the Items they ever were in.

    What is public of them is the caller's to take down. Raises: Refused.
    """
    person = person_in(session, key)
    persons.withdraw(session, key, now)
    _note(session, actor, "consent.withdrawn", key, slug_of(session, person), now)
    session.flush()
    return persons.items_with(session, key, ended=True)


def erase(deps: Deps, actor: Actor, key: str, reason: str, now: datetime) -> None:
    """Erase what is known of a person: the documents, and when they come of age. Raises: Refused.

    Refused while a post that shows them is waiting or public: withdrawing comes first. Hashes and times stay as proof.
    """
    require(actor, "person")
    if not reason.strip():
        raise Refused("Bitte einen Grund für die Löschung nennen.", code="reason.missing")
    with deps.store.write() as session:
        person = person_in(session, key)
        for item_id in persons.items_with(session, key):
            if any(State(post.state) not in _OVER for post in items.posts_of(session, item_id)):
                text = f"Beitrag {item_id} zeigt {key} noch; bitte erst die Einwilligung widerrufen (persons withdraw)."
                raise Refused(text, code="person.shown")
        persons.withdraw(session, key, now)
        person.adult_on, person.guardians, person.erased_at = None, 0, now
        _note(session, actor, "person.erased", key, slug_of(session, person), now, said=reason.strip())
        session.flush()
        gone = {row.document for row in persons.consents(session, key)} - persons.documents_elsewhere(session, key)
    for sha256 in gone:
        documents.remove(deps, sha256)


def person_in(session: Session, key: str) -> PersonRow:
    """Return a person who is not erased, locked. Raises: Refused."""
    row = persons.row_of(session, key, lock=True)
    if row is None:
        raise Refused(f"Eine Person {key} gibt es nicht.", code="person.unknown")
    if row.erased_at is not None:
        raise Refused(f"{key} ist gelöscht.", code="person.erased")
    return row


def slug_of(session: Session, person: PersonRow) -> str:
    """Return the slug of the Organisation that a person belongs to."""
    return session.scalars(select(OrganisationRow.slug).where(OrganisationRow.id == person.organisation_id)).one()


def _reshape(deps: Deps, session: Session, numbers: Sequence[int], actor: Actor, now: datetime) -> None:
    for number in numbers:
        shape_posts(deps, session, item_in(session, number, lock=True), now, actor=actor)


def _note(
    session: Session,
    actor: Actor,
    what: str,
    key: str,
    organisation: str,
    now: datetime,
    *,
    to: str = "",
    digest: str = "",
    said: str = "",
) -> None:
    record(
        session, now=now, actor=actor, what=what, subject="person", subject_id=key, reason=to, digest=digest, said=said,
        organisation=organisation,
    )  # fmt: skip
