"""Where a sender of the benchmark works: plain values, so that it can be handed to a fresh process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.measure.bench.seed import Size


@dataclass(frozen=True, slots=True)
class Place:
    """The platform's address, a folder and a database of the sender's own, how much there is to send, how many threads.

    ``key`` opens the accounts' secrets.
    """

    address: str
    folder: Path
    database: str
    key: str
    size: Size
    threads: int
