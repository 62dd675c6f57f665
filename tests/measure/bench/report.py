"""The benchmark's tables and picture."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from tests.measure.bench.rounds import Run
    from tests.measure.bench.run import Measured

_WIDTH, _BAR, _LEFT = 760, 22, 330
_COLOURS = {"SQLite": "#1f4e79", "PostgreSQL": "#2f855a"}
_OTHERS = "#718096"


def table(found: Sequence[Measured]) -> str:
    """Return the ratios as a Markdown table: 1 is the limit, the same requests with no database."""
    lines = [
        "| latency | threads | sender | of the limit | asked for | posts a second | median post sent after |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in found:
        where = f"{each.setting.title} | {each.setting.threads}"
        for name, runs in each.runs.items():
            asked = each.setting.at_least.get(name)
            rate = each.size.posts / min(run.seconds for run in runs)
            late = median(run.late for run in runs)
            lines.append(f"| {where} | {name} | {each.ratio(name):.2f} | {asked or '–'} | {rate:.0f} | {late:.1f} s |")
    return "\n".join(lines)


AGAINST = (
    ("SQLite", "APScheduler", 2),
    ("PostgreSQL", "APScheduler, PostgreSQL", 2),
    ("PostgreSQL", "Procrastinate", 3),
)
"""Who is compared with whom on the same database, and how many times as fast it is asked to be."""


def against(found: Sequence[Measured]) -> str:
    """Return how many times as many posts a second ours sends as what a user would take instead."""
    lines = ["| sender | against | times as fast | asked for |", "|---|---|---|---|"]
    return "\n".join(
        [
            *lines,
            *(
                f"| {ours} | {other} | {each.ratio(ours, other):.1f} | {asked} |"
                for each in found
                for ours, other, asked in AGAINST
                if ours in each.runs and other in each.runs
            ),
        ]
    )


def kills(found: Mapping[str, Run]) -> str:
    """Return what each sender lost and doubled when it was killed, as a Markdown table."""
    lines = ["| sender | lost | doubled |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {run.lost} | {run.doubled} |" for name, run in found.items())])


def write(found: Sequence[Measured], killed: Mapping[str, Run], folder: Path, rounds: int) -> None:
    """Write ``benchmark.md`` and ``benchmark.svg``."""
    size = found[0].size
    text = f"""# Benchmark

Written by `make bench`. {size.posts:,} staged posts on {size.accounts:,} Facebook accounts, all due at once; the
release of a draft is one call. *The limit* is the same connector code sending the same requests from one process with
as many threads and no database; *on one core* its threads are kept on one core, as ours are. Everything durable:
SQLite with `synchronous=FULL`, PostgreSQL with `fsync` on. Ratios are {_of(rounds)} in which the
senders take turns; only they are comparable between machines. Every round counts at the platform that each post came
once.

{table(found)}

![What part of the limit each sender reaches](benchmark.svg)

## Against what a user would take instead

At 0 ms, each on the same database.

{against(found)}

## Killed

The same posts at 50 ms with 16 threads, the sender killed (`kill -9`) three times on the way and started again.

{kills(killed)}

Python {platform.python_version()}, {platform.machine()}. APScheduler: a date job for each post in its
SQLAlchemyJobStore (SQLite where no other is named), `misfire_grace_time=None`. Procrastinate: a task for each post, as
many at once as we have threads, stalled jobs put back after a kill as its documents advise. Adding the jobs is not
counted; neither keeps what the platform answered.
"""
    (folder / "benchmark.md").write_text(text, encoding="utf-8")
    (folder / "benchmark.svg").write_text(_picture(found), encoding="utf-8")


def _of(rounds: int) -> str:
    return "those of one round" if rounds == 1 else f"the median of {rounds} rounds"


def _picture(found: Sequence[Measured]) -> str:
    bars = [
        (f"{each.setting.title}, {name}", name, each.ratio(name))
        for each in found
        for name in each.runs
        if name in each.setting.at_least or each.setting.others
    ]
    bars = [(label, name, ratio) for label, name, ratio in bars if not name.startswith("limit")]
    height = 40 + len(bars) * _BAR
    span = _WIDTH - _LEFT - 60
    rows = [
        f'<text x="{_LEFT - 8}" y="{35 + n * _BAR}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{_LEFT}" y="{22 + n * _BAR}" width="{span * min(ratio, 1.1):.0f}" height="{_BAR - 6}"'
        f' fill="{_COLOURS.get(name, _OTHERS)}"/>'
        f'<text x="{_LEFT + span * min(ratio, 1.1) + 6:.0f}" y="{35 + n * _BAR}">{ratio:.2f}</text>'
        for n, (label, name, ratio) in enumerate(bars)
    ]
    line = f'<line x1="{_LEFT + span}" y1="12" x2="{_LEFT + span}" y2="{height - 8}" stroke="#c53030"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif"'
        f' font-size="12" role="img" aria-label="Part of the limit that each sender reaches">'
        f"{''.join(rows)}{line}</svg>\n"
    )
