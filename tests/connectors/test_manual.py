"""What an officer is told for each network that has no API."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors._http import GuardedSession
from connectors.base import Access, Order, RemotePost
from connectors.manual import CHECKLISTS, connector

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
POST = RemotePost("manual", "feed", "Text", "")


def task(network: str) -> list[str]:
    """The lines of the task for an account on this network."""
    access = Access("fulda/manual/kanal", {"network": network}, {}, GuardedSession(), NOW)
    return connector.release(access, POST, {}, Order("k", "Ab12", NOW)).task.split("\n")


@pytest.mark.parametrize("network", CHECKLISTS)
def test_each_network_has_a_checklist_of_its_own(network: str) -> None:
    lines = task(network.upper())
    assert lines[0].lower().startswith(f"jetzt auf {network} posten")
    assert set(CHECKLISTS[network]) < set(lines)
    assert "Link" in lines[-1]
    assert not any(set(CHECKLISTS[other]) & set(lines) for other in CHECKLISTS if other != network)


def test_another_network_gets_what_holds_for_all() -> None:
    assert task("Threads")[0] == "Jetzt auf Threads posten (Konto fulda/manual/kanal)."
    assert 3 <= len(task("Threads")) < len(task("whatsapp"))
