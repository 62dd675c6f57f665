"""The benchmark's table and picture."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from tests.measure.bench.run import Measured

_WIDTH, _BAR, _LEFT = 720, 22, 250
_COLOURS = {"SQLite": "#1f4e79", "PostgreSQL": "#2f855a", "APScheduler": "#a0aec0"}


def table(found: Sequence[Measured]) -> str:
    """Return the ratios as a Markdown table: 1 is the limit, the same requests with no database."""
    lines = ["| latency | threads | sender | of the limit | asked for | posts a second |", "|---|---|---|---|---|---|"]
    for each in found:
        where = f"{each.setting.latency * 1000:.0f} ms | {each.setting.threads}"
        for name in each.seconds:
            asked = each.setting.at_least.get(name)
            ratio = 1.0 if name == "limit" else each.ratio(name)
            lines.append(f"| {where} | {name} | {ratio:.2f} | {asked or '–'} | {_rate(each, name)} |")
    return "\n".join(lines)


def _rate(each: Measured, name: str) -> str:
    return f"{each.posts / min(each.seconds[name]):.0f}"


def write(found: Sequence[Measured], folder: Path, posts: int, accounts: int, rounds: int) -> None:
    """Write ``benchmark.md`` and ``benchmark.svg``."""
    text = f"""# Benchmark

Written by `make bench`. {posts} staged posts on {accounts} Facebook accounts, all due at once; the release of a draft
is one call. *The limit* is the same connector code sending the same requests from one process with as many threads and
no database. Everything durable: SQLite with `synchronous=FULL`, PostgreSQL with `fsync` on. Ratios are the median of
{rounds} rounds in which the senders take turns; only they are comparable between machines. Every round counts at the
platform that each post came once.

{table(found)}

![What part of the limit each sender reaches](benchmark.svg)

Python {platform.python_version()}, {platform.machine()}. APScheduler: a date job for each post in its
SQLAlchemyJobStore (SQLite), `misfire_grace_time=None`; adding the jobs is not counted, and it keeps no outcome.
"""
    (folder / "benchmark.md").write_text(text, encoding="utf-8")
    (folder / "benchmark.svg").write_text(_picture(found), encoding="utf-8")


def _picture(found: Sequence[Measured]) -> str:
    bars = [
        (f"{each.setting.latency * 1000:.0f} ms, {each.setting.threads} threads, {name}", name, each.ratio(name))
        for each in found
        for name in each.seconds
        if name != "limit"
    ]
    height = 40 + len(bars) * _BAR
    span = _WIDTH - _LEFT - 60
    rows = [
        f'<text x="{_LEFT - 8}" y="{35 + n * _BAR}" text-anchor="end">{escape(label)}</text>'
        f'<rect x="{_LEFT}" y="{22 + n * _BAR}" width="{span * min(ratio, 1.1):.0f}" height="{_BAR - 6}"'
        f' fill="{_COLOURS[name]}"/>'
        f'<text x="{_LEFT + span * min(ratio, 1.1) + 6:.0f}" y="{35 + n * _BAR}">{ratio:.2f}</text>'
        for n, (label, name, ratio) in enumerate(bars)
    ]
    line = f'<line x1="{_LEFT + span}" y1="12" x2="{_LEFT + span}" y2="{height - 8}" stroke="#c53030"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif"'
        f' font-size="12" role="img" aria-label="Part of the limit that each sender reaches">'
        f"{''.join(rows)}{line}</svg>\n"
    )
