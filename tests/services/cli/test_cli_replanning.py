"""``posts replan`` on the command line: shown first, and confirmed with --apply."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update

from distributor import bootstrap
from distributor.store.tables import PostRow


def misses(program: Any) -> int:
    """Let the only post of Fulda on X be approved and missed."""
    program.takes_in()
    [post] = program.posts("--organisation", "fulda", "--channel", "x")
    program.does("posts", "approve", str(post["id"]), "--as", "kim")
    deps = bootstrap.build()
    with deps.store.write() as session:
        session.execute(update(PostRow).where(PostRow.id == post["id"]).values(state="missed", next_try_at=None))
    deps.store.close()
    return int(post["id"])


def test_what_was_missed_gets_a_new_time_only_with_apply(program: Any) -> None:
    number = misses(program)

    [shown] = program.json("posts", "replan", "--missed", "--as", "kim")
    assert shown["post"] == number
    assert datetime.fromisoformat(shown["at"]) > datetime.now(UTC)
    said = program.does("posts", "replan", "--missed", "--as", "kim")
    assert "mit --apply gelten diese Zeiten" in said
    assert program.json("posts", "show", str(number))["state"] == "missed"

    [done] = program.json("posts", "replan", "--missed", "--apply", "--as", "kim")
    assert done["refused"] == ""
    after = program.json("posts", "show", str(number))
    assert (after["state"], after["due_at"][:16]) == ("scheduled", done["at"][:16])
    assert "Es gibt keine verpassten Posts" in program.does("posts", "replan", "--missed", "--as", "kim")
