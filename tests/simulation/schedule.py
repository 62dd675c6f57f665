"""One schedule: a few posts, two daemons, people, a bad network, and a seed that decides who goes on when.

Until the chaos ends a daemon may be killed or stopped at any step, a commit may fail or its answer be lost, time may
jump. Then everything heals and comes to rest, and the auditor looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy.exc import OperationalError

from distributor import clock
from distributor.services import accounts, lapsing, stop_files, stopping, tailoring
from distributor.store import ownership
from distributor.store.ownership import Ownership
from tests.simulation.daemons import Calls, Daemon, StrandCrew, Time
from tests.simulation.house import DUE, OPERATOR, Hooks, House
from tests.simulation.network import Clock, Network
from tests.simulation.persons import Note, Persons
from tests.simulation.scheduling import Strand, Strands

JUMPS = (1, 5, 10, 30, 60, 125, 305, 660, 2400, 3 * 3600)
"""Seconds by which time may jump: over a back-off, a settle time, a call's budget, a lease, the lateness allowed."""

_OFTEN = {"empty": 0, "scheduled": 1, "waiting": 1, "staged": 4}
"""Most schedules begin where it gets dangerous."""

_LATENESS = timedelta(hours=2)

_REST = 400
"""How often time may go on to the next moment until everything must have come to rest."""


@dataclass(slots=True)
class Plan:
    """What is drawn for a schedule before it begins."""

    template: tuple[str, ...]
    faulty: float
    steps: int
    crashes: float
    pauses: float
    commits: float
    acts: float
    apart: bool
    """The daemons share the database but not the data folder, so that each takes the other for dead."""
    cuts: float


class Schedule(Hooks):
    """Plays one seed. ``story`` is what happened, in order."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.seed = seed
        self.random = Random(seed)
        self.plan = self._draw()
        template = house.begin(self.plan.template)
        self.clock = Clock(DUE - timedelta(minutes=11))
        if self.plan.template[0] == "staged":
            self.clock.now = DUE - timedelta(seconds=self.random.choice((1, 20)))
        self.strands = Strands()
        self.network = Network(self.strands, self.clock, self.random, self.plan.faulty, drafts=dict(template.drafts))
        self.network.numbers = 1000
        for channel in house.channels.values():
            channel.network = self.network
        self.daemons: list[Daemon] = []
        self.notes: list[Note] = []
        self.story: list[str] = []
        self.writer: Strand | None = None
        self.healed = False
        self.deaths = 0
        self._peek = house.peek
        self._daemon_numbers = 0
        what = ("kills", "pauses", "cuts", "commits failed", "commit answers lost", "acts", "jumps")
        self.counted = dict.fromkeys(what, 0)

    def _draw(self) -> Plan:
        r = self.random
        return Plan(
            template=r.choice([each for each in sorted(self.house.templates) for _ in range(_OFTEN.get(each[0], 0))]),
            faulty=r.choice((0.0, 0.2, 0.5, 0.8)),
            steps=r.randint(25, 70),
            crashes=r.choice((0.0, 0.02, 0.06)),
            pauses=r.choice((0.0, 0.02, 0.06)),
            commits=r.choice((0.0, 0.0, 0.08)),
            acts=r.choice((0.0, 0.05, 0.12)),
            apart=r.random() < 0.1,
            cuts=Random(f"cuts {self.seed}").choice((0.0, 0.0, 0.0, 0.04)),
        )

    # what happens

    def say(self, text: str) -> None:
        self.story.append(f"{self.clock.boottime():10.3f} {text}")

    def play(self) -> None:
        """Play the chaos, heal, and let everything come to rest. What the tested code must not raise comes out."""
        self._persons = Persons(self)
        time, clock.time = clock.time, Time(self.clock)  # type: ignore[attr-defined]
        new_name, ownership._new_name = ownership._new_name, self._new_name
        try:
            self._start()
            self._start()
            self.house.store.hooks = self
            for _ in range(self.plan.steps):
                self._chaos()
            self._heal()
        finally:
            self.house.store.hooks = None
            for daemon in list(self.daemons):
                self._end(daemon)
            self.strands.kill("people")
            clock.time, ownership._new_name = time, new_name  # type: ignore[attr-defined]
            for folder in self.house.folders:
                for file in stop_files.found(folder):
                    file.path.unlink()

    def _new_name(self) -> str:
        self._daemon_numbers += 1
        return f"d{self._daemon_numbers}"

    def _start(self) -> Daemon:
        folder: Path = self.house.folders[len(self.daemons) % 2 if self.plan.apart else 0]
        deps = self.house.deps_at(folder)
        held = Ownership(deps.store, folder / "workers")
        name = held.name
        pool = Calls(lambda work: self.strands.begin(f"{name} calls", name, work))
        daemon = Daemon(name, deps, held, StrandCrew(deps, held, self._now, pool))
        self.daemons.append(daemon)
        if self.house.store.hooks is None:
            self._live(daemon)
        else:
            self.strands.begin(f"{name} starts", name, lambda: self._live(daemon))
        return daemon

    def _live(self, daemon: Daemon) -> None:
        """Begin as the real daemon does, then ring: each kind of bell has a thread of its own."""
        try:
            daemon.ownership.begin(self.clock.now)
            daemon.crew.rescue()
        except OperationalError as error:
            self.say(f"{daemon.name} cannot start: {error.orig}")
        for what, ring, ready in (
            ("publishes", self._publish, self._wants),
            ("beats", self._beat, self._must_beat),
            ("tends", self._tend, lambda d: self._peek.stale() or self._peek.late(self.clock.now - _LATENESS)),
        ):
            self.strands.begin(f"{daemon.name} {what}", daemon.name, self._ringing(daemon, ring, ready))

    def _ringing(
        self, daemon: Daemon, ring: Callable[[Daemon], None], ready: Callable[[Daemon], bool]
    ) -> Callable[[], None]:
        def rings() -> None:
            while True:
                self.strands.step("waits for the bell", until=lambda: ready(daemon))
                try:
                    ring(daemon)
                except OperationalError as error:
                    self.say(f"{daemon.name} database trouble: {error.orig}")

        return rings

    def _publish(self, daemon: Daemon) -> None:
        stopping.heed_files(daemon.deps, self.clock.now)
        version = self._peek.version()
        if not daemon.crew.turn(patience=0.0):
            daemon.idle = (version, self.clock.now)

    def _wants(self, daemon: Daemon) -> bool:
        if daemon.crew.has_news:
            return True
        if (
            daemon.idle is not None
            and daemon.idle[0] == self._peek.version()
            and not self._peek.newly_due(daemon.idle[1], self.clock.now)
        ):
            return False
        return self._peek.is_due(self.clock.now)

    def _must_beat(self, daemon: Daemon) -> bool:
        """Tell whether somebody may have died, or seems dead, since this daemon looked last."""
        if daemon.beaten < self.deaths:
            return True
        return daemon.beat_at <= self.clock.now and self._peek.overdrawn(self.clock.now)

    def _beat(self, daemon: Daemon) -> None:
        daemon.beaten, daemon.beat_at = self.deaths, self.clock.now + timedelta(minutes=1)
        daemon.ownership.beat(self.clock.now)
        daemon.crew.rescue()

    def _tend(self, daemon: Daemon) -> None:
        if self._peek.stale():
            tailoring.tailor_stale(daemon.deps, self.clock.now)
        lapsing.miss(daemon.deps, self.clock.now)

    # what the store and the crew tell

    def _now(self) -> datetime:
        now = self.clock.now
        self.strands.step("has read the clock")
        return now

    def wants_to_write(self) -> None:
        self.strands.step("wants to write", until=lambda: self.writer is None)
        self.writer = self.strands._present

    def before_commit(self) -> None:
        self.strands.step("before the commit")
        if self._trouble_with_commit():
            self.counted["commits failed"] += 1
            self.say("the commit fails")
            raise OperationalError("COMMIT", None, Exception("simulated: disk full"))

    def wrote(self) -> None:
        self.writer = None

    def committed(self) -> None:
        self.strands.step("after the commit")
        if self._trouble_with_commit():
            self.counted["commit answers lost"] += 1
            self.say("the answer to the commit is lost")
            raise OperationalError("COMMIT", None, Exception("simulated: connection lost"))

    def _trouble_with_commit(self) -> bool:
        strand = self.strands._present
        daemons_own = strand is not None and strand.owner != "people"
        return daemons_own and not self.healed and self.random.random() < self.plan.commits

    # who goes on

    def _ready(self) -> list[Strand]:
        asleep = {daemon.name for daemon in self.daemons if daemon.asleep}
        return [strand for strand in self.strands.running if strand.owner not in asleep and strand.ready]

    def _go_on(self, ready: list[Strand]) -> None:
        strand = self.random.choice(ready)
        self.clock.tick()
        self.say(f"{strand.name}: {strand.where}")
        self.strands.run(strand)

    def _chaos(self) -> None:
        r = self.random
        awake = [daemon for daemon in self.daemons if not daemon.asleep]
        if r.random() < self.plan.crashes and self.daemons:
            self._kill(r.choice(self.daemons))
        if r.random() < self.plan.pauses and awake:
            self._pause(r.choice(awake))
        if self.plan.cuts and self.daemons and r.random() < self.plan.cuts:
            self._cut_off(r.choice(self.daemons))
        if len(awake) < len(self.daemons) and r.random() < 0.06:
            self._wake(r.choice([daemon for daemon in self.daemons if daemon.asleep]))
        if len(self.daemons) < 2 and r.random() < 0.3:
            self._start()
        if r.random() < self.plan.acts:
            self.counted["acts"] += 1
            self._persons.act()
        ready = self._ready()
        if ready and r.random() < 0.9:
            self._go_on(ready)
        elif not any(strand.hurried for strand in self.strands.running):
            self._jump()

    def _kill(self, daemon: Daemon) -> None:
        self.counted["kills"] += 1
        self.say(f"{daemon.name} is killed")
        self._end(daemon)

    def _end(self, daemon: Daemon) -> None:
        self.daemons.remove(daemon)
        self.deaths += 1
        self.strands.kill(daemon.name)
        if daemon.ownership._file is not None:
            daemon.ownership._file.close()

    def _cut_off(self, daemon: Daemon) -> None:
        """Stop a daemon and take its lock, as where a host is cut off and the database ends its session."""
        if daemon.ownership._file is not None and not self._is_sending(daemon):
            self.counted["cuts"] += 1
            self.say(f"{daemon.name} is cut off")
            daemon.ownership._file.close()
            daemon.asleep = True
            self.deaths += 1

    def _is_sending(self, daemon: Daemon) -> bool:
        return any(strand.owner == daemon.name and strand.hurried for strand in self.strands.running)

    def _pause(self, daemon: Daemon) -> None:
        if self._is_sending(daemon):
            return
        self.counted["pauses"] += 1
        self.say(f"{daemon.name} is stopped")
        daemon.asleep = True

    def _wake(self, daemon: Daemon) -> None:
        self.say(f"{daemon.name} wakes")
        daemon.asleep = False

    def _jump(self) -> None:
        self.counted["jumps"] += 1
        moment = self.clock.now + timedelta(seconds=self.random.choice(JUMPS))
        asleep = any(daemon.asleep for daemon in self.daemons)
        if asleep and self.random.random() < 0.3:
            moment = self.clock.now + timedelta(seconds=700)  # past its lease
        elif self.random.random() < 0.6:
            moment = self._peek.next_moment(self.clock.now) or moment
        self.clock.now = moment
        self.say("time goes on")

    # how it ends

    def _heal(self) -> None:
        self.say("everything heals")
        self.healed = True
        self.network.heals(self.random.randint(0, 4))
        for daemon in self.daemons:
            daemon.asleep = False
        self._come_to_rest(rounds=1)
        while len(self.daemons) < (2 if self.plan.apart else 1):
            self._start()
        self._come_to_rest(rounds=1)
        for account in self._peek.paused():
            accounts.go_on(self.house.deps, OPERATOR, account, self.clock.now)
        self._come_to_rest(rounds=_REST)
        self.clock.now += timedelta(hours=4)
        self._come_to_rest(rounds=_REST)

    def _come_to_rest(self, rounds: int) -> None:
        """Let everybody go on, and time with them, until there is nothing to do for ``rounds`` moments."""
        for _ in range(rounds):
            steps = 0
            while ready := self._ready():
                self._go_on(ready)
                steps += 1
                if steps > 5000:
                    raise AssertionError("no rest: somebody is always busy")
            moment = self._peek.next_moment(self.clock.now)
            if moment is None:
                return
            if rounds > 1:
                self.clock.now = moment
        if rounds > 1:
            raise AssertionError("no rest: something is always due later")
