"""The program on a migrated database of each kind, with two Jobcenter, three people and verbs to bring items in."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from distributor import bootstrap
from distributor.cli import root
from distributor.services import planning, tailoring
from distributor.services.deps import Deps
from distributor.vault import new_key
from tests.support.answers import NOTHING_SHOWN
from tests.support.world import THREE

CONFIG = Path(__file__).resolve().parents[3] / "config"
ORGANISATIONS = ("fulda", "wiesbaden")


class Program:
    """Calls the program, and stands in for the daemon between two calls."""

    def __call__(self, *arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(root, list(arguments), input=stdin, catch_exceptions=False, prog_name="distributor")

    def does(self, *arguments: str, stdin: str | None = None) -> str:
        answer = self(*arguments, stdin=stdin)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    def refuses(self, *arguments: str, stdin: str | None = None) -> str:
        answer = self(*arguments, stdin=stdin)
        assert answer.exit_code == 2, answer.output
        assert len(answer.stderr.splitlines()) == 1, answer.stderr
        return answer.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self.does(*arguments, "--json"))

    def posts(self, *filters: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("posts", "list", *filters)
        return found

    def tailors(self) -> None:
        deps: Deps = bootstrap.build()
        now = datetime.now(UTC)
        tailoring.tailor_stale(deps, now)
        planning.propose(deps, now)
        deps.store.close()

    def takes_in(self, title: str = "Neustart in Fulda", *, cleared: bool = True) -> int:
        added = json.loads(
            self.does(
                "items", "add", "--title", title, "--summary", "Ein Satz.", "--link", "https://portal.example/a",
                "--as", "ed", "--json",
            )
        )  # fmt: skip
        number: int = added["id"]
        self.tailors()
        if cleared:
            self.does("items", "clear", str(number), *NOTHING_SHOWN, "--as", "ed")
            self.tailors()
        return number


def _block(account: dict[str, Any]) -> str:
    """Return one account as it stands in an organisation's file."""
    fields = ", ".join(f'{name} = "{value}"' for name, value in account["fields"].items())
    return f'\n[[account]]\nchannel = "{account["channel"]}"\nname = "{account["name"]}"\nfields = {{ {fields} }}\n'


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    """Two Jobcenter with their accounts, the calendars and the channel texts."""
    folder = tmp_path / "config"
    for name in ("calendars", "texts"):
        shutil.copytree(CONFIG / name, folder / name)
    (folder / "organisations").mkdir()
    accounts = tomllib.loads((CONFIG / "sandbox-accounts.toml").read_text(encoding="utf-8"))
    for slug in ORGANISATIONS:
        said = (CONFIG / "organisations" / f"{slug}.toml").read_text(encoding="utf-8")
        path = folder / "organisations" / f"{slug}.toml"
        own = (account for account in accounts[slug]["account"] if account["channel"] in THREE)
        tables = "".join(map(_block, own))
        path.write_text(said + tables, encoding="utf-8")
    return folder


@pytest.fixture
def empty(database_url: str, config_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program on an empty database: nobody is there yet."""
    monkeypatch.setenv("DISTRIBUTOR_DATABASE_URL", database_url)
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DISTRIBUTOR_CONFIG_DIR", str(config_dir))
    monkeypatch.setenv("DISTRIBUTOR_KEY", new_key())
    yield Program()
    structlog.reset_defaults()


@pytest.fixture
def program(empty: Program) -> Program:
    """The program with an operator, an editor, and an officer for Fulda."""
    empty.does("users", "add", "op", "--role", "operator")
    empty.does("config", "import", "--apply", "--as", "op")
    empty.does("users", "add", "ed", "--role", "editor", "--as", "op")
    empty.does("users", "add", "kim", "--role", "officer", "--organisation", "fulda", "--as", "op")
    return empty


@pytest.fixture
def nowhere(config_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program with configuration files only: no database, no key."""
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DISTRIBUTOR_CONFIG_DIR", str(config_dir))
    yield Program()
    structlog.reset_defaults()
