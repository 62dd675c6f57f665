"""``distributor run``, ``web`` and ``up``: the processes that stay until they are told to end."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from types import FrameType

from distributor import daemon, metrics
from distributor.cli.grammar import Moment, command, option
from distributor.cli.outcome import DONE, REFUSED
from distributor.cli.parts import assemble, require_schema
from distributor.cli.printing import complain, say
from distributor.clock import SystemClock
from distributor.services.deps import Deps
from distributor.web.serve import serve

_NUDGE = 0.2
"""Seconds between two requests to the daemon to end: the first may come before it listens."""


@command(help="Startet den Dienst: liest Feeds, plant, bereitet vor und veröffentlicht. Ende mit Strg-C oder SIGTERM.")
@option("--until-idle", is_flag=True, help="Tut alles, was jetzt fällig ist, und endet dann.")
@option(
    "--simulate-until",
    type=Moment(),
    metavar="T",
    help="Lässt die Uhren von Dienst und Sandbox bis T vorlaufen; nur mit Konten der Sandbox.",
)
def run(until_idle: bool, simulate_until: datetime | None) -> int:
    """Run the daemon."""
    deps = _ready()
    with metrics.listener(deps, SystemClock()):
        return daemon.run(deps, until_idle=until_idle, simulate_until=simulate_until)


@command(help="Startet die Weboberfläche und die öffentlichen Seiten. Ende mit Strg-C oder SIGTERM.")
def web() -> None:
    """Run the web face."""
    deps = _ready()
    stop = threading.Event()
    _on_signals(stop)
    _tell(deps)
    with metrics.listener(deps, SystemClock()):
        serve(deps, SystemClock(), stop=stop)


@command(help="Startet Dienst und Weboberfläche in einem Prozess. Ende mit Strg-C oder SIGTERM.")
def up() -> int:
    """Run the daemon here and the web face beside it; when one ends, so does the other."""
    deps = _ready()
    deps.vault.signing_key()
    stop, ended = threading.Event(), threading.Event()
    _on_signals(stop)
    face = _Face(deps, stop, ended)
    face.start()
    _tell(deps)
    try:
        with metrics.listener(deps, SystemClock()):
            status = daemon.run(deps)
    finally:
        ended.set()
        stop.set()
        face.join()
    if isinstance(face.trouble, Exception):
        raise face.trouble
    if face.trouble is not None:
        complain("Die Weboberfläche ließ sich nicht starten; das Protokoll sagt, warum.")
        return REFUSED
    return status or DONE


class _Face(threading.Thread):
    """The web face beside the daemon. Where it fails, the daemon is asked to end: half a service helps nobody."""

    def __init__(self, deps: Deps, stop: threading.Event, ended: threading.Event) -> None:
        super().__init__(name="web")
        self._deps = deps
        self._asked = stop
        self._ended = ended
        self.trouble: BaseException | None = None

    def run(self) -> None:
        """Serve until asked to stop."""
        try:
            serve(self._deps, SystemClock(), stop=self._asked)
        except BaseException as error:  # a server may leave with SystemExit, which a thread would swallow
            self.trouble = error
        main = threading.main_thread().ident
        while main is not None and not self._ended.wait(_NUDGE):
            signal.pthread_kill(main, signal.SIGTERM)


def _ready() -> Deps:
    deps = assemble(logs=True)
    require_schema(deps)
    return deps


def _on_signals(stop: threading.Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _tell(deps: Deps) -> None:
    say(f"Oberfläche: {deps.settings.desk_url}")
    say(f"Öffentlich: {deps.settings.public_url}")
