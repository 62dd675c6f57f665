"""``distributor demo``: everything on this machine, for a person to try or (``--once``) to prove itself."""

from __future__ import annotations

import contextlib
import json
import signal
import statistics
import subprocess
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import requests
from rich.console import Console
from rich.table import Table

import connectors.sandbox.audit
from distributor import log
from distributor.cli.demo_world import (
    AUDITOR,
    EDITOR,
    OPERATOR,
    Children,
    World,
    build,
    clear,
    on_a_network,
    platform_id,
    take_in,
    wait_for,
)
from distributor.clock import SystemClock
from distributor.domain import Refused, State
from distributor.progress import progress
from distributor.services import approving, people, views
from distributor.wording import STATE_WORDS

_SPAN = timedelta(days=14, hours=3)
_AUDITED = 12 * 16 * 5
"""So many posts go to the networks of the sandbox; a sixth of all stands on the own pages of the Jobcenters."""
_ALL = 12 * 16 * 6


@click.command(help="Zeigt alles auf dieser Maschine: Portal, nachgebildete Netzwerke, Dienst und Oberfläche.")
@click.option("--once", is_flag=True, help="Ein ganzer Durchlauf ohne Person, mit Prüfung; Ende mit Status 0 oder 1.")
@click.option("--data", type=click.Path(path_type=Path), default=Path("var/demo"), help="Ordner der Vorführung.")
@click.option("--config", type=click.Path(path_type=Path), default=Path("config"), help="Ordner der Konfiguration.")
def demo(once: bool, data: Path, config: Path) -> None:
    """Run the demo."""
    log.configure(quiet=True)
    _hear_every_end()
    with Children() as children:
        sys.exit((_once if once else _live)(children, data.absolute(), config.absolute()))


def _hear_every_end() -> None:
    """Let a ``kill`` and a terminal that is closed end the demo as Ctrl-C does: with all the programs it started."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _live(children: Children, data: Path, config: Path) -> int:
    with progress("Die Vorführung wird aufgebaut", 1.0) as told:
        world = build(children, data, config, calendar="demo")
        told(0.2)
        numbers = take_in(world, lambda done: told(0.2 + 0.6 * done))
        clear(world, numbers[:-1])
        told(0.9)
        children.start(["distributor", "up"], world.environment, data / "distributor.log")
        wait_for(f"{world.deps.settings.desk_url}/health", children, data / "distributor.log")
    _say_where(world, data)
    with contextlib.suppress(KeyboardInterrupt):
        children.wait_for_one_to_fall()
        raise Refused(f"Ein Teil der Vorführung ist beendet; {data}/*.log sagt warum.", code="demo.fallen")
    click.echo("\nDie Vorführung wird beendet …")
    return 0


def _say_where(world: World, data: Path) -> None:
    officers = ", ".join(row["slug"] for row in views.organisation_list(world.deps))
    lines = [
        "",
        "Die Vorführung läuft. Ende mit Strg-C.",
        "",
        f"  Oberfläche        {world.deps.settings.desk_url}/",
        f"  Wände (Netzwerke) {world.sandbox}/",
        f"  Portal            {world.sandbox}/portal/",
        f"  Eigene Seiten     {world.deps.home('fulda')}",
        "",
        f"  Kennwort für alle: {world.password}",
        f"  Redaktion: {EDITOR}   Betrieb: {OPERATOR}   Prüfung: {AUDITOR}",
        *textwrap.wrap(f"  Kanalverantwortliche: {officers}", 80, subsequent_indent="    ", break_on_hyphens=False),
        "",
        "  Als Kanalverantwortliche anmelden, einen Post freigeben, und ihn binnen einer Minute",
        "  an der Wand des Jobcenters sehen. Ein Beitrag wartet noch auf die Klärung durch die Redaktion.",
        f"  Protokolle und Datenbank: {data}",
        "",
    ]
    click.echo("\n".join(lines))


def _once(children: Children, data: Path, config: Path) -> int:
    began = time.monotonic()
    with progress("Portal, Jobcenter und Konten", 1.0) as told:
        world = build(children, data, config, calendar=None)
        children.start(["distributor", "web"], world.environment, data / "web.log")
        told(0.2)
        numbers = take_in(world, lambda done: told(0.2 + 0.6 * done))
        clear(world, numbers)
        told(0.9)
        wait_for(f"{world.deps.settings.public_url}/health", children, data / "web.log")
    with progress("Freigaben", 1.0) as told:
        approve_all(world, told)
    _write_approved(world, data / "approved.json")
    until = SystemClock().now() + _SPAN
    ran = time.monotonic()
    _simulate(children, world, until, data / "daemon.log")
    seconds = time.monotonic() - ran
    published = _report(world, seconds, time.monotonic() - began)
    audited = _audit(world, data / "approved.json")
    return 0 if published and audited and _pages_equal(world) else 1


def approve_all(world: World, told: Callable[[float], None]) -> None:
    """Let each Jobcenter's officer approve what waits for them, each in one go, through the same service."""
    deps, now = world.deps, SystemClock().now()
    owners = [row["slug"] for row in views.organisation_list(deps)]
    for done, slug in enumerate(owners, start=1):
        officer = people.actor_named(deps, slug, SystemClock().now())
        waiting = views.post_list(deps, actor=officer, organisation=slug, states=["awaiting"])
        with deps.store.write() as session:
            for post in waiting:
                approving.approve_in(deps, session, officer, post["id"], now, digest=post["digest"])
        told(done / len(owners))


def _write_approved(world: World, path: Path) -> None:
    """Write down what was approved, before anything is sent: the audit compares the ledger with this."""
    ids = {account["id"]: platform_id(world.deps, account) for account in on_a_network(world.deps)}
    listed = [post for post in views.post_list(world.deps) if post["approved_digest"] and post["account_id"] in ids]
    approved = [{**post, "account": ids[post["account_id"]]} for post in listed]
    path.write_text(json.dumps(approved, ensure_ascii=False), encoding="utf-8")


def _simulate(children: Children, world: World, until: datetime, log: Path) -> None:
    """Run the daemon as a process of its own over the coming days; what it logs stays in its file."""
    daemon = children.start(
        ["distributor", "run", "--simulate-until", until.astimezone(UTC).isoformat()], world.environment, log
    )
    with progress("Die Zeit läuft, Posts gehen hinaus", _ALL) as told:
        while daemon.poll() is None:
            told(_public(world))
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(timeout=0.5)
    if daemon.returncode != 0:
        said_last = log.read_text(errors="replace").strip().splitlines()[-3:]
        raise Refused(f"Der Dienst endete mit Status {daemon.returncode}. {' '.join(said_last)}", code="demo.daemon")


def _public(world: World) -> int:
    """Return how many posts are out."""
    counts = views.state_counts(world.deps)
    return sum(number for (_, state), number in counts.items() if state is State.PUBLISHED)


def _report(world: World, seconds: float, in_all: float) -> bool:
    """Print channel by state, lateness and throughput, and a line for each post that is not public."""
    listed = views.post_list(world.deps)
    console = Console(width=max(100, Console().width))
    table = Table("Kanal", "Zustand", "Posts", "Verspätung Mitte", "Verspätung höchstens")
    for (channel, state), number in sorted(Counter((post["channel"], post["state"]) for post in listed).items()):
        late = _lateness([post for post in listed if (post["channel"], post["state"]) == (channel, state)])
        middle = f"{statistics.median(late):.1f} s" if late else "–"
        table.add_row(channel, STATE_WORDS[state], str(number), middle, f"{max(late):.1f} s" if late else "–")
    console.print(table)
    public = sum(post["state"] == "published" for post in listed)
    console.print(
        f"{public} Posts veröffentlicht in {seconds:.1f} s ({public / seconds:.0f} je Sekunde); "
        f"alles zusammen: {in_all:.1f} s"
    )
    for post in listed:
        if post["state"] != "published":
            reason = post["reason"]["text"] if post["reason"] else "ohne Angabe"
            console.print(
                f"  {post['organisation']}/{post['channel']} {post['title']}: {STATE_WORDS[post['state']]}, {reason}"
            )
    return bool(public == len(listed))


def _lateness(listed: Sequence[Mapping[str, Any]]) -> list[float]:
    return [
        (datetime.fromisoformat(post["receipt"]["at"]) - datetime.fromisoformat(post["due_at"])).total_seconds()
        for post in listed
        if post["receipt"] and post["due_at"]
    ]


def _pages_equal(world: World) -> bool:
    """Read every Jobcenter's own pages from outside, and tell whether they say exactly what was approved."""
    on_networks = {account["id"] for account in on_a_network(world.deps)}
    approved = [post for post in views.post_list(world.deps) if post["account_id"] not in on_networks]
    read: list[tuple[str, str]] = []
    for slug in sorted({post["organisation"] for post in approved}):
        address = f"{world.deps.home(slug)}/feed.json"
        while address:
            feed = requests.get(address, timeout=10).json()
            read += [(slug, item["content_text"]) for item in feed["items"]]
            address = feed.get("next_url", "")
    equal = sorted(read) == sorted((post["organisation"], post["text"]) for post in approved)
    click.echo(f"own pages: {len(approved)} approved, {len(read)} public, {'equal' if equal else 'NOT equal'}")
    return equal


def _audit(world: World, approved: Path) -> bool:
    """Let a program that imports nothing of ours compare the sandbox's ledger with what was approved."""
    script = connectors.sandbox.audit.__file__
    arguments = ["--ledger", f"{world.sandbox}/_ledger", "--expected", str(approved), "--count", str(_AUDITED)]
    return subprocess.run([sys.executable, "-I", script, *arguments], check=False).returncode == 0
