"""One house for all schedules of a session: furnishing it costs more than twenty schedules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.house import House
from tests.simulation.playing import furnished


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with furnished() as made:
        yield made
