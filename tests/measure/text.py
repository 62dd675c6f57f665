"""How the time of our text functions grows with hostile texts, beside that of X's own library.

``python -m tests.measure.text`` prints for each text of doubling size the milliseconds of processor time and, last,
the mean growth from one size to the next: 2 is linear, 4 quadratic. With ``--library FOLDER``, where ``npm install
twitter-text@3.1.0`` was run, node times the original too, up to the size at which it takes longer than two seconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from connectors import _bluesky_text as bluesky
from connectors import _mastodon_text as mastodon
from connectors import _x_text as x
from distributor.tailoring import sentences
from distributor.tailoring.cutting import cut

SIZES = [1000 * 2**step for step in range(7)]
UNITS = (
    "a.",
    "@",
    "http://",
    "https://a.de/(",
    "a.de?",
    "ä.",
    "日本.",
    "a_b.c",
    "👨‍👩‍",
    "🇩",
    "u\u0308",
    "z. B. ",
    "„a. ",
    "Wort ",
)
OURS: dict[str, Callable[[str], object]] = {
    "x": x.weighted_length,
    "mastodon": mastodon.length,
    "bluesky": bluesky.length,
    "sentences": sentences.split,
    "cutting": lambda text: cut(text, lambda part: x.weighted_length(part) <= 280),
}
PROGRAM = """
const library = require("twitter-text");
const { parseTweet } = library.default ?? library;
const { unit, sizes } = JSON.parse(require("fs").readFileSync(0, "utf-8"));
for (const size of sizes) {
  const text = unit.repeat(Math.floor(size / unit.length));
  const begun = process.cpuUsage();
  parseTweet(text);
  const taken = process.cpuUsage(begun).user / 1e3;
  console.log(taken);
  if (taken > 2000) break;
}
"""


def milliseconds(call: Callable[[str], object], text: str) -> float:
    """Return the shortest of three runs."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        call(text)
        taken.append(time.process_time() - begun)
    return 1000 * min(taken)


def of_library(folder: Path, unit: str) -> list[float]:
    """Return the original's milliseconds, as far as it goes; a run that does not end in a minute counts as one."""
    lines: list[str] = []
    given = json.dumps({"unit": unit, "sizes": SIZES}).encode()
    try:
        done = subprocess.run(
            ["node", "-e", PROGRAM], cwd=folder, input=given, capture_output=True, timeout=60, check=False
        )
        lines = done.stdout.decode().split()
    except subprocess.TimeoutExpired as late:
        lines = [*(late.stdout or b"").decode().split(), "60000"]
    return [float(line) for line in lines]


def growth(taken: Sequence[float]) -> float:
    """Return the mean ratio of one size to the one before; what takes under a fifth of a millisecond tells nothing."""
    told = [value for value in taken if value >= 0.2]
    return (told[-1] / told[0]) ** (1 / (len(told) - 1)) if len(told) > 1 else 0


def show(name: str, unit: str, taken: Sequence[float]) -> None:
    """Print one line."""
    shown = "".join(f"{value:10.1f}" for value in taken).ljust(10 * len(SIZES))
    print(f"{name:10}{unit!a:28.28}{shown}{growth(taken):8.1f}")


def main() -> int:
    """Measure; the exit status is 1 where one of ours grows markedly faster than its text."""
    options = argparse.ArgumentParser(description="How the time of the text functions grows.")
    options.add_argument("--library", type=Path, help="a folder with node_modules/twitter-text")
    chosen = options.parse_args()
    print(f"{'ms':10}{'text':28}" + "".join(f"{size:10}" for size in SIZES) + f"{'growth':>8}")
    worst = 0.0
    for unit in UNITS:
        for name, call in OURS.items():
            taken = [milliseconds(call, unit * (size // len(unit))) for size in SIZES]
            show(name, unit, taken)
            worst = max(worst, growth(taken))
        if chosen.library:
            show("library", unit, of_library(chosen.library, unit))
    return 1 if worst > 2.8 else 0


if __name__ == "__main__":
    sys.exit(main())
