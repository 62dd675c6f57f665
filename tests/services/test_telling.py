"""The portal is told what was withdrawn here: until it takes it, or by a person where it has no address for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.fetching import FetchFailed
from distributor.services import health, recall_views, recalling, telling
from distributor.services.findings import Finding
from tests.support.world import World

Reaches = Callable[..., World]
URL = "https://portal.example/withdrawn"


@pytest.fixture
def withdrawn(reaches: Reaches) -> World:
    world = reaches("awaiting", "x")
    item, now = world.posts()[0]["item"], world.clock.now()
    recalling.withdraw(world.deps, world.person("redaktion"), item, "Frau Muster rief an", now)
    return world


class Portal:
    """Takes what it is told, or answers that it is out of order."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.works = True

    def __call__(self, url: str, document: dict[str, Any], **_: Any) -> None:
        if not self.works:
            raise FetchFailed("portal.example ist gerade gestört (Antwort 503).")
        assert url == URL
        self.told.append(document)


@pytest.fixture
def portal(withdrawn: World, monkeypatch: pytest.MonkeyPatch) -> Portal:
    portal = Portal()
    monkeypatch.setattr(telling, "post_json", portal)
    withdrawn.deps = replace(withdrawn.deps, settings=replace(withdrawn.deps.settings, portal_withdraw_url=URL))
    return portal


def tells(world: World) -> int:
    return telling.tell(world.deps, world.clock.now)


def findings(world: World) -> list[Finding]:
    return [one for one in health.examine(world.deps, world.clock.now()) if one.subject == "Portalredaktion"]


def test_it_is_told_once_which_item_and_when_and_no_words(withdrawn: World, portal: Portal) -> None:
    assert (tells(withdrawn), tells(withdrawn)) == (1, 0)

    [said] = portal.told
    assert said == {
        "guid": withdrawn.posts()[0]["item_guid"],
        "link": said["link"],
        "sha256": "",
        "at": "2026-11-23T08:00:00Z",
        "cause": "person",
    }
    [recall] = recall_views.recall_list(withdrawn.deps)
    assert (recall["portal_untold"], recall["portal_told_at"]) == (0, "2026-11-23T08:00:00Z")


def test_it_is_told_again_until_it_takes_it_and_doctor_says_so_meanwhile(withdrawn: World, portal: Portal) -> None:
    portal.works = False
    assert (tells(withdrawn), findings(withdrawn)) == (0, [])
    withdrawn.clock.advance(hours=1)
    assert tells(withdrawn) == 0
    [finding] = findings(withdrawn)
    assert "Rückruf 1" in finding.text

    portal.works = True
    assert tells(withdrawn) == 0
    withdrawn.clock.advance(minutes=3)
    assert tells(withdrawn) == 1
    assert findings(withdrawn) == []


def test_without_an_address_a_person_tells_it(withdrawn: World) -> None:
    assert (tells(withdrawn), len(findings(withdrawn))) == (0, 1)

    telling.note(withdrawn.deps, withdrawn.person("redaktion"), 1, withdrawn.clock.now())

    assert findings(withdrawn) == []
    with pytest.raises(Refused) as refused:
        telling.note(withdrawn.deps, withdrawn.person("redaktion"), 1, withdrawn.clock.now() + timedelta(hours=1))
    assert refused.value.code == "recall.told"
    with pytest.raises(Refused) as refused:
        telling.note(withdrawn.deps, withdrawn.person("fulda"), 1, withdrawn.clock.now())
    assert refused.value.code == "forbidden"
