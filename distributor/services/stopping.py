"""The emergency brake: one person pulls it for everything, one Organisation or one channel; two people lift it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from distributor import four_eyes
from distributor.domain import Actor, Reason, Refused, Scope, State
from distributor.four_eyes import LIFT, Vote, lifts, standing
from distributor.lifecycle import Move
from distributor.services import organisations, stop_files
from distributor.services.deps import Deps
from distributor.services.moving import apply
from distributor.services.people import actor_named, who_may
from distributor.services.permission import require
from distributor.services.stop_files import StopFile
from distributor.store import claims, posts, pseudonyms
from distributor.store.posts import record
from distributor.store.tables import OrganisationRow, StopRow, StopVoteRow

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pulled:
    """How the brake was pulled: how many releases were in flight, or by which file because no database answered."""

    in_flight: int = 0
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lifting a Stop takes: whose word is there already, and whether only one person could give it."""

    votes: tuple[Vote, ...]
    one_person: bool


def stop_as(deps: Deps, login: str, scope: Scope, reason: str, now: datetime) -> Pulled:
    """Stop in the name of ``login``; where the database does not answer, by a file on this host.

    Who can write into the data folder is trusted with the brake: without a database nobody can be looked up.
    Raises: Refused; OSError if the folder cannot be written either.
    """
    try:
        return Pulled(stop(deps, actor_named(deps, login, now), scope, reason, now))
    except SQLAlchemyError as error:
        _log.warning("stop_without_database", trouble=type(error).__name__)
        return stop_by_file(deps, login, scope, reason)


def stop_by_file(deps: Deps, login: str, scope: Scope, reason: str) -> Pulled:
    """Lay the file that stops what this host sends. Raises: Refused; OSError if the folder cannot be written."""
    return Pulled(file=stop_files.write(deps.settings.data_dir, scope, _reason(reason), login))


def stop(deps: Deps, actor: Actor, scope: Scope, reason: str, now: datetime) -> int:
    """Stop releases: after this returns none can begin. Returned is how many were in flight. Raises: Refused."""
    require(actor, "stop", scope.organisation or None)
    said = _reason(reason)
    with deps.store.write() as session:
        organisation_id = _check(deps, session, scope)
        if not _active(session, organisation_id, scope.channel):
            _pull(session, scope, organisation_id, said, actor, now)
    with deps.store.read() as session:
        return claims.in_flight(session, organisation_id=organisation_id, channel=scope.channel)


def stop_everything(session: Session, actor: Actor, reason: str, now: datetime) -> None:
    """Stop all releases within the caller's transaction; where everything is stopped already, that stands."""
    if not _active(session, None, ""):
        _pull(session, Scope(), None, reason, actor, now)


def _reason(typed: str) -> str:
    if not typed.strip():
        raise Refused("Bitte einen Grund für die Notbremse nennen.", code="reason.missing")
    return typed.strip()


def _pull(
    session: Session, scope: Scope, organisation_id: int | None, reason: str, actor: Actor, now: datetime
) -> None:
    who = pseudonyms.key_of(session, actor)
    session.add(StopRow(organisation_id=organisation_id, channel=scope.channel, reason=reason, actor=who, at=now))
    _record(session, "stop.pulled", scope, actor, now, said=reason)


def _record(session: Session, what: str, scope: Scope, actor: Actor, now: datetime, *, said: str = "") -> None:
    record(
        session,
        now=now,
        actor=actor,
        what=what,
        subject="stop",
        subject_id=str(scope),
        organisation=scope.organisation,
        said=said,
    )


def heed_files(deps: Deps, now: datetime) -> int:
    """Enter a Stop for each file that has none yet; return how many.

    From then on it counts for every host, what was due is missed, and taking the file away lifts nothing: people do.
    """
    entered = 0
    for file in stop_files.found(deps.settings.data_dir):
        with deps.store.write() as session:
            scope, reason = _meant(deps, session, file)
            organisation_id = _check(deps, session, scope)
            if not _active(session, organisation_id, scope.channel):
                actor = Actor(f"Datei auf {socket.gethostname()}")
                _pull(session, scope, organisation_id, reason, actor, now)
                entered += 1
                _log.warning("stop_file_found", file=file.path.name)
    return entered


def _meant(deps: Deps, session: Session, file: StopFile) -> tuple[Scope, str]:
    """Return what a file stops: everything, where its name means nothing that we know."""
    try:
        _check(deps, session, file.scope)
    except Refused as refused:
        return Scope(), f"{file.reason} – {file.path.name}: {refused.text} Sicherheitshalber ist alles angehalten."
    return file.scope, file.reason


def resume(deps: Deps, actor: Actor, scope: Scope, now: datetime, *, alone: bool = False, reason: str = "") -> bool:
    """Agree that a Stop is lifted; the second person's word lifts it. Returns whether it is lifted now.

    What was due meanwhile is missed and needs a person; nothing bursts. ``alone`` with a reason is for where only one
    active person has the right. Raises: Refused, also while a Stop file on this host would pull it again at once.
    """
    require(actor, "resume", scope.organisation or None)
    with deps.store.write() as session:
        organisation_id = _check(deps, session, scope)
        rows = _active(session, organisation_id, scope.channel)
        if not rows:
            raise Refused(f"Für „{scope}“ ist keine Notbremse gezogen.", code="stop.none")
        _no_file(deps, session, scope)
        able = who_may(session, "resume", now, scope.organisation or None)
        if alone:
            four_eyes.alone(LIFT, actor.login, reason, able)
        elif not lifts(actor.login, _votes(session, rows), able, now):
            _vote(session, rows, actor, now)
            _record(session, "stop.vote", scope, actor, now)
            return False
        _lift(session, rows, actor, reason.strip(), now)
        what = "stop.lifted_alone" if alone else "stop.lifted"
        _record(session, what, scope, actor, now, said=reason.strip())
        return True


def _no_file(deps: Deps, session: Session, scope: Scope) -> None:
    for file in stop_files.found(deps.settings.data_dir):
        if _meant(deps, session, file)[0] == scope:
            text = f"Auf diesem Rechner liegt noch {file.path}; bitte erst die Datei löschen."
            raise Refused(text, code="stop.file")


def _votes(session: Session, rows: Sequence[StopRow]) -> list[Vote]:
    query = select(StopVoteRow.actor, StopVoteRow.at).where(StopVoteRow.stop_id.in_([row.id for row in rows]))
    cast = session.execute(query).all()
    who = pseudonyms.names(session, {actor for actor, _ in cast})
    return [Vote(who[actor], at) for actor, at in cast]


def _vote(session: Session, rows: Sequence[StopRow], actor: Actor, now: datetime) -> None:
    who = pseudonyms.key_of(session, actor)
    ids = [row.id for row in rows]
    session.execute(delete(StopVoteRow).where(StopVoteRow.stop_id.in_(ids), StopVoteRow.actor == who))
    session.add_all(StopVoteRow(stop_id=each, actor=who, at=now) for each in ids)


def _lift(session: Session, rows: Sequence[StopRow], actor: Actor, reason: str, now: datetime) -> None:
    who = pseudonyms.key_of(session, actor)
    for row in rows:
        row.lifted_at, row.lifted_by, row.lifted_reason = now, who, reason
    first = rows[0]
    for post in posts.overdue(session, now, organisation_id=first.organisation_id, channel=first.channel):
        text = f"Die geplante Zeit fiel in die Notbremse ({first.reason}). Bitte neu bestätigen."
        missed = Move(State.MISSED, Reason("stopped", text, "officer"), drop_stage=True)
        apply(session, post, missed, now=now, actor=actor, what="post.missed")


def outlook(deps: Deps, now: datetime) -> dict[str, Outlook]:
    """Return for each Stop in force, by what it covers, what lifting it takes."""
    with deps.store.read() as session:
        found = {}
        for row, scope in active(session):
            slug = session.scalar(select(OrganisationRow.slug).where(OrganisationRow.id == row.organisation_id))
            able = who_may(session, "resume", now, slug)
            counted = standing(_votes(session, [row]), able, now)
            found[scope] = Outlook(tuple(counted), one_person=len(able) < 2)
        return found


def active(session: Session) -> list[tuple[StopRow, str]]:
    """Return the Stops in force, each with what it covers."""
    query = (
        select(StopRow, OrganisationRow.slug)
        .outerjoin(OrganisationRow, StopRow.organisation_id == OrganisationRow.id)
        .where(StopRow.lifted_at.is_(None))
        .order_by(StopRow.id)
    )
    return [(row[0], str(Scope(row[1] or "", row[0].channel))) for row in session.execute(query)]


def _check(deps: Deps, session: Session, scope: Scope) -> int | None:
    if scope.channel:
        deps.connector(scope.channel)
    return organisations.named(session, scope.organisation).id if scope.organisation else None


def _active(session: Session, organisation_id: int | None, channel: str) -> Sequence[StopRow]:
    """Return the Stops in force for exactly this scope, locked: of two who pull at once there may be two."""
    query = select(StopRow).where(StopRow.lifted_at.is_(None), StopRow.channel == channel)
    query = query.where(
        StopRow.organisation_id.is_(None) if organisation_id is None else StopRow.organisation_id == organisation_id
    )
    return session.scalars(query.order_by(StopRow.id).with_for_update()).all()


__all__ = [
    "Outlook",
    "Pulled",
    "Scope",
    "active",
    "heed_files",
    "outlook",
    "resume",
    "stop",
    "stop_as",
    "stop_by_file",
    "stop_everything",
]
