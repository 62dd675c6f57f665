"""What hostile input may cost, in a measure that a busy machine and a long test run do not stretch."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

COUNTED = 3_000_000
"""A quiet machine of the year 2025 counts so far in a tenth of a second."""


@contextmanager
def effort(tenths: float) -> Iterator[None]:
    """Fail where what is done inside takes more processor time than counting ``COUNTED`` times so often.

    Counted before and after, the slower one is taken. That the collector of garbage would visit whatever the other
    tests left in memory is not the fault of what is done inside, so all that is put out of its sight.
    """
    gc.collect()
    gc.freeze()
    before = _counting()
    begun = time.process_time()
    try:
        yield
        taken = time.process_time() - begun
    finally:
        gc.unfreeze()
    assert taken < tenths * max(before, _counting())


def _counting() -> float:
    begun = time.process_time()
    sum(range(COUNTED))
    return time.process_time() - begun
