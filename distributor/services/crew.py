"""The crew: a few threads that make calls while one turn after the other settles results and claims what is due.

One transaction stores the finished results and claims the next calls; no transaction is open while a call runs. A slow
account keeps one thread busy and nobody waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from distributor.cores import Core
from distributor.log import about
from distributor.services.calling import Result, perform
from distributor.services.calls import Call
from distributor.services.claiming import Claimed, claim
from distributor.services.deps import Deps
from distributor.services.rescuing import forsake, let_go, rescue
from distributor.services.settling import settle
from distributor.store.ownership import Ownership
from distributor.store.posts import Stale
from distributor.store.savepoints import together_or_apart
from distributor.store.watermark import Watermark

_GATHERING = 0.2
"""Seconds in which answers are gathered for one commit; our own choice: the more share a turn, the less each costs."""

_AHEAD = 8
"""So many calls a thread are claimed ahead at most; our own choice, as many as quick calls end while answers gather."""

_log = structlog.get_logger()


class Crew:
    """The daemon's hands. Begin it once, turn it as often as the bell rings, end it to finish what is in flight."""

    def __init__(self, deps: Deps, ownership: Ownership, clock: Callable[[], datetime]) -> None:
        self._deps = deps
        self._ownership = ownership
        self._clock = clock
        self._watermark = Watermark(deps.settings.data_dir)
        self._size = deps.settings.threads
        self._core = Core()
        self._pool = ThreadPoolExecutor(self._size, "crew", self._core.stay)
        self._sessions = threading.local()
        self._flying: dict[Future[Result], Call] = {}
        self._landed: list[Result] = []
        self._pace = 0
        self._in_doubt = False

    @property
    def busy(self) -> bool:
        """Tell whether a call is running or a result waits to be stored."""
        return bool(self._flying or self._landed)

    def turn(self, *, claiming: bool = True, patience: float = 0.5) -> bool:
        """Settle what has finished, claim what is due, wait up to ``patience`` seconds; tell if more may be due."""
        with self._core.kept():
            landed = self._collect()
            claimed = self._commit(landed, claiming=claiming)
            self._note(claimed)
            for call in claimed.calls:
                self._flying[self._pool.submit(self._run, call)] = call
            self._await(patience)
        return bool(claimed.calls) or claimed.turned_down

    def _await(self, patience: float) -> None:
        """Wait for an answer. Where many come, wait for a few more, but never until the threads have nothing to do."""
        if self._flying:
            wait(self._flying, timeout=patience, return_when=FIRST_COMPLETED)
            if self._pace > 1:
                older = list(self._flying)[: len(self._flying) // 2]
                wait(older, timeout=min(patience, _GATHERING))

    def _note(self, claimed: Claimed) -> None:
        """Note the newest release outside the database too, before its first byte leaves."""
        releases = [call.attempt_id for call in claimed.calls if call.work.kind == "release"]
        try:
            if releases:
                self._watermark.note(max(releases), self._ownership.name)
        except OSError:
            _log.exception("watermark_not_noted", attempt=max(releases))

    def finish(self, deadline: float = 60.0) -> None:
        """Claim nothing more, let what is in flight end, store it; what no thread has begun by then is let go of."""
        if self._flying:
            wait(self._flying, timeout=deadline)
        for future in [future for future in self._flying if future.cancel()]:
            del self._flying[future]
            self._in_doubt = True
        while self._collect() or self._in_doubt:
            self._commit(self._landed, claiming=False)
        self._pool.shutdown(wait=not self._flying, cancel_futures=True)

    def rescue(self) -> int:
        """Take over what dead daemons left; return how many open calls that were."""
        with self._deps.store.write() as session:
            return rescue(self._deps, session, self._ownership, self._clock())

    def _run(self, call: Call) -> Result:
        session = getattr(self._sessions, "http", None)
        if session is None:
            session = self._sessions.http = self._deps.session()
        return perform(self._deps, call, session, self._clock)

    def _collect(self) -> list[Result]:
        done = [future for future in self._flying if future.done()]
        for future in done:
            del self._flying[future]
            self._landed.append(future.result())
        return self._landed

    def _commit(self, landed: list[Result], *, claiming: bool) -> Claimed:
        """Store and claim in one commit. What cannot be stored stays in memory and is stored at the next turn."""
        now = self._clock()
        room = self._room() if claiming else 0
        if not landed and room <= 0 and not self._in_doubt:
            return Claimed()
        in_doubt, self._in_doubt = self._in_doubt, True
        with self._deps.store.write() as session:
            if in_doubt:
                self._let_go_of_unbegun(session, now)
            self._settle(session, landed, now)
            owner = self._ownership.name
            claimed = (
                claim(self._deps, session, owner=owner, now=now, limit=room, looks=self._looks())
                if room > 0
                else Claimed()
            )
        self._pace = len(landed)
        self._landed, self._in_doubt = [], False
        return claimed

    def _room(self) -> int:
        """Return how many calls to claim: one for each idle thread, and ahead twice what ended during the last turn.

        A thread that is done while the database is busy then has its next call at hand, also when this turn takes
        longer than the last, and the faster the calls, the more of them share the cost of a turn; where calls are slow
        or few, hardly any is claimed ahead.
        """
        return self._size + min(2 * self._pace, _AHEAD * self._size) - len(self._flying)

    def _looks(self) -> int:
        """Return how many looks may begin: a quarter of the crew at most; the others are for what is due."""
        looking = sum(call.work.kind == "look" for call in self._flying.values())
        return max(1, self._size // 4) - looking

    def _let_go_of_unbegun(self, session: Session, now: datetime) -> None:
        """Free what was claimed in a commit whose answer was lost, or ahead by who ends: nobody makes those calls."""
        calls = [*self._flying.values(), *(result.call for result in self._landed)]
        held = {call.attempt_id for call in calls}
        let_go(self._deps, session, self._ownership.name, now, held=held, begun=False)

    def _settle(self, session: Session, landed: Sequence[Result], now: datetime) -> None:
        """Settle results; what a person moved meanwhile, or a fault of ours, must not take the others with it."""

        def do(results: Sequence[Result]) -> None:
            settle(self._deps, session, results, now)

        def forsaken(result: Result, error: Exception) -> None:
            call = result.call
            with about(call.item_id, post=call.work.post_id, attempt=call.attempt_id):
                if isinstance(error, Stale):
                    _log.warning("result_overtaken", why=str(error))
                else:
                    _log.error("result_not_settled", exc_info=error)
            with session.begin_nested():
                forsake(self._deps, session, result, now)

        together_or_apart(session, landed, do, forsaken)
