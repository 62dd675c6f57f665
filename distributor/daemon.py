"""The daemon: a bell that rings, and the duties that answer it. Holds no rule.

APScheduler rings inside the process with a memory job store; the tables are the queue. A duty is a row, so that of
several daemons one takes it. Publishing is no duty: every daemon turns its crew at every ring.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from distributor.clock import Clock, SimulatedClock, SystemClock
from distributor.domain import Refused
from distributor.progress import progress
from distributor.services import (
    accounts,
    auto_approving,
    correcting,
    duties,
    feeds,
    films,
    findings,
    handing,
    heeding,
    lapsing,
    leaving,
    letters,
    media,
    media_again,
    planning,
    polling,
    recalling,
    renewing,
    repeating,
    restoring,
    retention,
    sealing,
    simulation,
    stopping,
    subscribing,
    tailoring,
    telling,
    webhooks,
)
from distributor.services.crew import Crew
from distributor.services.deps import Deps
from distributor.services.timekeeping import Timekeeper
from distributor.store import migrations
from distributor.store.ownership import Ownership

_BELL = timedelta(seconds=1)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do every so often, by one of all daemons."""

    name: str
    every: timedelta
    do: Callable[[Deps, Clock], int]


DUTIES = (
    Duty("poll", timedelta(seconds=5), lambda deps, clock: polling.poll_due(deps, clock.now)),
    Duty("websub", timedelta(seconds=30), lambda deps, clock: subscribing.tend(deps, clock.now)),
    Duty(
        "media", timedelta(seconds=2), lambda deps, clock: media.fetch_pending(deps, clock.now, ("image", "captions"))
    ),
    Duty("tailor", timedelta(seconds=2), lambda deps, clock: tailoring.tailor_stale(deps, clock.now())),
    Duty("expire", timedelta(minutes=1), lambda deps, clock: lapsing.expire(deps, clock.now())),
    Duty("miss", timedelta(seconds=30), lambda deps, clock: lapsing.miss(deps, clock.now())),
    Duty("repeat", timedelta(minutes=10), lambda deps, clock: repeating.make_due(deps, clock.now())),
    Duty("correct", timedelta(minutes=1), lambda deps, clock: correcting.make_due(deps, clock.now())),
    Duty("propose", timedelta(seconds=5), lambda deps, clock: planning.propose(deps, clock.now(), again=False)),
    Duty("propose_again", timedelta(minutes=10), lambda deps, clock: planning.propose(deps, clock.now())),
    Duty("heed", timedelta(seconds=30), lambda deps, clock: heeding.heed(deps, clock.now())),
    Duty("tell", timedelta(minutes=1), lambda deps, clock: telling.tell(deps, clock.now)),
    Duty("recall", timedelta(seconds=30), lambda deps, clock: recalling.tend(deps, clock.now())),
    Duty("remind", timedelta(minutes=1), lambda deps, clock: handing.remind(deps, clock.now())),
    Duty("approve", timedelta(seconds=30), lambda deps, clock: auto_approving.approve_waiting(deps, clock.now())),
    Duty("leave", timedelta(seconds=30), lambda deps, clock: leaving.tend(deps, clock.now())),
)
"""What moves posts on."""

FILMING = (
    Duty("videos", timedelta(seconds=2), lambda deps, clock: media.fetch_pending(deps, clock.now, media.LARGE)),
    Duty("films", timedelta(seconds=1), lambda deps, clock: films.make_next(deps, clock.now)),
)
"""What takes minutes: it has a thread of its own, so that nothing waits for it but the posts with videos."""

AGAIN = (
    Duty("media_again", timedelta(minutes=10), lambda deps, clock: media_again.look(deps, clock.now)),
    Duty("accounts", timedelta(minutes=10), lambda deps, clock: accounts.check_due(deps, clock.now)),
    Duty("renew", timedelta(days=1), lambda deps, clock: renewing.renew_due(deps, clock.now)),
)
"""Asked about while the daemon lives, not in a simulation: a jump of weeks would ask for every hour of them."""

HOUSEKEEPING = (
    Duty("hooks", timedelta(seconds=15), lambda deps, clock: webhooks.tend(deps, clock.now)),
    Duty("letters", timedelta(minutes=1), lambda deps, clock: letters.send_due(deps, clock.now)),
    Duty("seal", timedelta(minutes=1), lambda deps, clock: sealing.seal_record(deps, clock.now())),
    Duty("retain", timedelta(days=1), lambda deps, clock: retention.run_daily(deps, clock.now())),
)
"""What no post waits for."""


class Daemon:
    """One process's share of the work. It holds while its ``keeper`` does not trust the time."""

    def __init__(self, deps: Deps, clock: Clock, keeper: Timekeeper | None = None) -> None:
        self._deps = deps
        self._clock = clock
        self._keeper = keeper
        self._ownership = Ownership(deps.store, deps.settings.data_dir / "workers")
        self._crew = Crew(deps, self._ownership, clock.now)
        self._stopping = threading.Event()
        self._shaken = False
        fetching, making = FILMING
        halted = self._stopping.is_set
        self._filming = (
            fetching,
            replace(making, do=lambda deps, clock: films.make_next(deps, clock.now, halted)),
        )

    @property
    def _held(self) -> bool:
        return self._keeper is not None and self._keeper.trouble != ""

    def begin(self) -> None:
        """Take this worker's lock, enter the feed from the settings, and look for dead workers' open calls.

        Raises: Refused for the copy of a database that is at home elsewhere.
        """
        now = self._clock.now()
        self._ownership.begin(now)
        try:
            restoring.watch(self._deps, self._ownership, now)
        except Refused:
            self._ownership.end()
            raise
        with self._deps.store.write() as session:
            if self._deps.settings.feed_url:
                feeds.ensure_feed(session, self._deps.settings.feed_url, now)
        self.beat()
        _log.info("daemon_began", worker=self._ownership.name)

    def end(self) -> None:
        """Finish what is in flight and give the lock back."""
        self._crew.finish()
        self._ownership.end()
        _log.info("daemon_ended", worker=self._ownership.name)

    def stop(self) -> None:
        """Ask the daemon to end after what is in flight."""
        self._stopping.set()

    def do_duties(self) -> None:
        """Do each duty whose time has come; the trouble of one is kept with it and holds up no other.

        By a time that is wrong, posts would be missed, expire or be deleted: then no duty is done.
        """
        if self._held:
            return
        self._do_each((*DUTIES, *HOUSEKEEPING))

    def make_films(self) -> None:
        """Fetch videos and make films until there is nothing more to do."""
        if not self._held:
            self._do_each((*self._filming, *AGAIN))

    def _do_each(self, chosen: Sequence[Duty]) -> None:
        every = {duty.name: duty.every for duty in chosen}
        due = duties.due(self._deps, every, self._clock.now())
        for duty in chosen:
            if self._stopping.is_set():
                return
            if duty.name not in due:
                continue
            work = partial(duty.do, self._deps, self._clock)
            duties.do(self._deps, duty.name, duty.every, self._clock.now, work)

    def beat(self) -> None:
        """Note that this worker is alive, ask clocks and database, and take over from dead workers."""
        if self._keeper is not None:
            self._keeper.compare()
            if self._keeper.trouble:
                _log.error("clock_off", why=self._keeper.trouble)
        self._ownership.beat(self._clock.now(), self._keeper.trouble if self._keeper else "")
        self._watch()
        self._crew.rescue()

    def _watch(self) -> None:
        """Hold everything where the database has lost releases; end where it is no longer ours."""
        try:
            restoring.watch(self._deps, self._ownership, self._clock.now())
        except Refused:
            self.stop()
            raise

    def publish(self) -> None:
        """Heed Stop files, then turn the crew until nothing is due and nothing in flight, or the daemon is to stop.

        What went wrong the last time may have cost the connection with the lock: claims need a name that is locked.
        """
        if self._shaken:
            self.beat()
        self._shaken = True
        stopping.heed_files(self._deps, self._clock.now())
        while not self._stopping.is_set():
            if not (self._crew.turn(claiming=not self._held) or self._crew.busy):
                break
        self._shaken = False

    def run(self) -> None:
        """Ring until told to stop."""
        scheduler = BackgroundScheduler(timezone="UTC")
        for name, do, every in (
            ("duties", self.do_duties, _BELL),
            ("films", self.make_films, 2 * _BELL),
            ("publish", self.publish, _BELL),
            ("beat", self.beat, 10 * _BELL),
        ):
            trigger = IntervalTrigger(seconds=int(every.total_seconds()))
            scheduler.add_job(
                _guarded(name, do), trigger, id=name, max_instances=1, coalesce=True, misfire_grace_time=None
            )
        scheduler.start()
        try:
            self._stopping.wait()
        finally:
            scheduler.shutdown(wait=True)

    def until_idle(self) -> None:
        """Do all duties until they find nothing more to do, and publish until nothing is due."""
        while sum(
            duty.do(self._deps, self._clock) for duty in (*DUTIES, *self._filming) if not self._stopping.is_set()
        ):
            continue
        self.publish()
        self._do_each(HOUSEKEEPING)

    def simulate(self, clock: SimulatedClock, until: datetime) -> None:
        """Jump from one moment at which something is due to the next, up to ``until``."""
        start = clock.now()
        with progress("Zeit läuft", (until - start).total_seconds()) as told:
            while not self._stopping.is_set():
                self.until_idle()
                moment = simulation.next_moment(self._deps, clock.now(), until)
                told((clock.now() - start).total_seconds())
                if moment is None:
                    clock.set(until)
                    return
                clock.set(moment)


def _guarded(name: str, do: Callable[[], None]) -> Callable[[], None]:
    """Keep the bell ringing: what went wrong once is logged and tried at the next ring."""

    def ring() -> None:
        try:
            do()
        except Exception:
            _log.exception("ring_failed", job=name)

    return ring


def run(deps: Deps, *, until_idle: bool = False, simulate_until: datetime | None = None) -> int:
    """Run the daemon in this process and return the exit status. Raises: Refused if it cannot begin."""
    schema = migrations.state(deps.store)
    if schema.current != schema.head:
        text = "Die Datenbank ist nicht auf dem Stand des Programms; bitte `distributor db upgrade` ausführen."
        raise Refused(text, code="schema")
    _try_key(deps)
    keeper: Timekeeper | None = None
    if simulate_until is not None:
        clock: Clock = simulation.begin(deps, SystemClock().now(), simulate_until)
    else:
        clock = keeper = Timekeeper(deps.store)
        keeper.compare()
        if until_idle and keeper.trouble:
            raise Refused(keeper.trouble, code="clock")
    daemon = Daemon(deps, clock, keeper)
    _stop_on_signals(daemon)
    daemon.begin()
    try:
        if simulate_until is not None and isinstance(clock, SimulatedClock):
            daemon.simulate(clock, simulate_until)
        elif until_idle:
            daemon.until_idle()
        else:
            daemon.run()
    finally:
        daemon.end()
    return 0


def _try_key(deps: Deps) -> None:
    """Raises: Refused with a wrong key: it would pause every account that comes due."""
    with deps.store.read() as session:
        found = findings.key(deps, session)
    if not found.ok:
        raise Refused(found.text, code="vault.key")


def _stop_on_signals(daemon: Daemon) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(number: int, frame: FrameType | None) -> None:
        daemon.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
