"""The chain of seals: every way to touch it is found, and an honest one has no fault."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from distributor.chain import Entry, Seal, faults, missing, sealed

Links = list[tuple[Seal, list[Entry]]]


def entry(number: int, **more: Any) -> Entry:
    values: dict[str, Any] = {
        "id": number, "at": f"2026-11-23T12:00:{number % 60:02}.000000Z", "actor": "u-abc", "unix_user": "",
        "what": "post.approved", "subject": "post", "subject_id": str(number), "from_state": "awaiting",
        "to_state": "scheduled", "reason": "", "reason_sha256": "", "digest": "d", "organisation": "fulda",
    }  # fmt: skip
    return Entry(**values | more)


def chain(*sizes: int) -> Links:
    links: Links = []
    previous, number = "", 0
    for place, size in enumerate(sizes, start=1):
        entries = [entry(number + each) for each in range(1, size + 1)]
        number += size
        seal = sealed("fulda", place, f"2026-11-23T12:{place:02}:00.000000Z", entries, previous)
        links.append((seal, entries))
        previous = seal.hash
    return links


def wrong(links: Links, **more: Any) -> list[int]:
    return [fault.seal for fault in faults("fulda", links, **more)]


def test_an_honest_chain_has_no_fault() -> None:
    assert wrong(chain(3, 1, 5)) == []
    assert wrong([]) == []


@pytest.mark.parametrize("field", [each.name for each in fields(Entry)])
def test_one_changed_field_of_any_event_is_found_under_its_seal(field: str) -> None:
    links = chain(2, 1, 3)
    for place, (seal, entries) in enumerate(links):
        for which, touched in enumerate(entries):
            old = getattr(touched, field)
            changed = replace(touched, **{field: old + 1 if isinstance(old, int) else old[:-1] + "\ud800"})
            other = [*entries[:which], changed, *entries[which + 1 :]]

            assert wrong([*links[:place], (seal, other), *links[place + 1 :]]) == [seal.number]


@pytest.mark.parametrize("field", [each.name for each in fields(Seal) if each.name not in ("organisation", "pruned")])
def test_one_changed_field_of_a_seal_is_found(field: str) -> None:
    links = chain(2, 2, 2)
    seal, entries = links[1]
    old = getattr(seal, field)
    new = old + 1 if isinstance(old, int) else old[:-1] + ("0" if old[-1:] != "0" else "1")

    assert wrong([links[0], (replace(seal, **{field: new}), entries), links[2]]) != []


def test_who_makes_a_seal_anew_is_betrayed_by_the_next() -> None:
    links = chain(2, 2, 2)
    forged = [entry(3, actor="u-xyz"), entry(4)]
    seal = sealed("fulda", 2, links[1][0].at, forged, links[0][0].hash)

    assert wrong([links[0], (seal, forged), links[2]]) == [3]


@pytest.mark.parametrize(
    "touch",
    [
        lambda entries: entries[1:],
        lambda entries: [*entries, entry(99)],
        lambda entries: entries[::-1],
        lambda entries: [],
    ],
    ids=["deleted", "inserted", "reordered", "emptied"],
)
def test_events_that_are_gone_added_or_in_another_order_are_found(touch: Any) -> None:
    links = chain(2, 3, 2)
    seal, entries = links[1]

    assert wrong([links[0], (seal, touch(entries)), links[2]]) == [2]


def test_a_seal_that_is_gone_is_found_but_a_cut_off_end_only_against_an_earlier_export() -> None:
    links = chain(1, 1, 1)
    held = {seal.number: seal.hash for seal, _ in links}

    assert wrong([links[0], links[2]]) == [2]
    assert wrong(links[1:]) == [1]
    assert wrong(links[:2]) == []
    assert [f.seal for f in missing("fulda", [s for s, _ in links], {1: held[1], 2: held[2]})] == [3]
    assert list(missing("fulda", [s for s, _ in links[:2]], held)) == []
    assert [f.seal for f in missing("fulda", [s for s, _ in links], held | {2: "other"})] == [2]


def test_a_part_of_a_chain_begins_where_it_begins() -> None:
    assert wrong(chain(1, 1, 1)[1:], begins=2) == []


def test_events_deleted_after_their_time_are_no_fault_if_the_record_says_so() -> None:
    links = chain(2, 2, 2)
    pruned = [(replace(seal, pruned=True), []) for seal, _ in links[:2]]

    assert wrong([*pruned, links[2]], pruned_to=2) == []
    assert wrong([*pruned, links[2]], pruned_to=1) == [2]
    assert wrong([*pruned, links[2]], pruned_to=0) == [1, 2]
    kept = [(replace(links[0][0], pruned=True), links[0][1]), *links[1:]]
    assert wrong(kept, pruned_to=1) == [1]
