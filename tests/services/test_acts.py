"""Each act stands in the record: who by key, what, for which Jobcenter, the reason only by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from distributor.domain import Actor, Role
from distributor.services import (
    accounts,
    approving,
    campaigns,
    clearing,
    leaving,
    occasions,
    people,
    personal_data,
    recalling,
    repeating,
    sharing,
    stopping,
)
from distributor.services.clearing import Answer
from distributor.store import pseudonyms
from distributor.store.tables import EventRow
from tests.support.world import World

Reaches = Callable[..., World]
Act = Callable[[World, Actor, int], object]

SAID = "Frau Muster hat angerufen"


def enter(world: World, who: Actor) -> int:
    """Enter a closing day for Fulda, with words that could hold a name."""
    day = date(2027, 6, 1)
    made = occasions.enter(
        world.deps, who, world.clock.now(), kind="closing", first=day, last=day, title=SAID, organisation="fulda"
    )
    return made.number


ACTS: dict[str, tuple[str, str, str, Act]] = {
    "post.approved": ("awaiting", "fulda", "fulda", lambda w, a, n: approving.approve(w.deps, a, n, w.clock.now())),
    "post.edited": ("awaiting", "fulda", "fulda", lambda w, a, n: approving.edit(w.deps, a, n, "T.", w.clock.now())),
    "post.moved": (
        "scheduled", "fulda", "fulda", lambda w, a, n: approving.move(w.deps, a, n, w.due(), w.clock.now())
    ),
    "post.rejected": (
        "awaiting", "fulda", "fulda", lambda w, a, n: approving.reject(w.deps, a, n, SAID, w.clock.now())
    ),
    "post.hurried": (
        "scheduled", "fulda", "fulda", lambda w, a, n: approving.publish_now(w.deps, a, n, w.clock.now())
    ),
    "post.retried": ("failed", "fulda", "fulda", lambda w, a, n: approving.retry(w.deps, a, n, w.clock.now())),
    "post.recall": ("published", "fulda", "fulda", lambda w, a, n: recalling.recall(w.deps, a, n, w.clock.now())),
    "item.answered": (
        "awaiting", "redaktion", "",
        lambda w, a, n: clearing.clear(w.deps, a, w.post()["item"], [Answer("rights", "denied")], w.clock.now()),
    ),
    "item.text": (
        "awaiting", "redaktion", "",
        lambda w, a, n: clearing.write_text(w.deps, a, w.post()["item"], "x", "a", "b", w.clock.now()),
    ),
    "item.held": (
        "awaiting", "redaktion", "", lambda w, a, n: clearing.hold(w.deps, a, w.post()["item"], w.clock.now())
    ),
    "item.withdrawn": (
        "awaiting", "redaktion", "",
        lambda w, a, n: recalling.withdraw(w.deps, a, w.post()["item"], SAID, w.clock.now()),
    ),
    "calendar.entered": ("awaiting", "fulda", "fulda", lambda w, a, n: enter(w, a)),
    "calendar.struck": (
        "awaiting", "fulda", "fulda", lambda w, a, n: occasions.strike(w.deps, a, enter(w, a), w.clock.now())
    ),
    "calendar.subscribed": (
        "awaiting", "fulda", "fulda", lambda w, a, n: sharing.subscribe(w.deps, a, "fulda", w.clock.now())
    ),
    "item.prioritised": (
        "awaiting", "redaktion", "",
        lambda w, a, n: campaigns.prioritise(w.deps, a, w.post()["item"], campaigns.Priority.HIGH, w.clock.now()),
    ),
    "campaign.set": (
        "awaiting", "redaktion", "",
        lambda w, a, n: campaigns.add(w.deps, a, "K", date(2027, 1, 1), date(2027, 2, 1), 7, w.clock.now()),
    ),
    "item.parted": (
        "awaiting", "redaktion", "",
        lambda w, a, n: campaigns.join(w.deps, a, [w.post()["item"]], None, w.clock.now()),
    ),
    "item.repeated": (
        "awaiting", "redaktion", "",
        lambda w, a, n: repeating.repeat(w.deps, a, w.post()["item"], w.clock.now(), every_days=28, times=1),
    ),
    "stop.pulled": (
        "awaiting", "fulda", "fulda",
        lambda w, a, n: stopping.stop(w.deps, a, stopping.Scope("fulda"), SAID, w.clock.now()),
    ),
    "account.paused": (
        "awaiting", "fulda", "fulda", lambda w, a, n: accounts.pause(w.deps, a, 1, SAID, w.clock.now())
    ),
    "account.resumed": ("awaiting", "fulda", "fulda", lambda w, a, n: accounts.go_on(w.deps, a, 1, w.clock.now())),
    "account.retiring": (
        "awaiting", "fulda", "fulda", lambda w, a, n: leaving.retire(w.deps, a, 1, "keep", SAID, w.clock.now())
    ),
    "keys.rotated": ("awaiting", "betrieb", "", lambda w, a, n: accounts.rotate_keys(w.deps, a, w.clock.now())),
    "user.set": (
        "awaiting", "betrieb", "",
        lambda w, a, n: people.add_user(w.deps, a, "neu", [people.Membership(Role.EDITOR)], w.clock.now()),
    ),
    "user.disabled": (
        "awaiting", "betrieb", "", lambda w, a, n: people.set_active(w.deps, a, "fulda", False, w.clock.now())
    ),
    "user.erased": (
        "awaiting", "betrieb", "", lambda w, a, n: personal_data.erase(w.deps, a, "pruefung", w.clock.now())
    ),
}  # fmt: skip
"""What is recorded: from which state of a post, by whom, for which Jobcenter, and the act."""

WITH_A_REASON = {
    "calendar.entered",
    "calendar.struck",
    "post.rejected",
    "item.withdrawn",
    "stop.pulled",
    "account.paused",
    "account.retiring",
}


@pytest.mark.parametrize("what", ACTS)
def test_an_act_is_recorded(reaches: Reaches, what: str) -> None:
    state, login, organisation, act = ACTS[what]
    world = reaches(state, "x")
    before = newest(world)

    act(world, world.person(login), world.post()["id"])

    [event] = [row for row in events(world, before) if row.what == what][:1]
    with world.deps.store.read() as session:
        who = pseudonyms.names(session, {event.actor, event.unix_user})
    assert who[event.actor] == login
    assert event.actor.startswith("u-")
    assert event.unix_user.startswith("u-")
    assert event.organisation == organisation
    expected = hashlib.sha256(SAID.encode()).hexdigest() if what in WITH_A_REASON else event.reason_sha256
    assert event.reason_sha256 == expected


def test_no_event_holds_words_or_names(reaches: Reaches) -> None:
    world = reaches("awaiting", "x")
    for what in ("post.rejected", "item.withdrawn", "stop.pulled", "account.paused", "account.retiring"):
        ACTS[what][3](world, world.person(ACTS[what][1]), world.post()["id"])

    everything = " ".join(
        str(value) for row in events(world, 0) for value in (row.actor, row.unix_user, row.reason, row.subject_id)
    )

    assert "Muster" not in everything
    assert {"redaktion", "betrieb"} & set(everything.split()) == set()


def newest(world: World) -> int:
    with world.deps.store.read() as session:
        return int(session.scalar(sa.select(sa.func.max(EventRow.id))) or 0)


def events(world: World, after: int) -> list[Any]:
    with world.deps.store.read() as session:
        return list(session.scalars(sa.select(EventRow).where(EventRow.id > after).order_by(EventRow.id)))
