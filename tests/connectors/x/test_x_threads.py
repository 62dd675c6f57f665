"""Threads: cut where a reader expects it, released piece by piece, continued and never doubled, taken down whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import _x_threads as threads
from connectors import discover
from connectors._http import GuardedSession
from connectors._x_text import weighted_length
from connectors.base import Absent, Found, OutcomeUnknown, Partly, Rejected, RemotePost, Retracted, Variant
from connectors.sandbox.server import build, running
from tests.contract.life import Life

DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag")
SENTENCE = "Am Donnerstag öffnet die Werkstatt in Fulda für alle, die einen Beruf mit Holz oder Metall suchen. "
LONG = "".join(SENTENCE.replace("Donnerstag", day) for day in DAYS).strip()
LINK = "https://kjc.example/s/Ab12"


def rendered(text: str = LONG, chosen: str = "on", link: str = LINK) -> RemotePost:
    return discover()["x"].render(Variant("Werkstatt", text, link, options={"threads": chosen}))


def test_a_long_text_is_cut_at_sentence_ends_and_its_link_stands_once() -> None:
    post = rendered()
    pieces = post.extra["pieces"]
    assert len(pieces) == 3
    assert all(weighted_length(piece) <= 280 for piece in pieces)
    assert all(piece.endswith((".", LINK)) for piece in pieces)
    assert [LINK in piece for piece in pieces] == [False, False, True]
    assert post.text == "\n\n".join(pieces)


@pytest.mark.parametrize(("text", "chosen"), [(SENTENCE, "on"), (LONG, "")])
def test_what_fits_and_what_an_account_did_not_choose_is_no_thread(text: str, chosen: str) -> None:
    assert "pieces" not in rendered(text, chosen).extra
    assert not rendered(text, chosen).extra.get("threads")


def test_abbreviations_quotes_and_paragraphs_end_no_piece_amiss() -> None:
    text = "Das geht z. B. in Fulda. „Wir helfen gern.“ Danach ist Pause.\n\nAm Abend sprechen wir weiter."
    assert threads.split(text, 64, len) == [
        "Das geht z. B. in Fulda. „Wir helfen gern.“ Danach ist Pause.",
        "Am Abend sprechen wir weiter.",
    ]
    assert threads.split(text, 60, len)[0] == "Das geht z. B. in Fulda. „Wir helfen gern.“"


def test_with_threads_the_longest_piece_counts_and_too_many_pieces_count_whole() -> None:
    connector: Any = discover()["x"]
    limits = connector.limits_for("feed", {"threads": "on"})
    assert limits.measure(LONG) <= 280 < connector.limits.measure(LONG)
    assert limits.measure(SENTENCE * 30) > 280
    assert connector.limits_for("feed", {}) is connector.limits


@given(st.text(alphabet="abÄ. !?\n„“()🌉", max_size=200), st.integers(5, 40))
def test_a_cut_loses_nothing_but_white_space(text: str, limit: int) -> None:
    pieces = threads.split(text, limit, len)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(len(piece) <= limit or not any(map(str.isspace, piece)) for piece in pieces)
    assert all(pieces)


def test_each_piece_costs_its_price() -> None:
    connector: Any = discover()["x"]
    assert str(connector.price(rendered(link="https://fulda.de/x"))) == "0.230"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running(build()) as address:
        yield address


@pytest.fixture
def life(base: str) -> Iterator[Life]:
    with GuardedSession() as session:
        yield Life(discover()["x"], base, session)


def goes_on(life: Life, post: RemotePost, order: Any, stage: Any) -> Any:
    """Release until nothing is left; return the receipt."""
    answer: Any = Partly(stage, life.now)
    while isinstance(answer, Partly):
        answer = life.connector.release(life.access, post, answer.data, order)
    return answer


def begun(life: Life, post: RemotePost, order: Any, pieces: int) -> Any:
    """Return the stage after so many pieces."""
    stage = life.staged(post, order).data
    for _ in range(pieces):
        stage = life.connector.release(life.access, post, stage, order).data
    return stage


def test_a_thread_is_released_piece_by_piece_and_is_one_post(life: Life) -> None:
    post, order = rendered(), life.order()
    receipt = goes_on(life, post, order, begun(life, post, order, 1))
    assert len(receipt.remote_id.split()) == 3
    [row] = life.ledger()
    assert (row["id"], row["text"], row["link"]) == (receipt.remote_id, post.text, LINK)
    assert life.connector.retract(life.access, receipt) == Retracted("deleted")
    assert life.connector.retract(life.access, receipt) == Retracted("404 Not Found")
    assert life.ledger() == []


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_piece_whose_answer_was_lost_is_found_and_the_thread_goes_on(life: Life, lost: int) -> None:
    post, order, since = rendered(), life.order(), life.now
    stage = begun(life, post, order, lost)
    life.suffers("lost_after_commit")
    with pytest.raises(OutcomeUnknown):
        life.connector.release(life.access, post, stage, order)
    life.passes(minutes=2)

    found = life.finds(post, stage, order, since)

    if lost < 2:
        assert isinstance(found, Partly)
        assert len(found.data["posted"]) == lost + 1
        receipt = goes_on(life, post, order, found.data)
    else:
        assert isinstance(found, Found)
        receipt = found.receipt
    [row] = life.ledger()
    assert (row["id"], row["text"]) == (receipt.remote_id, post.text)


def test_a_piece_that_never_arrived_is_absent_and_may_be_released_again(life: Life) -> None:
    post, order, since = rendered(), life.order(), life.now
    stage = begun(life, post, order, 1)
    life.suffers("lost")
    with pytest.raises(OutcomeUnknown):
        life.connector.release(life.access, post, stage, order)
    assert life.finds(post, stage, order, since) == Absent(stage_usable=True)
    assert life.ledger()[0]["id"] == stage["posted"][0]
    assert life.staged(post, order, stage).data == stage
    assert life.ledger()[0]["id"] in goes_on(life, post, order, stage).remote_id


def test_a_thread_that_does_not_go_on_is_taken_down(life: Life) -> None:
    post, order = rendered(), life.order()
    stage = begun(life, post, order, 2)
    life.connector.unstage(life.access, stage)
    life.connector.unstage(life.access, stage)
    assert life.ledger() == []


def test_where_x_lets_nobody_reply_to_oneself_the_thread_is_refused_to_a_person(life: Life) -> None:
    post, order = rendered(), life.order()
    stage = begun(life, post, order, 1)
    life._tell("_options", {"x_self_replies": False})
    try:
        with pytest.raises(Rejected):
            life.connector.release(life.access, post, stage, order)
    finally:
        life._tell("_options", {"x_self_replies": True})


def test_a_forgotten_thread_is_found_whole_and_not_in_part(life: Life) -> None:
    post, order, since = rendered(), life.order(), life.now
    receipt = goes_on(life, post, order, begun(life, post, order, 1))
    found = life.finds(post, {}, order, since)
    assert isinstance(found, Found)
    assert found.receipt.remote_id == receipt.remote_id
    assert isinstance(life.finds(post, {}, order, since, receipt.remote_id), Absent)
    life.connector.retract(life.access, replace(receipt, remote_id=receipt.remote_id.split()[-1]))
    assert life.finds(post, {}, order, since) == Absent(stage_usable=False)
