"""Keep threads that share the interpreter's lock on one processor core.

Of such threads one runs at a time anyway. Where each wakes up on another core, every hand-over of the lock crosses
cores, and the owner, who wanted it back at once, waits in line: that cost as much processor time as all the work of a
release (docs/delivery.md, "What it costs"). Elsewhere than on Linux, or where the system forbids it, nothing is kept.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager


class Core:
    """One of the cores that this process may use, chosen by lot: several daemons on a host need not agree."""

    def __init__(self) -> None:
        self._chosen = {random.choice(sorted(_allowed()))} if len(_allowed()) > 1 else set()  # noqa: S311  no secret

    def stay(self) -> None:
        """Keep the calling thread on this core from now on."""
        if self._chosen:
            _keep_on(self._chosen)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the calling thread on this core for a while, and what threads it starts meanwhile for good."""
        before = _allowed()
        self.stay()
        try:
            yield
        finally:
            if self._chosen:
                _keep_on(before)


def _allowed() -> set[int]:
    """Return the cores that the calling thread may use; none where the system does not tell."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _keep_on(cores: set[int]) -> None:
    """Ask for these cores for the calling thread; what is not granted stays as it was, and costs only time."""
    try:
        os.sched_setaffinity(0, cores)
    except OSError:
        return
