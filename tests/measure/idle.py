"""Measure what the distributor costs while nothing happens: ``python -m tests.measure.idle``.

One process (``distributor up``) on SQLite with the sixteen Jobcenter of ``config/`` and some posts that wait; after a
minute to settle it reads PSS (``/proc/PID/smaps_rollup``) and CPU time over a minute. It also times
``distributor --help`` against an interpreter that does nothing. Prints figures; exits 1 where a bound is broken.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from distributor import bootstrap, settings
from distributor.domain import Actor, Role, State
from distributor.services import configuration
from distributor.store import migrations
from distributor.vault import new_key
from tests.support.plenty import plenty

ROOT = Path(__file__).resolve().parents[2]
MOST_PSS, MOST_CPU, MOST_HELP = 170.0, 0.01, 0.150
"""MB, share of a core, seconds."""


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--posts", type=int, default=480, help="posts that wait for their approval")
    options.add_argument("--settle", type=float, default=30, help="seconds before the measurement")
    options.add_argument("--seconds", type=float, default=60, help="seconds of the measurement")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = prepare(Path(folder), chosen.posts)
        pss, cpu = idle(environment, chosen.settle, chosen.seconds)
    shown, bare = helped(), started()
    print(f"up, idle, {chosen.posts} posts: PSS {pss:.0f} MB (at most {MOST_PSS:.0f})")
    print(f"up, idle, {chosen.posts} posts: CPU {cpu:.2%} of a core (at most {MOST_CPU:.0%})")
    print(
        f"--help: {shown * 1000:.0f} ms of CPU (at most {MOST_HELP * 1000:.0f}); bare interpreter {bare * 1000:.0f} ms"
    )
    return 0 if pss <= MOST_PSS and cpu <= MOST_CPU and shown <= MOST_HELP else 1


def prepare(folder: Path, posts: int) -> Mapping[str, str]:
    """Make a database with the Jobcenter and posts; return the environment of a process on it."""
    environment = {
        "DISTRIBUTOR_DATA_DIR": str(folder),
        "DISTRIBUTOR_CONFIG_DIR": str(ROOT / "config"),
        "DISTRIBUTOR_KEY": new_key(),
        "DISTRIBUTOR_DESK_BIND": "127.0.0.1:0",
        "DISTRIBUTOR_PUBLIC_BIND": "127.0.0.1:0",
    }
    deps = bootstrap.build(settings.load(environment))
    migrations.upgrade(deps.store)
    files = replace(
        configuration.read_files(ROOT / "config"),
        accounts=configuration.read_accounts(ROOT / "config" / "sandbox-accounts.toml"),
    )
    setup = Actor("setup", frozenset({Role.OPERATOR, Role.EDITOR}))
    now = datetime.now(UTC)
    configuration.take_over(deps, setup, files, now)
    with deps.store.write() as session:
        plenty(session, items=max(1, posts // 48), state=State.AWAITING, now=now, spread=timedelta(days=30))
    deps.store.close()
    return {**os.environ, **environment}


def idle(environment: Mapping[str, str], settle: float, seconds: float) -> tuple[float, float]:
    """Return PSS in MB and the share of a core over ``seconds``, after ``settle`` seconds."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributor", "up"], env=environment, stdout=said, stderr=said
        )
        try:
            time.sleep(settle)
            before, began = _cpu(process.pid), time.monotonic()
            time.sleep(seconds)
            cpu = (_cpu(process.pid) - before) / (time.monotonic() - began)
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    [pss] = [int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")]
    return pss / 1024, cpu


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def helped() -> float:
    """Return the CPU seconds of the overview, the median of nine."""
    return median(_timed("-m", "distributor", "--help") for _ in range(9))


def started() -> float:
    """Return the CPU seconds of an interpreter that does nothing."""
    return median(_timed("-c", "pass") for _ in range(9))


def _timed(*arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
