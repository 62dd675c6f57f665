"""People, and that nobody locks everybody out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from distributor.domain import Refused, Role
from distributor.services import people
from tests.support.world import SETUP, World


def test_the_last_operator_can_neither_be_shut_out_nor_lose_the_role(make_world: Callable[..., World]) -> None:
    world = make_world(organisations=("fulda",), channels=("facebook",))
    now = world.clock.now()

    with pytest.raises(Refused, match="Mindestens eine aktive Person"):
        people.set_active(world.deps, SETUP, "betrieb", False, now)
    with pytest.raises(Refused, match="Mindestens eine aktive Person"):
        people.add_user(world.deps, SETUP, "betrieb", [people.Membership(Role.EDITOR)], now)

    people.add_user(world.deps, SETUP, "zweite", [people.Membership(Role.OPERATOR)], now)
    people.set_active(world.deps, SETUP, "betrieb", False, now)
    assert {row["login"]: row["active"] for row in people.users(world.deps)}["betrieb"] is False
