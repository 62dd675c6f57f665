"""The emergency brake: pull it for everything, one Organisation or one channel; lift it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from distributor.domain import Actor, Reason, Refused, State
from distributor.lifecycle import Move
from distributor.services.deps import Deps
from distributor.services.moving import apply
from distributor.services.permission import require
from distributor.store import claims, posts
from distributor.store.posts import record
from distributor.store.tables import OrganisationRow, StopRow


@dataclass(frozen=True, slots=True)
class Scope:
    """What a Stop covers: everything, or one Organisation (slug), or one channel."""

    organisation: str = ""
    channel: str = ""

    def __str__(self) -> str:
        return self.organisation or self.channel or "alles"


def stop(deps: Deps, actor: Actor, scope: Scope, reason: str, now: datetime) -> int:
    """Stop releases. After this returns no release can begin; returned is how many were in flight. Raises: Refused."""
    require(actor, "stop", scope.organisation or None)
    if not reason.strip():
        raise Refused("Bitte einen Grund für die Notbremse nennen.", code="reason.missing")
    with deps.store.write() as session:
        organisation_id = _check(deps, session, scope)
        if _active(session, organisation_id, scope.channel) is None:
            session.add(
                StopRow(
                    organisation_id=organisation_id,
                    channel=scope.channel,
                    reason=reason.strip(),
                    actor=actor.login,
                    at=now,
                )
            )
            record(session, now=now, actor=actor, what="stop.pulled", subject="stop", subject_id=str(scope))
    with deps.store.read() as session:
        return claims.in_flight(session)


def resume(deps: Deps, actor: Actor, scope: Scope, now: datetime) -> None:
    """Lift a Stop. What was due meanwhile is missed and needs a person; nothing bursts. Raises: Refused."""
    require(actor, "resume", scope.organisation or None)
    with deps.store.write() as session:
        organisation_id = _check(deps, session, scope)
        row = _active(session, organisation_id, scope.channel)
        if row is None:
            raise Refused(f"Für „{scope}“ ist keine Notbremse gezogen.", code="stop.none")
        row.lifted_at, row.lifted_by = now, actor.login
        for post in posts.overdue(session, now, organisation_id=organisation_id, channel=scope.channel):
            text = f"Die geplante Zeit fiel in die Notbremse ({row.reason}). Bitte neu bestätigen."
            missed = Move(State.MISSED, Reason("stopped", text, "officer"), drop_stage=True)
            apply(session, post, missed, now=now, actor=actor, what="post.missed")
        record(session, now=now, actor=actor, what="stop.lifted", subject="stop", subject_id=str(scope))


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
    if not scope.organisation:
        return None
    row = session.scalars(select(OrganisationRow).where(OrganisationRow.slug == scope.organisation)).one_or_none()
    if row is None:
        raise Refused(f"Das Jobcenter „{scope.organisation}“ gibt es nicht.", code="organisation.unknown")
    return row.id


def _active(session: Session, organisation_id: int | None, channel: str) -> StopRow | None:
    query = select(StopRow).where(StopRow.lifted_at.is_(None), StopRow.channel == channel)
    query = query.where(
        StopRow.organisation_id.is_(None) if organisation_id is None else StopRow.organisation_id == organisation_id
    )
    return session.scalars(query).first()
