"""Make one claimed call. No database is written here; the only reading is the last look before each write.

Whatever happens comes back as a value: an answer, one of the six errors, or Withheld. An error of our own code becomes
one of the six too, so that a poisonous post can neither stop the others nor be repeated blindly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from connectors._corrections import EDITS, Corrects, Edit, edit_of
from connectors._http import GuardedSession, redact
from connectors._pace import Pace, Paces
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
    Partly,
    Receipt,
    Rejected,
    Retracted,
    Retracts,
    Staged,
    Unavailable,
    Withheld,
)
from distributor.clock import boottime
from distributor.domain import Refused
from distributor.log import about
from distributor.media.bucket import BucketTrouble
from distributor.media.links import sign
from distributor.services import stop_files
from distributor.services.calls import Call
from distributor.services.deps import Deps
from distributor.store import last_look
from distributor.store.asking import Unasked
from distributor.store.last_look import Standing

BUDGET = timedelta(minutes=5)
"""How long after its claim a call may still write to the socket, by a clock that also counts suspended time."""

_URL_LIFE = timedelta(hours=26)

_TOWARDS_THE_PUBLIC = ("stage", "release")
"""Calls that a Stop forbids; looking and taking down go on under it."""

Answer = Staged | NotYet | Partly | Receipt | Found | Absent | Retracted | ByHand | ConnectorError | Withheld | None

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Result:
    """A call, what came of it, the platform's own ids of the requests it took, and what must wait by what they told."""

    call: Call
    answer: Answer
    request_ids: tuple[str, ...] = ()
    paces: tuple[Pace, ...] = ()


class PostMedia:
    """A post's media for its connector: bytes from the cache, or a signed public address."""

    def __init__(self, deps: Deps, call: Call) -> None:
        self._deps = deps
        self._mimes = {medium.sha256: medium.mime for medium in call.post.media}
        self._until = call.started_at + _URL_LIFE

    def read(self, sha256: str) -> bytes:
        """Return the bytes. Raises: Rejected if the cache has lost the file, Unavailable if it cannot be asked."""
        try:
            return self._deps.cache.read(sha256)
        except BucketTrouble as error:
            raise Unavailable(error.text, detail=error.detail, code=error.code, who="operator") from error
        except Refused as error:
            text = "Die Mediendatei des Posts fehlt; bitte den Post neu laden und freigeben."
            raise Rejected(text, detail=f"{error.code} {sha256}") from error

    def url(self, sha256: str) -> str:
        """Return an address that is good for a little more than a day: the bucket's own where it serves by itself.

        Empty where our own is none that anybody outside could reach.
        """
        bucket = self._deps.cache.bucket
        if bucket is not None and self._deps.settings.s3_serves:
            return bucket.url(sha256, _URL_LIFE)
        if not self._deps.settings.serves_the_world:
            return ""
        key = self._deps.vault.signing_key()
        return sign(self._deps.settings.public_url, sha256, self._mimes[sha256], expires_at=self._until, key=key)


def perform(deps: Deps, call: Call, session: GuardedSession, clock: Callable[[], datetime]) -> Result:
    """Make the call and return what came of it; never raises what a platform or a post can cause."""
    with about(call.item_id, post=call.work.post_id, kind=call.work.kind, attempt=call.attempt_id):
        session.request_ids.clear()
        session.told.clear()
        answer = _answer(deps, call, session, clock)
        return Result(call, answer, tuple(session.request_ids), _paces(deps, call, session, clock()))


def _paces(deps: Deps, call: Call, session: GuardedSession, now: datetime) -> tuple[Pace, ...]:
    connector = deps.offering(call.channel, Paces) if session.told else None
    return tuple(pace for told in session.told for pace in connector.pace(told, now)) if connector else ()


def _answer(deps: Deps, call: Call, session: GuardedSession, clock: Callable[[], datetime]) -> Answer:
    look = session.last_look = _LastLook(deps, call, clock)
    session.left = False
    try:
        connector = deps.connector(call.channel)
        home = deps.home(call.organisation)
        access = Access(call.account, call.fields, deps.urls(call.channel), session, clock(), home)
        answer = _make(deps, connector, access, call)
        if _is_release(call) and not look.passed:
            look()  # nothing left through the socket: what makes this post public is the storing of this answer
        return answer
    except ConnectorError as error:
        return error
    except Withheld as error:
        return _crashed(call, error, left=True) if look.passed and _is_release(call) else error
    except Exception as error:
        _log.exception("call_crashed")
        return _crashed(call, error, left=look.passed)
    finally:
        session.last_look = None


def _make(deps: Deps, connector: Connector, access: Access, call: Call) -> Answer:
    stage = call.stage_data or {}
    edit = edit_of(call.post)
    if edit is not None and call.work.kind != "retract":
        return _change(connector, access, call, edit)
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


def _change(connector: Connector, access: Access, call: Call, edit: Edit) -> Answer:
    """Do for a document that changes a public post what the call does for one that stands for itself.

    Nothing lies prepared anywhere: staging only looks whether the post is there to be changed.
    """
    if not isinstance(connector, Corrects):
        raise Rejected("Dieser Kanal ändert keine veröffentlichten Posts; bitte das Konto umstellen.", code="edit")
    since = call.since or call.order.due_at
    match call.work.kind:
        case "stage":
            connector.stands(access, call.post, edit.remote_id, since)
            return Staged({EDITS: edit.remote_id})
        case "release":
            return connector.correct(access, call.post, edit.remote_id)
        case "look":
            try:
                return connector.stands(access, call.post, edit.remote_id, since)
            except Rejected:
                return Absent(stage_usable=False, absence="certain")
        case _:
            return None


def _look(connector: Connector, access: Access, call: Call) -> Answer:
    if not isinstance(connector, Finds):
        return Absent(stage_usable=True)
    since = call.since or call.order.due_at
    return connector.find(access, call.post, call.stage_data or {}, call.order, since, call.known)


def _retract(connector: Connector, access: Access, call: Call) -> Answer:
    if call.receipt is None:
        raise LookupError(f"post {call.work.post_id} is to be taken down but has no receipt")
    if not isinstance(connector, Retracts) or not call.receipt.remote_id:
        return ByHand(f"Bitte den Post von Hand löschen und bestätigen ({connector.label}).", call.receipt.url)
    return connector.retract(access, call.receipt)


def _crashed(call: Call, error: Exception, *, left: bool) -> ConnectorError:
    detail = redact(f"{type(error).__name__}: {error}")
    if _is_release(call) and left:
        return OutcomeUnknown("Das Veröffentlichen wurde unterbrochen; es wird nachgesehen.", detail=detail)
    text = "Beim Bearbeiten des Posts ist ein Fehler im Programm aufgetreten; bitte den Betrieb verständigen."
    if call.work.kind in ("stage", "retract"):
        return Rejected(text, detail=detail, who="operator")
    return Unavailable(text, detail=detail, who="operator")


def _is_release(call: Call) -> bool:
    return call.work.kind == "release"


class _LastLook:
    """Asked before every write: still in time, no Stop file, still wanted; for a release: no Stop, still our claim,
    still within the bounds of its time?

    ``passed`` tells whether any write of this call was let through, however many requests it makes.
    """

    def __init__(self, deps: Deps, call: Call, clock: Callable[[], datetime]) -> None:
        self.passed = False
        self._deps, self._call, self._clock = deps, call, clock
        self._deadline = call.claimed_at + BUDGET.total_seconds()

    def __call__(self) -> None:
        if boottime() > self._deadline:
            raise Withheld("die Zeit für diesen Aufruf ist um")
        if self._call.work.kind in _TOWARDS_THE_PUBLIC:
            self._ask_files(self._call)
            self._ask_database()
        self.passed = True

    def _ask_database(self) -> None:
        """Ask what a database knows; one that does not answer forbids the write as a Stop would."""
        try:
            forbidden = self._release_forbidden() if _is_release(self._call) else self._stage_forbidden()
        except Unasked as error:
            raise Withheld(f"die Datenbank antwortet nicht ({error})") from error
        if forbidden is not None:
            raise Withheld(forbidden)

    def _ask_files(self, call: Call) -> None:
        """Look for a Stop file: it must work when the database, the desk and the network are down."""
        reason = stop_files.reason_for(self._deps.settings.data_dir, call.organisation, call.channel)
        if reason is not None:
            raise Withheld(f"Notbremse als Datei: {reason}")

    def _stage_forbidden(self) -> str | None:
        """Look whether what is being prepared was given up meanwhile: recalled, edited, its account left."""
        wanted = last_look.preparing(self._deps.store, self._call.stage_id)
        return None if wanted else "die Vorbereitung wird nicht mehr gebraucht"

    def _release_forbidden(self) -> str | None:
        now = last_look.standing(self._deps.store, self._call.work.post_id)
        if now is None or now.fence != self._call.fence:
            return "ein anderer Dienst hat übernommen"
        if now.recalled:
            return "zurückgezogen"
        if now.retiring:
            return "das Konto wird stillgelegt"
        if now.behind:
            return "die Freigabe gilt nicht mehr"
        return "Notbremse" if now.stopped else self._out_of_time(now)

    def _out_of_time(self, standing: Standing) -> str | None:
        """Look at the clock: the claim may have waited long for its turn, and the portal may have set a bound since."""
        now = self._clock()
        if standing.due_at is not None and now - standing.due_at > self._deps.policy.lateness:
            return "die geplante Zeit ist zu lange vorbei"
        if standing.embargo_until is not None and now < standing.embargo_until:
            return "Sperrfrist"
        if standing.valid_until is not None and now >= standing.valid_until:
            return "die Gültigkeit ist abgelaufen"
        return None
