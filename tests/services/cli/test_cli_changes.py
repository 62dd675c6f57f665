"""``items changed`` and ``items decide``: who decides (``--as``), what it takes, and what is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from distributor import bootstrap
from distributor.domain import DAEMON
from distributor.intake.report import item_of
from distributor.services import taking_in
from distributor.store.tables import ItemRow, PostRow, ReceiptRow


@pytest.fixture
def changed(program: Any) -> int:
    """An item of which one post is public, and whose title the portal changed since; its number."""
    number: int = program.takes_in("Beratung am 5. Mai")
    deps, now = bootstrap.build(), datetime.now(UTC)
    with deps.store.write() as session:
        post = session.get_one(PostRow, program.posts("--organisation", "fulda")[0]["id"])
        post.state, post.published_at, post.due_at, post.approved_digest = "published", now, now, post.digest
        url = "https://n.example/p/1"
        session.add(ReceiptRow(post_id=post.id, account_id=post.account_id, remote_id="1", url=url, at=now))
    with deps.store.write() as session:
        item = session.get_one(ItemRow, number)
        taking_in.revise(session, item, replace(item_of(item.document), title="Beratung am 6. Mai"), now, DAEMON)
    deps.store.close()
    return number


def test_both_texts_are_shown_with_what_differs_in_brackets(program: Any, changed: int) -> None:
    assert str(changed) in program.does("items", "changed")
    shown = program.does("items", "changed", str(changed))

    assert "vorher: Beratung am [5.] Mai" in shown
    assert "jetzt:  Beratung am [6.] Mai" in shown
    assert "https://n.example/p/1" in shown
    assert [each["posts"] for each in program.json("items", "changed")] == [1]


def test_a_correction_is_decided_by_an_editor_with_a_reason(program: Any, changed: int) -> None:
    number = str(changed)
    assert "genau eines" in program.refuses("items", "decide", number, "--as", "ed")
    assert "genau eines" in program.refuses("items", "decide", number, "--leave", "--recall", "--as", "ed")
    assert "Grund" in program.refuses("items", "decide", number, "--correct", "--as", "ed")
    program.refuses("items", "decide", number, "--correct", "--reason", "Falscher Tag", "--as", "kim")

    told = program.does("items", "decide", number, "--correct", "--reason", "Falscher Tag", "--as", "ed")

    assert "Zu 1 öffentlichen Posts sind Korrekturen angelegt" in told
    [made] = [post for post in program.posts() if post["corrects"]]
    assert made["text"].startswith("Korrektur: In unserem Post vom ")
    assert f"Post {made['corrects']}" in program.does("posts", "show", str(made["id"]))
    assert program.json("items", "changed") == []
    assert "nicht gefragt" in program.refuses("items", "changed", number)


def test_what_is_left_stays_without_a_reason(program: Any, changed: int) -> None:
    assert "bleiben stehen" in program.does("items", "decide", str(changed), "--leave", "--as", "ed")
    assert program.json("items", "changed") == []
