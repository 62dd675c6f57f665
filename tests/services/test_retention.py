"""Retention: what outlived its period goes, and what is open or public stays however old it is, on both databases."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from distributor.daemon import HOUSEKEEPING
from distributor.domain import Refused, State
from distributor.services import (
    approving,
    clearing,
    leaving,
    people,
    recalling,
    retention,
    sealing,
    sessions,
    stopping,
    views,
)
from distributor.services.retention import DELETED
from distributor.store.tables import (
    AnswerRow,
    ApprovalRow,
    AttemptRow,
    Base,
    EventRow,
    ItemRow,
    MediumRow,
    OverrideRow,
    PostRow,
    ReceiptRow,
    RenditionRow,
    RevisionRow,
    SealRow,
    SessionRow,
    StageRow,
    StopRow,
    StopVoteRow,
)
from tests.support.world import SETUP, World

Reaches = Callable[..., World]
LONG = timedelta(days=50 * 365)
OPEN = ("drafted", "awaiting", "scheduled", "staged", "publishing", "uncertain", "published", "failed", "missed")


def runs(world: World, after: timedelta = LONG) -> dict[str, int]:
    outcomes = retention.run(world.deps, world.person("betrieb"), world.clock.now() + after)
    return {outcome.rule.name: outcome.count for outcome in outcomes if outcome.count}


def count(world: World, row: type[Base], *where: Any) -> int:
    with world.deps.store.read() as session:
        return int(session.scalar(sa.select(sa.func.count()).select_from(row).where(*where)) or 0)


def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All rows but those of the record, which grows by what retention does, and of the duties."""
    left_out = {"event", "seal", "pseudonym", "duty", "worker"}
    with world.deps.store.read() as session:
        return {
            table.name: [tuple(map(str, row)) for row in session.execute(sa.select(table))]
            for table in Base.metadata.sorted_tables
            if table.name not in left_out
        }


def taken_down(world: World) -> None:
    for post in world.posts():
        recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now(), reason="Frau Muster rief an")
    world.works()


@pytest.mark.parametrize("state", OPEN)
def test_what_is_open_or_public_is_never_touched(reaches: Reaches, state: str) -> None:
    world = reaches(state)
    before = everything(world)

    foreseen = {each.rule.name: each.count for each in retention.foresee(world.deps, world.clock.now() + LONG)}
    done = runs(world)

    assert set(done) <= {"network words", "record"}
    assert {name: number for name, number in foreseen.items() if number} == done
    after = everything(world)
    if state == "published":
        before, after = ({**each, "attempt": []} for each in (before, after))
    assert after == before
    media = world.post()["media"]
    assert all(world.deps.cache.has(medium["sha256"]) for medium in media)


def test_what_is_over_loses_texts_pictures_and_answers_and_keeps_the_proof(reaches: Reaches) -> None:
    world = reaches("published", "facebook", "x")
    clearing.write_text(world.deps, world.person("redaktion"), 1, "x", "Du", "Sie", world.clock.now())
    taken_down(world)
    assert world.states() == {"retracted": 2}
    files = [path for path in world.deps.cache.root.rglob("*") if path.is_file()]
    assert files
    for path in files:
        os.utime(path, times=(time.time() - 10 * 86400,) * 2)

    done = runs(world)

    assert {"calls", "stages", "approved texts", "texts of posts", "media", "renditions", "answers"} <= set(done)
    gone = (AttemptRow, StageRow, RevisionRow, MediumRow, RenditionRow, AnswerRow, OverrideRow)
    assert [row.__tablename__ for row in gone if count(world, row)] == []
    assert count(world, ReceiptRow) == 2
    assert count(world, ApprovalRow) == 2
    for post in world.posts():
        assert (post["text"], post["media"], post["link"]) == ("", [], "")
        assert post["sent_digest"] == post["approved_digest"] != ""
        assert post["receipt"]["retracted_at"] is not None
        assert views.post_show(world.deps, post["id"])
    [item] = views.item_list(world.deps)
    assert (item["title"], item["guid"] != "") == (DELETED, True)
    assert views.item_show(world.deps, item["id"])["content"]["text"] == ""
    assert [path for path in files if path.exists()] == []
    assert runs(world) == {}


def test_nothing_goes_before_its_time(reaches: Reaches) -> None:
    world = reaches("published")
    taken_down(world)
    before = everything(world)

    assert runs(world, timedelta(days=89)) == {}
    assert everything(world) == before


def test_a_file_that_another_item_still_uses_stays(reaches: Reaches) -> None:
    world = reaches("awaiting", items=2)
    with world.deps.store.write() as session:
        first, second = session.scalars(sa.select(MediumRow).order_by(MediumRow.id)).all()[:2]
        second.sha256 = first.sha256
        shared = first.sha256
        item = first.item_id
    recalling.withdraw(world.deps, world.person("redaktion"), item, "weg", world.clock.now())
    os.utime(world.deps.cache.path(shared), times=(0, 0))

    runs(world)

    assert count(world, MediumRow, MediumRow.item_id == item) == 0
    assert count(world, RenditionRow, RenditionRow.source == shared) > 0
    assert world.deps.cache.has(shared)


def test_half_a_file_that_nobody_goes_on_with_is_deleted(reaches: Reaches) -> None:
    world = reaches("awaiting")
    old, young = (world.deps.cache.workshop() / name for name in ("alt.part", "neu.part"))
    for path in (old, young):
        path.write_bytes(b"halb")
    os.utime(old, times=(0, 0))

    runs(world)

    assert (old.exists(), young.exists()) == (False, True)


class TestTheRecord:
    @pytest.fixture
    def old(self, reaches: Reaches) -> World:
        world = reaches("scheduled")
        sealing.seal_record(world.deps, world.clock.now())
        return world

    def test_old_events_go_the_seals_stay_and_the_rest_is_still_proven(self, old: World) -> None:
        seals = count(old, SealRow)
        later = old.clock.now() + timedelta(days=9 * 365)
        stopping.stop(old.deps, old.person("redaktion"), stopping.Scope(), "Panne", later)
        sealing.seal_record(old.deps, later)

        done = runs(old, timedelta(days=10 * 365 + 1))
        sealing.seal_record(old.deps, later + timedelta(days=600))

        assert done["record"] > 0
        assert count(old, EventRow, EventRow.seal == 1) == 0
        assert count(old, EventRow, EventRow.what == "stop.pulled") == 1
        assert count(old, SealRow) > seals
        verified = sealing.verify(old.deps)
        assert (verified.faults, verified.pruned) == ((), {"": 1, "fulda": 1})

    def test_events_without_a_seal_stay_however_old(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        before = count(world, EventRow)

        assert "record" not in runs(world)
        assert count(world, EventRow) == before


def test_reasons_votes_and_logins_go_in_their_time(reaches: Reaches) -> None:
    world = reaches("awaiting", "x")
    now = world.clock.now()
    editor, operator = world.person("redaktion"), world.person("betrieb")
    stopping.stop(world.deps, editor, stopping.Scope(), "Frau Muster hat widerrufen", now)
    stopping.stop(world.deps, editor, stopping.Scope(channel="x"), "gilt noch", now)
    for person in (editor, operator):
        stopping.resume(world.deps, person, stopping.Scope(), now)
    stopping.resume(world.deps, editor, stopping.Scope(channel="x"), now)
    people.add_user(
        world.deps,
        SETUP,
        "redaktion",
        [people.Membership(next(iter(editor.roles)))],
        now,
        password="ein langes Kennwort",
    )
    sessions.log_in(world.deps, "redaktion", "ein langes Kennwort", now)
    leaving.retire(world.deps, operator, 1, "keep", "Beschluss von Frau Muster", now)

    done = runs(world)

    assert {"sessions", "votes", "reasons of Stops", "reasons of leaving"} <= done.keys()
    assert count(world, SessionRow) == 0
    assert count(world, StopVoteRow) == 1
    with world.deps.store.read() as session:
        assert set(session.scalars(sa.select(StopRow.reason))) == {"", "gilt noch"}


def test_counting_changes_nothing_and_says_what_running_does(reaches: Reaches) -> None:
    world = reaches("published")
    taken_down(world)
    sealing.seal_record(world.deps, world.clock.now())
    before = everything(world), count(world, EventRow)

    foreseen = {each.rule.name: each.count for each in retention.foresee(world.deps, world.clock.now() + LONG)}

    assert (everything(world), count(world, EventRow)) == before
    done = runs(world)
    assert {name: foreseen[name] for name in ("calls", "media", "answers", "texts of posts", "record")} == {
        name: done[name] for name in ("calls", "media", "answers", "texts of posts", "record")
    }


def test_what_it_does_is_in_the_record_and_only_the_operator_and_the_daemon_do_it(reaches: Reaches) -> None:
    world = reaches("published")
    taken_down(world)
    for login in ("redaktion", "fulda", "pruefung"):
        with pytest.raises(Refused):
            retention.run(world.deps, world.person(login), world.clock.now())
    [duty] = [each for each in HOUSEKEEPING if each.name == "retain"]
    world.clock.advance(days=1)

    assert duty.do(world.deps, world.clock) == 0
    runs(world)

    with world.deps.store.read() as session:
        said = set(session.scalars(sa.select(EventRow.subject_id).where(EventRow.what.startswith("retention."))))
    assert {"attempt", "post", "approval", "medium"} <= said


def test_old_posts_of_an_item_with_an_open_one_keep_all_that_it_needs(reaches: Reaches) -> None:
    world = reaches("awaiting", "facebook", "x")
    post = next(post for post in world.posts() if post["channel"] == "x")
    approving.reject(world.deps, world.person("fulda"), post["id"], "passt nicht", world.clock.now())

    runs(world)

    assert count(world, MediumRow) > 0
    assert count(world, AnswerRow) > 0
    with world.deps.store.read() as session:
        states = {row.state: row.document["text"] for row in session.scalars(sa.select(PostRow))}
        [title] = session.scalars(sa.select(ItemRow.title))
    assert (states[State.CLOSED], states[State.AWAITING] != "", title != DELETED) == ("", True, True)
