"""Show a person how far something has come, where it takes longer than they would wait in the dark."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def progress(title: str, total: float) -> Iterator[Callable[[float], None]]:
    """Give a function to be told how much of ``total`` is done; silent where nobody is watching."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=total)
        yield lambda done: shown.update(task, completed=done)
