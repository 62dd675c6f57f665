"""Every failure ends as one sentence and a status; a fault of the program is not hidden."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
import requests
from click.testing import Result
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, OperationalError, ProgrammingError

from distributor.cli.outcome import BEHIND, each, guarded, sentence_of
from distributor.cli.printing import clean
from distributor.domain import Refused
from distributor.fetching import FetchFailed
from distributor.store.posts import Stale


class UndefinedTable(Exception):
    """Named as psycopg names it."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("So nicht."), "So nicht."),
        (FetchFailed("Nicht erreichbar.", detail="x"), "Nicht erreichbar."),
        (Stale("post 1"), "von anderer Seite geändert"),
        (OperationalError("SELECT", {}, Exception("no such table: post")), BEHIND),
        (ProgrammingError("SELECT", {}, UndefinedTable("relation")), BEHIND),
        (OperationalError("SELECT", {}, Exception("connection refused\nmore")), "(connection refused)"),
        (DatabaseError("SELECT", {}, Exception("file is not a database")), "file is not a database"),
        (ArgumentError("Could not parse"), "DISTRIBUTOR_DATABASE_URL"),
        (requests.ConnectionError("https://a.example/?token=geheim"), "(ConnectionError)"),
        (PermissionError(13, "Permission denied", "/etc/x"), "(/etc/x)"),
    ],
)
def test_what_a_person_can_mend_is_a_sentence(error: Exception, said: str) -> None:
    sentence = sentence_of(error)

    assert sentence is not None
    assert said in sentence
    assert "geheim" not in sentence


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), IntegrityError("INSERT", {}, Exception("x")), ProgrammingError("SELECT", {}, Exception("x"))],
)
def test_a_fault_of_the_program_is_raised_and_not_dressed_up(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        guarded(fail)


@pytest.mark.parametrize(
    ("returned", "status"), [(None, 0), (0, 0), (1, 1), (2, 2), ("text", 0)], ids=["none", "0", "1", "2", "other"]
)
def test_a_command_returns_its_status(returned: object, status: int) -> None:
    assert status == guarded(lambda: returned)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_130(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise error

    assert guarded(interrupted) == 130
    assert capsys.readouterr().err == "Abgebrochen.\n"


@pytest.mark.parametrize(("refused", "status"), [([], 0), ([2], 1), ([1, 2, 3], 2)])
def test_each_tells_every_refusal_and_does_the_rest(
    refused: list[int], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    done = []

    def act(number: int) -> None:
        if number in refused:
            raise Refused("Das geht\nnicht.")
        done.append(number)

    assert status == each("Post", [1, 2, 3], act)
    assert [number for number in (1, 2, 3) if number not in refused] == done
    assert [f"Post {number}: Das geht nicht." for number in refused] == capsys.readouterr().err.splitlines()


def test_a_closed_pipe_leaves_no_traceback(tmp_path: Path) -> None:
    feed = tmp_path / "feed.json"
    items = ",".join(f'{{"id": "{number}", "content_text": "{"x" * 500}"}}' for number in range(2000))
    feed.write_text(f'{{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{items}]}}')
    command = [sys.executable, "-m", "distributor", "feed", "check", str(feed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        told = process.stderr.read()
        process.wait()

    assert b"Traceback" not in told


def test_json_is_utf8_whatever_the_terminal_speaks(feed_file: Callable[..., str]) -> None:
    command = [sys.executable, "-m", "distributor", "feed", "check", feed_file(title="Grüße 🌻")]
    environment = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, check=True, env=environment)

    assert "Grüße 🌻".encode() in done.stdout


@pytest.mark.parametrize(
    ("wild", "tame"),
    [("a\x1b[31mb", "a [31mb"), ("a\rb", "a b"), ("a\u202eb", "a b"), ("a\nb\tc", "a\nb\tc"), ("Müll 🌻", "Müll 🌻")],
)
def test_what_would_steer_a_terminal_is_taken_out(wild: str, tame: str) -> None:
    assert tame == clean(wild)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("quatsch", "keine brauchbare Adresse"),
        ("mysql://u:geheim@h/x", "keine brauchbare Adresse"),
        ("postgresql://u:geheim@127.0.0.1:1/x", "nicht erreichbar"),
        ("sqlite:////nirgends/x.sqlite3", "noch keine Datenbank; `distributor db upgrade`"),
    ],
)
def test_a_database_that_is_not_there_is_one_line_without_the_password(
    url: str, said: str, program: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", url)

    answer = program("posts", "list")

    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
    assert said in answer.stderr
    assert "geheim" not in answer.output


def test_looking_creates_no_database(program: Callable[..., Result], tmp_path: Path) -> None:
    for command in (["posts", "list"], ["doctor"], ["run", "--until-idle"], ["web"], ["up"]):
        answer = program(*command)

        assert answer.exit_code == 2
        assert "distributor db upgrade" in answer.output
    assert not (tmp_path / "data" / "distributor.sqlite3").exists()
