"""The record: sealed each minute without a lock, exported, and every way of touching it found, on both databases."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from distributor.domain import DAEMON, Actor, Refused
from distributor.services import sealing
from distributor.store import pseudonyms, record
from distributor.store.engine import Store
from distributor.store.posts import record as write_event
from distributor.store.tables import EventRow, SealRow
from tests.support.rows import NOW
from tests.support.world import World

Reaches = Callable[..., World]
OFFICER = Actor("anna", unix_user="u1")


def happens(world: World, number: int = 1, organisation: str = "fulda", reason: str = "") -> None:
    with world.deps.store.write() as session:
        for each in range(number):
            write_event(
                session, now=world.clock.now(), actor=OFFICER, what="tested", subject="test", subject_id=each,
                organisation=organisation, reason=reason,
            )  # fmt: skip


def seals(world: World) -> int:
    return sealing.seal_record(world.deps, world.clock.now())


def faults(world: World, against: Path | None = None) -> list[tuple[str, int]]:
    return [(fault.organisation, fault.seal) for fault in sealing.verify(world.deps, against=against).faults]


def exported(world: World, path: Path, **which: Any) -> Path:
    out = io.StringIO()
    sealing.export(world.deps, out, **which)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def does(world: World, statement: Any) -> None:
    with world.deps.store.write() as session:
        session.execute(statement.execution_options(synchronize_session=False))


def under(number: int) -> Any:
    return sa.and_(EventRow.organisation == "fulda", EventRow.seal == number)


def first_under(number: int) -> Any:
    return sa.select(sa.func.min(EventRow.id)).where(under(number)).scalar_subquery()


@pytest.fixture
def sealed(reaches: Reaches) -> World:
    """A world of which everything is sealed, the chain of Fulda in three seals."""
    world = reaches("scheduled")
    for _ in range(3):
        happens(world, 3)
        world.clock.advance(minutes=1)
        seals(world)
    return world


def test_every_event_comes_under_exactly_one_seal_of_its_chain(sealed: World) -> None:
    with sealed.deps.store.read() as session:
        loose = session.scalar(sa.select(sa.func.count()).select_from(EventRow).where(EventRow.seal.is_(None)))
        counted = session.scalar(sa.select(sa.func.sum(SealRow.count)))
        chains = set(session.scalars(sa.select(EventRow.organisation)))
        total = session.scalar(sa.select(sa.func.count()).select_from(EventRow))

    assert (loose, counted, chains) == (0, total, {"", "fulda"})
    verified = sealing.verify(sealed.deps)
    assert (verified.faults, verified.events, verified.unsealed) == ((), total, 0)
    assert seals(sealed) == 0


def test_the_record_names_nobody(sealed: World, tmp_path: Path) -> None:
    text = exported(sealed, tmp_path / "record").read_text("utf-8")

    assert "anna" not in text
    assert "u1" not in text
    assert "fulda-" not in text


TOUCHES: dict[str, tuple[Any, int]] = {
    "changed": (sa.update(EventRow).where(EventRow.id == first_under(2)).values(what="testeD"), 2),
    "another actor": (sa.update(EventRow).where(EventRow.id == first_under(2)).values(actor="u-other"), 2),
    "deleted": (sa.delete(EventRow).where(EventRow.id == first_under(3)), 3),
    "put under another seal": (sa.update(EventRow).where(EventRow.id == first_under(3)).values(seal=2), 2),
    "seal changed": (
        sa.update(SealRow).where(SealRow.organisation == "fulda", SealRow.number == 2).values(count=99), 2
    ),
    "seal deleted": (sa.delete(SealRow).where(SealRow.organisation == "fulda", SealRow.number == 2), 2),
    "called pruned": (
        sa.update(SealRow).where(SealRow.organisation == "fulda", SealRow.number == 1).values(pruned_at=NOW), 0
    ),
}  # fmt: skip


@pytest.mark.parametrize("touch", TOUCHES)
def test_whatever_is_touched_is_found_under_its_seal(sealed: World, touch: str) -> None:
    statement, seal = TOUCHES[touch]
    does(sealed, statement)

    found = faults(sealed)

    if seal:
        assert ("fulda", seal) in found
    else:  # nothing was lost, and what is there is still looked at
        assert found == []


def test_events_deleted_under_a_seal_that_is_called_pruned_are_missed(sealed: World) -> None:
    does(sealed, sa.delete(EventRow).where(under(1)))
    does(sealed, sa.update(SealRow).where(SealRow.organisation == "fulda", SealRow.number == 1).values(pruned_at=NOW))

    assert faults(sealed) == [("fulda", 1)]


def test_an_event_slipped_in_under_a_seal_is_found(sealed: World) -> None:
    happens(sealed)
    does(sealed, sa.update(EventRow).where(EventRow.seal.is_(None)).values(seal=2))

    assert faults(sealed) == [("fulda", 2)]


def test_a_cut_off_end_is_found_against_an_earlier_export_only(sealed: World, tmp_path: Path) -> None:
    path = exported(sealed, tmp_path / "record")
    with sealed.deps.store.read() as session:
        last = record.head(session, "fulda")[0]
    does(sealed, sa.delete(EventRow).where(under(last)))
    does(sealed, sa.delete(SealRow).where(SealRow.organisation == "fulda", SealRow.number == last))

    assert faults(sealed) == []
    assert faults(sealed, path) == [("fulda", last)]


def test_a_record_that_only_grew_agrees_with_its_export(sealed: World, tmp_path: Path) -> None:
    path = exported(sealed, tmp_path / "record")
    happens(sealed, 2)
    seals(sealed)

    assert faults(sealed, path) == []


def test_the_part_of_one_jobcenter_and_of_a_time_is_an_export_of_its_own(sealed: World, tmp_path: Path) -> None:
    whole = sealing.verify_file(exported(sealed, tmp_path / "whole"))
    since = sealed.clock.now() - timedelta(seconds=30)
    part = sealing.verify_file(exported(sealed, tmp_path / "part", organisation="fulda", since=since))

    assert (whole.faults, whole.chains) == ((), 2)
    assert (part.faults, part.chains, part.seals, part.events) == ((), 1, 1, 3)


def test_an_export_that_was_touched_is_found_without_a_database(sealed: World, tmp_path: Path) -> None:
    lines = exported(sealed, tmp_path / "record").read_text("utf-8").splitlines(keepends=True)
    events = [number for number, line in enumerate(lines) if '"tested"' in line]
    first, second = events[:2]
    swapped = [*lines[:first], lines[second], *lines[first + 1 : second], lines[first], *lines[second + 1 :]]
    touches = {
        "changed": [*lines[:first], lines[first].replace("tested", "testet"), *lines[first + 1 :]],
        "deleted": [*lines[:first], *lines[first + 1 :]],
        "doubled": [*lines[: first + 1], *lines[first:]],
        "reordered": swapped,
    }
    for name, touched in touches.items():
        path = tmp_path / name
        path.write_text("".join(touched), encoding="utf-8")
        assert sealing.verify_file(path).faults, name


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]\n", '{"format": "kjc-record/1"}\n', '{"format": "other"}\n{"heads": {}}\n',
        '{"format": "kjc-record/1"}\n{"seal": {"number": 1}}\n{"heads": {}}\n',
        '{"format": "kjc-record/1"}\n{"event": 5}\n{"heads": {}}\n',
        '{"format": "kjc-record/1"}\n{"heads": {}}\n{"heads": {}}\n',
        '{"format": "kjc-record/1"}\n{"heads": {"fulda": {"number": 1, "hash": ""}}}\n',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_whole_export_is_refused(body: str, tmp_path: Path) -> None:
    path = tmp_path / "record"
    path.write_text(body, encoding="utf-8")

    with pytest.raises(Refused):
        sealing.verify_file(path)


def test_an_export_cut_off_anywhere_is_refused(sealed: World, tmp_path: Path) -> None:
    lines = exported(sealed, tmp_path / "record").read_text("utf-8").splitlines(keepends=True)
    path = tmp_path / "cut"
    for kept in range(len(lines)):
        path.write_text("".join(lines[:kept]), encoding="utf-8")
        with pytest.raises(Refused):
            sealing.verify_file(path)


def test_who_commits_late_comes_under_the_next_seal(sealed: World) -> None:
    if sealed.deps.store.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with sealed.deps.store.write() as session:
        write_event(session, now=NOW, actor=DAEMON, what="late", subject="test", subject_id=1, organisation="fulda")
        happens(sealed)
        assert seals(sealed) == 1
    assert seals(sealed) == 1
    assert faults(sealed) == []


def test_daemons_that_seal_at_once_seal_everything_once(sealed: World) -> None:
    for _ in range(5):
        happens(sealed, 20)
        happens(sealed, 20, organisation="")
        start = threading.Barrier(4)

        def seal(start: threading.Barrier = start) -> None:
            start.wait()
            seals(sealed)

        crowd = [threading.Thread(target=seal) for _ in range(4)]
        for each in crowd:
            each.start()
        for each in crowd:
            each.join()
    seals(sealed)

    verified = sealing.verify(sealed.deps)
    assert (verified.faults, verified.unsealed) == ((), 0)


def test_a_backlog_is_sealed_in_seals_of_bounded_size(sealed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "IN_ONE_SEAL", 4)
    happens(sealed, 10)

    assert seals(sealed) == 10

    with sealed.deps.store.read() as session:
        newest = sa.select(SealRow.count).where(SealRow.organisation == "fulda").order_by(SealRow.number.desc())
        assert session.scalars(newest.limit(3)).all() == [2, 4, 4]
    assert faults(sealed) == []


def test_erasing_a_person_leaves_the_chain_as_it_is(sealed: World) -> None:
    with sealed.deps.store.write() as session:
        key = pseudonyms.known(session, "login", "anna")
        assert key is not None
        pseudonyms.erase(session, [key])

    assert faults(sealed) == []
    with sealed.deps.store.read() as session:
        assert pseudonyms.names(session, [key])[key] == f"gelöschte Person ({key})"
        assert pseudonyms.known(session, "login", "anna") is None


def test_the_same_name_has_one_key_and_another_kind_another(store: Store) -> None:
    with store.write() as session:
        keys = {
            pseudonyms.key_of(session, Actor("anna")),
            pseudonyms.key_of(session, Actor("anna", unix_user="anna")),
            pseudonyms.unix_key_of(session, Actor("ben", unix_user="anna")),
        }
        assert len(keys) == 2
        assert pseudonyms.key_of(session, DAEMON) == "daemon"
        assert pseudonyms.unix_key_of(session, DAEMON) == ""


def test_the_export_is_json_lines_from_the_format_to_the_heads(sealed: World, tmp_path: Path) -> None:
    lines = exported(sealed, tmp_path / "record").read_text("utf-8").splitlines()
    read = [json.loads(line) for line in lines]

    assert read[0] == {"format": "kjc-record/1"}
    assert {next(iter(line)) for line in read[1:-1]} == {"seal", "event"}
    assert read[-1]["heads"].keys() == {"", "fulda"}


def test_an_export_of_a_jobcenter_that_there_is_not_is_refused(sealed: World) -> None:
    with pytest.raises(Refused) as refused:
        sealing.export(sealed.deps, io.StringIO(), organisation="atlantis")

    assert refused.value.code == "organisation.unknown"
