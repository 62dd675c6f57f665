"""Called wrongly, the program answers with one German line and status 2."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from distributor.cli.grammar import moment_of

WRONG = [
    (["aprove"], "Den Befehl „aprove“ gibt es hier nicht."),
    (["posts", "aprove"], "Gemeint ist vielleicht: approve"),
    (["posts", "approve", "1"], "Die Option --as fehlt."),
    (["posts", "show"], "Die Angabe ID fehlt."),
    (["posts", "show", "abc"], "„abc“ ist keine Nummer."),
    (["posts", "show", "1", "2"], "zu viele"),
    (["posts", "list", "--stat", "x"], "Die Option --stat gibt es hier nicht. Gemeint ist vielleicht: --state"),
    (["posts", "list", "--state", "weg"], "möglich sind: drafted, awaiting"),
    (["posts", "list", "--state"], "--state ist unvollständig"),
    (["posts", "approve", "--as", "kim"], "Nummern angeben, oder --organisation SLUG zusammen mit --all"),
    (["posts", "approve", "1", "--all", "--as", "kim"], "Nummern angeben, oder --organisation"),
    (["posts", "approve", "1", "2", "--digest", "d", "--as", "kim"], "--digest gilt für genau eine Nummer."),
    (["posts", "edit", "1", "--as", "kim"], "genau eines angeben: --text, --file oder --reset"),
    (["posts", "edit", "1", "--text", "a", "--reset", "--as", "kim"], "genau eines angeben"),
    (["posts", "move", "1", "--at", "2026-11-24", "--as", "kim"], "nennt keine Uhrzeit"),
    (["posts", "move", "1", "--at", "morgen", "--as", "kim"], "ist kein Zeitpunkt wie"),
    (["posts", "reject", "1", "--as", "kim"], "Die Option --reason fehlt."),
    (["items", "text", "1", "--channel", "x", "--as", "kim"], "Bitte --du und --sie angeben"),
    (["calendar", "fulda", "--from", "2026-13-01", "--to", "2026-12-01"], "ist kein Datum wie"),
    (["calendar", "fulda", "--from", "9999-12-31", "--to", "9999-12-31"], "ist kein Datum wie"),
    (["calendar", "fulda", "--from", "2026-12-01"], "Die Option --to fehlt."),
    (["preview", "feed.xml"], "--organisation und --channel fehlen"),
    (["config", "import", "--apply"], "Die Option --as fehlt."),
    (["config", "import", "--apply", "--dry-run", "--as", "kim"], "schließen einander aus"),
    (["stop", "--as", "kim"], "Die Option --reason fehlt."),
    (["run", "--simulate-until", "bald"], "ist kein Zeitpunkt"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda value: " ".join(value) if value else None)
def test_a_wrong_call_is_one_line_and_status_2(arguments: list[str], said: str, program: Callable[..., Result]) -> None:
    answer = program(*arguments)

    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert said in answer.stderr


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-24 12:30", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),
        ("2026-07-24T12:30", datetime(2026, 7, 24, 10, 30, tzinfo=UTC)),
        ("2026-11-24T12:30:05+00:00", datetime(2026, 11, 24, 12, 30, 5, tzinfo=UTC)),
        ("2026-11-24T12:30Z", datetime(2026, 11, 24, 12, 30, tzinfo=UTC)),
        (" 2026-11-24 12:30 ", datetime(2026, 11, 24, 11, 30, tzinfo=UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_an_offset_is_german_time(written: str, meant: datetime) -> None:
    assert meant == moment_of(written)


@given(st.one_of(st.text(max_size=40), st.datetimes().map(str), st.datetimes(timezones=st.timezones()).map(str)))
def test_any_text_is_an_aware_moment_of_this_century_or_refused(text: str) -> None:
    try:
        moment = moment_of(text)
    except ValueError as error:
        assert "„" in str(error)
    else:
        assert moment.tzinfo == UTC
        assert 2000 <= moment.year <= 2099
