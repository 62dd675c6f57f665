"""One id from item to receipt: what happened to an item is one grep away, and only what happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from distributor import log
from distributor.domain import DAEMON
from distributor.services import approving, recalling
from distributor.store.posts import record
from tests.support.world import World

Reaches = Callable[..., World]


def grep(written: str, trace: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.splitlines() if f'"trace": "{trace}"' in line]


def test_one_id_finds_the_whole_story_of_an_item(reaches: Reaches, capsys: pytest.CaptureFixture[str]) -> None:
    world = reaches("empty", "facebook", items=2)
    log.configure("json")
    world.reads_feed()
    world.clears()
    world.approves()
    world.runs_until(world.clock.now() + timedelta(days=3))
    [post] = [post for post in world.posts() if post["item"] == 1]
    recalling.recall(world.deps, world.person("fulda"), post["id"], world.clock.now())
    world.works()

    assert post["trace"] == "item-1"
    story = grep(capsys.readouterr().err, post["trace"])

    told = [line["event"] for line in story]
    steps = ("item.new", "medium_fetched", "item_tailored", "item.answered", "tailored", "post.proposed")
    steps += ("post.approved", "stage_staged", "release_receipt", "post.recall", "retract_retracted", "retracted")
    assert [step for step in told if step in steps] == sorted((s for s in told if s in steps), key=steps.index)
    assert set(steps) <= set(told)
    assert {line.get("post", post["id"]) for line in story} == {post["id"]}
    assert {line.get("item", 1) for line in story} == {1}


def test_nothing_of_an_item_is_logged_without_its_id(reaches: Reaches, capsys: pytest.CaptureFixture[str]) -> None:
    world = reaches("empty", "facebook", "x")
    log.configure("json")
    world.reads_feed()
    world.clears()
    world.approves()
    world.network.suffers("cut", times=1)
    world.runs_until(world.clock.now() + timedelta(days=3))

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert [line for line in lines if {"item", "post"} & set(line) and "trace" not in line] == []


def test_a_call_tells_what_the_platform_calls_its_answer(reaches: Reaches, capsys: pytest.CaptureFixture[str]) -> None:
    world = reaches("staged")
    log.configure("json")
    world.clock.set(world.due())
    world.works()

    [line] = [line for line in grep(capsys.readouterr().err, "item-1") if line["event"] == "release_receipt"]

    assert line["requests"] and all(line["requests"])


def test_what_was_rolled_back_is_not_told(reaches: Reaches, capsys: pytest.CaptureFixture[str]) -> None:
    world = reaches("awaiting")
    log.configure("json")

    def writes(session: Any, what: str) -> None:
        record(session, now=world.clock.now(), actor=DAEMON, what=what, subject="post", subject_id=1)

    with world.deps.store.write() as session:
        writes(session, "before")
        with pytest.raises(KeyError), session.begin_nested():
            writes(session, "outer")
            with session.begin_nested():
                writes(session, "within")
            raise KeyError
        with session.begin_nested():
            writes(session, "kept")
    with pytest.raises(ValueError), world.deps.store.write() as session:
        writes(session, "never")
        raise ValueError

    assert [line["event"] for line in grep(capsys.readouterr().err, "item-1")] == ["before", "kept"]


def test_no_line_names_who_acted_or_who_is_shown(reaches: Reaches, capsys: pytest.CaptureFixture[str]) -> None:
    world = reaches("awaiting")
    log.configure("json")

    approving.reject(world.deps, world.person("fulda"), 1, "Passt nicht zu Erika Muster", world.clock.now())

    written = capsys.readouterr().err
    assert "post.rejected" in written
    assert "Muster" not in written
    assert '"fulda"' not in written
