"""What is stored about the people who work here: found, handed out, erased, and the record stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from distributor.domain import Actor, Refused, Role
from distributor.services import approving, people, personal_data, sealing, stopping, views
from distributor.services.people import Membership
from distributor.services.personal_data import _person_columns
from distributor.store.tables import Base
from tests.support.world import World

Reaches = Callable[..., World]
SETUP = Actor("setup", frozenset({Role.OPERATOR}))


@pytest.fixture
def busy(reaches: Reaches) -> World:
    """A world in which the officer of Fulda has approved, pulled the brake, and agreed to lift it."""
    world = reaches("scheduled")
    officer = Actor("fulda", frozenset({Role.OFFICER}), frozenset({"fulda"}), unix_user="u-fulda")
    now = world.clock.now()
    approving.edit(world.deps, officer, world.post()["id"], "Ein eigener Text.", now)
    stopping.stop(world.deps, officer, stopping.Scope("fulda"), "Panne", now)
    stopping.resume(world.deps, officer, stopping.Scope("fulda"), now)
    return world


def every_text(world: World) -> str:
    """All that stands in the database, as one text."""
    with world.deps.store.read() as session:
        tables = [session.execute(sa.select(table)) for table in Base.metadata.sorted_tables]
        return " ".join(str(cell) for rows in tables for row in rows for cell in row)


def test_all_that_is_stored_is_found_with_its_place(busy: World) -> None:
    found = personal_data.data_of(busy.deps, "fulda")

    assert (found["login"], found["active"]) == ("fulda", True)
    assert found["memberships"] == [{"role": "officer", "organisation": "fulda"}]
    assert "u-fulda" in found["unix_accounts"]
    assert {"event.actor", "approval.actor", "stop.actor", "stop_vote.actor"} <= set(found["found"])
    assert "membership" in found["held"]
    assert {"post.approved", "post.edited", "stop.pulled", "stop.vote"} <= {act["what"] for act in found["acts"]}
    json.dumps(found)


def test_an_erased_person_is_in_no_table_and_the_record_stands(busy: World) -> None:
    people.add_user(busy.deps, SETUP, "zora", [Membership(Role.OFFICER, "fulda")], busy.clock.now(), name="Zora Weg")
    zora = Actor("zora", frozenset({Role.OFFICER}), frozenset({"fulda"}), unix_user="unix-zora")
    approving.edit(busy.deps, zora, busy.post()["id"], "Noch ein Text.", busy.clock.now())
    sealing.seal_record(busy.deps, busy.clock.now())
    before = len(busy.post()["events"])

    personal_data.erase(busy.deps, busy.person("betrieb"), "zora", busy.clock.now())

    assert "zora" not in every_text(busy).lower()
    assert sealing.verify(busy.deps).faults == ()
    events = busy.post()["events"]
    assert len(events) == before
    assert any(event["actor"].startswith("gelöschte Person (u-") for event in events)
    with pytest.raises(Refused):
        busy.person("zora")


def test_the_login_is_free_again_for_another_person_with_another_key(busy: World) -> None:
    operator = busy.person("betrieb")
    old = personal_data.data_of(busy.deps, "fulda")["key"]
    personal_data.erase(busy.deps, operator, "fulda", busy.clock.now())

    people.add_user(busy.deps, operator, "fulda", [Membership(Role.OFFICER, "fulda")], busy.clock.now())
    approving.edit(busy.deps, busy.person("fulda"), busy.post()["id"], "Neu.", busy.clock.now())

    found = personal_data.data_of(busy.deps, "fulda")
    assert found["key"] not in (None, old)
    assert {act["what"] for act in found["acts"]} <= {"post.edited", "tailored"}


def test_an_account_of_the_system_that_others_use_too_stays(busy: World) -> None:
    other = Actor("redaktion", frozenset({Role.EDITOR}), unix_user="u-fulda")
    stopping.stop(busy.deps, other, stopping.Scope(), "Panne", busy.clock.now())

    personal_data.erase(busy.deps, busy.person("betrieb"), "fulda", busy.clock.now())

    assert "u-fulda" in personal_data.data_of(busy.deps, "redaktion")["unix_accounts"]


def test_the_last_operator_and_nobody_cannot_be_erased(busy: World) -> None:
    operator = busy.person("betrieb")
    for login, code in (("betrieb", "user.last_operator"), ("niemand", "user.unknown")):
        with pytest.raises(Refused) as refused:
            personal_data.erase(busy.deps, operator, login, busy.clock.now())
        assert refused.value.code == code
    assert busy.person("betrieb").login == "betrieb"


def test_only_an_operator_erases(busy: World) -> None:
    for login in ("fulda", "redaktion", "pruefung"):
        with pytest.raises(Refused) as refused:
            personal_data.erase(busy.deps, busy.person(login), "redaktion", busy.clock.now())
        assert refused.value.code == "forbidden"


def test_every_column_that_says_who_acted_holds_keys(busy: World) -> None:
    """A column of this kind that is not marked would be neither found nor erased."""
    kinds = ("actor", "unix_user", "_by")
    named = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(kinds)
    }

    assert named == {f"{column.table.name}.{column.name}" for column in _person_columns()}
    with busy.deps.store.read() as session:
        for column in _person_columns():
            values: set[Any] = set(session.scalars(sa.select(column)))
            assert all(value in ("", None, "daemon") or value.startswith("u-") for value in values), column


def test_the_faces_show_names(busy: World) -> None:
    assert {event["actor"] for event in busy.post()["events"]} == {"fulda", "redaktion"}
    assert [stop["actor"] for stop in views.stop_list(busy.deps)] == ["fulda"]
