"""A database that is not the one it was: restored from a backup, behind after a fail-over, or copied elsewhere.

What may have gone out in the time it does not know must never go out twice. So everything is stopped, each approved
post whose time has come is looked for, and every other that may have been released is looked for before its release.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog
from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from distributor.domain import DAEMON, Actor, Reason, Refused, State
from distributor.lifecycle import Move
from distributor.services.deps import Deps
from distributor.services.moving import Step, apply_all
from distributor.services.permission import require
from distributor.services.stopping import stop_everything
from distributor.store import restores
from distributor.store.held import HeldPost
from distributor.store.ownership import Ownership
from distributor.store.posts import record
from distributor.store.tables import PostRow, RestoreRow, WorkerRow
from distributor.store.watermark import Watermark
from distributor.wording import local_time

RESTORED = "restored"
"""The reason code of a Post that is looked for because the database may have forgotten its release."""

Standing = Literal["current", "new", "behind", "foreign"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the database stands to this data folder, and what is still being looked for after the last restore."""

    standing: Standing
    since: datetime | None
    noticed_at: datetime | None
    being_looked_for: int


def watch(deps: Deps, ownership: Ownership, now: datetime) -> bool:
    """Ask, before anything is claimed, whether the database has lost releases; if so, hold. Return whether it had.

    Raises: Refused for the copy of a database that is at home elsewhere: no call may be made from it.
    """
    mark = Watermark(deps.settings.data_dir)
    with deps.store.read() as session:
        if _standing(session, mark, others_live=False) == "current":
            return False
    with deps.store.write() as session:
        standing = _standing(session, mark, _others_live(session, ownership))
        if standing == "current":
            return False
        if standing == "foreign":
            raise Refused(
                "Diese Datenbank gehört zu einem anderen Datenordner: eine Kopie, oder der Ordner ist neu. Hier wird "
                "nichts gesendet, bis `distributor db adopt` sagt, dass sie hierher gehört.",
                code="database.foreign",
            )
        if standing == "behind":
            _hold(session, DAEMON, now)
        token = (restores.token(session) if standing == "new" else None) or restores.new_token(session, now)
    mark.bind(token)
    return standing == "behind"


def adopt(deps: Deps, actor: Actor, now: datetime, *, current: bool = False) -> bool:
    """Say that this database belongs to this data folder; return whether it is held until people let it go on.

    Unless it is ``current`` for certain, it is treated as restored: only the person knows. Raises: Refused; OSError.
    """
    require(actor, "restore")
    mark = Watermark(deps.settings.data_dir)
    with deps.store.write() as session:
        if not current:
            _hold(session, actor, now)
        token = restores.new_token(session, now)
        record(session, now=now, actor=actor, what="database.adopted", subject="database", subject_id=token[:8])
    mark.bind(token)
    return not current


def outlook(deps: Deps) -> Outlook:
    """Return how the database stands."""
    with deps.store.read() as session:
        restore = restores.latest(session)
        looking = select(func.count()).select_from(PostRow)
        looking = looking.where(PostRow.state == State.UNCERTAIN, PostRow.next_try_at.is_not(None))
        return Outlook(
            _standing(session, Watermark(deps.settings.data_dir), others_live=False),
            restore.since if restore else None,
            restore.at if restore else None,
            session.scalar(looking) or 0,
        )


def _standing(session: Session, watermark: Watermark, others_live: bool) -> Standing:
    """Compare. Where another daemon lives on this database it is at home here, and this host joins it."""
    token, mark = restores.token(session), watermark.read()
    if token is None:  # fresh, or from before databases had one
        return "new" if mark is None or restores.knows(session, mark) else "behind"
    if mark is None or mark.token != token:
        return "new" if others_live else "foreign"
    return "current" if restores.knows(session, mark) else "behind"


def _others_live(session: Session, ownership: Ownership) -> bool:
    registered = session.scalars(select(WorkerRow.name).where(WorkerRow.name != ownership.name)).all()
    dead = set(ownership.dead(session)) if registered else set()
    return bool(set(registered) - dead)


def _hold(session: Session, actor: Actor, now: datetime) -> None:
    """Stop everything, and look for each approved Post that may have been released since the last known moment."""
    since = restores.newest_entry(session) or now
    text = f"Rücksicherung: Was nach {local_time(since)} geschah, kennt die Datenbank nicht; Rückrufe bitte nachtragen"
    stop_everything(session, actor, text, now)
    session.execute(insert(RestoreRow).values(since=since, at=now))
    query = select(PostRow).where(
        PostRow.state.in_((State.SCHEDULED, State.STAGED)),
        or_(PostRow.due_at <= now, PostRow.next_try_at <= now),
    )
    waiting = session.scalars(query.order_by(PostRow.id).with_for_update(of=PostRow, key_share=True)).all()
    apply_all(session, [look_first(post, now) for post in waiting], now)
    _log.error("database_is_behind", since=since.isoformat())


def look_first(post: HeldPost | PostRow, now: datetime) -> Step:
    """Return the step by which an approved Post is looked for before anything else is done with it."""
    text = "Die Datenbank wurde zurückgesichert; es wird nachgesehen, ob der Post schon öffentlich ist."
    move = Move(State.UNCERTAIN, Reason(RESTORED, text, "daemon"), next_try_at=now, changes={"looks": 0})
    return Step(post, move, "post.doubted", values={"staged_digest": post.approved_digest})
