"""Make one claimed call. No database is written here; the only reading is the last look before each write.

Whatever happens comes back as a value: an answer, one of the six errors, or Withheld. An error of our own code becomes
one of the six too, so that a poisonous post can neither stop the others nor be repeated blindly.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from connectors._http import GuardedSession, redact
from connectors.base import (
    Absent,
    Access,
    ByHand,
    Connector,
    ConnectorError,
    Finds,
    Found,
    NotYet,
    OutcomeUnknown,
    Receipt,
    Rejected,
    Retracted,
    Retracts,
    Staged,
    Unavailable,
    Withheld,
)
from distributor.domain import Refused
from distributor.media.links import sign
from distributor.services.claiming import Call, stopped
from distributor.services.deps import Deps
from distributor.store.tables import AccountRow

BUDGET = timedelta(minutes=5)
"""How long after its claim a call may still write to the socket, by a clock that also counts suspended time."""

_URL_LIFE = timedelta(hours=26)

Answer = Staged | NotYet | Receipt | Found | Absent | Retracted | ByHand | ConnectorError | Withheld | None

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Result:
    """A call and what came of it."""

    call: Call
    answer: Answer


class PostMedia:
    """A post's media for its connector: bytes from the cache, or a signed public address."""

    def __init__(self, deps: Deps, call: Call) -> None:
        self._deps = deps
        self._mimes = {medium.sha256: medium.mime for medium in call.post.media}
        self._until = call.started_at + _URL_LIFE

    def read(self, sha256: str) -> bytes:
        """Return the bytes. Raises: Rejected if the cache has lost the file."""
        try:
            return self._deps.cache.read(sha256)
        except Refused as error:
            text = "Die Mediendatei des Beitrags fehlt; bitte den Beitrag neu laden und freigeben."
            raise Rejected(text, detail=f"{error.code} {sha256}") from error

    def url(self, sha256: str) -> str:
        """Return an address that is good for a little more than a day."""
        key = self._deps.vault.signing_key()
        return sign(self._deps.settings.public_url, sha256, self._mimes[sha256], expires_at=self._until, key=key)


def perform(deps: Deps, call: Call, session: GuardedSession, clock: Callable[[], datetime]) -> Result:
    """Make the call and return what came of it; never raises what a platform or a post can cause."""
    session.last_look = _last_look(deps, call, boottime() + BUDGET.total_seconds())
    connector = deps.connector(call.channel)
    access = Access(call.account, call.fields, deps.urls(call.channel), session, clock())
    try:
        return Result(call, _make(deps, connector, access, call))
    except (ConnectorError, Withheld) as error:
        return Result(call, error)
    except Exception as error:
        _log.exception("call_crashed", post=call.work.post_id, kind=call.work.kind, attempt=call.attempt_id)
        return Result(call, _crashed(call, error, left=session.left))
    finally:
        session.last_look = None


def boottime() -> float:
    """Return seconds since boot, suspended time included where the system can tell."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _make(deps: Deps, connector: Connector, access: Access, call: Call) -> Answer:
    stage = call.stage_data or {}
    match call.work.kind:
        case "stage":
            return connector.stage(access, call.post, PostMedia(deps, call), call.order, call.stage_data)
        case "release":
            return connector.release(access, call.post, stage, call.order)
        case "unstage":
            connector.unstage(access, stage)
            return None
        case "look":
            return _look(connector, access, call)
        case _:
            return _retract(connector, access, call)


def _look(connector: Connector, access: Access, call: Call) -> Answer:
    if not isinstance(connector, Finds):
        return Absent(stage_usable=True)
    since = call.since or call.order.due_at
    return connector.find(access, call.post, call.stage_data or {}, call.order, since, call.known)


def _retract(connector: Connector, access: Access, call: Call) -> Answer:
    if call.receipt is None:
        raise LookupError(f"post {call.work.post_id} is to be taken down but has no receipt")
    if not isinstance(connector, Retracts) or not call.receipt.remote_id:
        return ByHand(f"Bitte den Beitrag auf {connector.label} von Hand löschen und bestätigen.", call.receipt.url)
    return connector.retract(access, call.receipt)


def _crashed(call: Call, error: Exception, *, left: bool) -> ConnectorError:
    detail = redact(f"{type(error).__name__}: {error}")
    if call.work.kind == "release" and left:
        return OutcomeUnknown("Beim Veröffentlichen ist ein Fehler im Programm aufgetreten.", detail=detail)
    text = "Beim Bearbeiten des Beitrags ist ein Fehler im Programm aufgetreten; bitte den Betrieb verständigen."
    if call.work.kind == "stage":
        return Rejected(text, detail=detail, who="operator")
    return Unavailable(text, detail=detail, who="operator")


def _last_look(deps: Deps, call: Call, deadline: float) -> Callable[[], None]:
    """Return the question asked before every write: still in time, and (for a release) no Stop, still our claim?"""

    def look() -> None:
        if boottime() > deadline:
            raise Withheld("die Zeit für diesen Aufruf ist um")
        if call.work.kind != "release":
            return
        with deps.store.read() as session:
            fence = session.scalar(select(AccountRow.fence).where(AccountRow.id == call.work.account_id))
            if fence != call.fence:
                raise Withheld("ein anderer Dienst hat übernommen")
            if stopped(session, call.work.account_id):
                raise Withheld("Notbremse")

    return look
