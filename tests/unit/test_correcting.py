"""A published item changed: what differs, which posts are behind, which are owed a correction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.correcting import Carried, behind, differences, marked, to_correct
from distributor.domain import FeedItem, FeedMedium, State

S = State
OLD = FeedItem("g", "Beratung am 5. Mai", "https://portal.example/a", summary="Komm vorbei.", text="Um 10 Uhr.")


def original(state: State = S.PUBLISHED, revision: int = 1, *, gone: bool = False) -> Carried:
    return Carried(1, state, revision, gone)


def correction(state: State, revision: int, number: int = 2, of: int = 1) -> Carried:
    return Carried(number, state, revision, corrects=of)


@pytest.mark.parametrize("state", list(State))
def test_only_what_is_public_is_asked_about_and_corrected(state: State) -> None:
    expected = [1] if state is S.PUBLISHED else []

    assert behind([original(state)], 2) == to_correct([original(state)], 2) == expected


@pytest.mark.parametrize("post", [original(revision=2), original(gone=True)])
def test_what_is_up_to_date_or_taken_back_or_on_an_account_that_is_left_is_not(post: Carried) -> None:
    assert behind([post], 2) == to_correct([post], 2) == []


@pytest.mark.parametrize("state", sorted(set(State) - {S.CLOSED, S.RETRACTED, S.PUBLISHED}))
def test_a_correction_under_way_answers_for_later_changes_too(state: State) -> None:
    posts = [original(), correction(state, 2)]

    assert to_correct(posts, 3) == []
    assert behind(posts, 3) == [1]


def test_a_public_correction_is_what_the_next_change_corrects() -> None:
    posts = [original(), correction(S.PUBLISHED, 2)]

    assert behind(posts, 2) == to_correct(posts, 2) == []
    assert behind(posts, 3) == to_correct(posts, 3) == [2]
    assert to_correct([*posts, correction(S.AWAITING, 3, 3, of=2)], 3) == []


@pytest.mark.parametrize("state", [S.CLOSED, S.RETRACTED])
def test_one_that_was_rejected_or_taken_back_is_not_made_again_by_the_same_decision(state: State) -> None:
    posts = [original(), correction(state, 2)]

    assert to_correct(posts, 2) == []
    assert to_correct(posts, 3) == [1]


def test_differences_are_named_and_marked() -> None:
    new = replace(
        OLD, title="Beratung am 6. Mai", media=(FeedMedium("https://portal.example/b.jpg", "image", alt="Bild"),)
    )

    found = {each.what: each for each in differences(OLD, new)}

    assert set(found) == {"Überschrift", "Bilder und Filme", "Alternativtexte"}
    assert [text for text, changed in found["Überschrift"].old if changed] == ["5."]
    assert [text for text, changed in found["Überschrift"].new if changed] == ["6."]
    assert found["Bilder und Filme"].old == ()
    assert differences(OLD, OLD) == []


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_are_the_texts_again_and_what_is_unmarked_is_the_same(old: str, new: str) -> None:
    left, right = marked(old, new)

    assert "".join(text for text, _ in left) == old
    assert "".join(text for text, _ in right) == new
    assert "".join(text for text, changed in left if not changed) == "".join(
        text for text, changed in right if not changed
    )


def test_a_flood_of_words_is_not_compared_word_by_word() -> None:
    old, new = "a b " * 100_000, "b a " * 100_000

    assert marked(old, new) == (((old, True),), ((new, True),))
