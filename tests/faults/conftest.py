"""What the faults share: worlds at a moment of their posts' lives, and the switch between some faults and all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EVERYTHING
from tests.services.conftest import kept_worlds, reaches

ON_ONE_ENGINE = {"test_the_wire.py", "test_moments.py", "test_the_feed.py", "test_processes.py"}
"""What is about the networks and the portal, or goes through the same lines on both engines."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave PostgreSQL out where the engine makes no difference, unless everything is wanted."""
    if EVERYTHING:
        return
    here = Path(__file__).parent
    left_out = {item for item in items if item.path.is_relative_to(here) and _says_nothing_new(item)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def _says_nothing_new(item: pytest.Item) -> bool:
    on_postgres = getattr(item, "callspec", None) and item.callspec.params.get("databases") == "postgresql"
    return bool(on_postgres) and item.path.name in ON_ONE_ENGINE


__all__ = ["kept_worlds", "reaches"]
