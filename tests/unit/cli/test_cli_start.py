"""The program starts quickly, speaks German, and every command keeps the common rules."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result

from distributor.cli import COMMANDS, root

HEAVY = {"sqlalchemy", "fastapi", "starlette", "tweepy", "facebook", "requests", "structlog", "rich", "alembic", "PIL"}
HEAVY |= {"schedules", "zoneinfo", "json"}

OWN = [name for name in COMMANDS if name != "demo"]

READS = {
    "accounts check", "accounts list", "accounts show", "calendar list", "calendar show", "campaigns list",
    "campaigns show", "config check", "config export", "db state", "db upgrade", "doctor", "feed check", "feed list",
    "feed poll", "feed show", "items changed", "items floods", "items list", "items show", "keys new", "log export",
    "log verify", "organisations list", "organisations show", "posts list", "posts show", "preview", "recalls list",
    "recalls proof", "recalls show", "run", "stages", "tokens list", "up", "users data", "users list", "users show",
    "web", "webhooks list",
}  # fmt: skip
"""What decides nothing about a post, a person or a rule. Whatever is not named here needs ``--as``."""

SOMETIMES = {"users add", "config import", "retention run"}
"""Needs ``--as`` except before there is anybody, or while it only looks; tested where they are."""


def leaves() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(root)
    for name in OWN:
        command = root.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", found) for sub, found in command.commands.items())
        else:
            yield name, command


LEAVES = dict(leaves())


def option_of(command: click.Command, name: str) -> click.Option | None:
    for param in command.params:
        if isinstance(param, click.Option) and name in param.opts:
            return param
    return None


def test_the_overview_imports_nothing_heavy() -> None:
    code = (
        "import sys; from distributor.cli import root; root.main(['--help'], standalone_mode=False); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "Befehle:" in done.stdout
    assert set() == HEAVY & set(done.stderr.split())


def test_the_module_runs_as_a_program_and_shows_its_commands_when_called_with_nothing() -> None:
    done = subprocess.run([sys.executable, "-m", "distributor"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "Aufruf: distributor BEFEHL" in done.stderr
    assert all(name in done.stderr for name in COMMANDS)


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_every_help_is_german(path: str, program: Callable[..., Result]) -> None:
    shown = program(*path.split(), "--help")

    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"Aufruf: distributor {path}")
    for english in ("Usage", "Options", "Commands", "Show this", "[required]", "OPTIONS"):
        assert english not in shown.stdout


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_every_command_and_every_option_has_a_help_text(path: str) -> None:
    assert LEAVES[path].help
    for param in LEAVES[path].params:
        assert not isinstance(param, click.Option) or param.help, param.opts


@pytest.mark.parametrize("path", sorted(LEAVES.keys() - READS - SOMETIMES))
def test_every_deciding_verb_demands_the_person(path: str, program: Callable[..., Result]) -> None:
    person = option_of(LEAVES[path], "--as")

    assert person is not None
    assert person.required


@pytest.mark.parametrize("path", sorted(path for path in LEAVES if path.split()[-1] in ("list", "show")))
def test_every_listing_and_show_has_json(path: str) -> None:
    assert option_of(LEAVES[path], "--json") is not None


def test_the_pinned_verbs_are_all_there() -> None:
    pinned = {
        "feed": "check add list poll",
        "items": "list show add clear hold release withdraw text",
        "posts": "list show approve reject edit fix move retry publish-now recall confirm",
        "organisations": "list show",
        "users": "list add set enable disable",
        "accounts": "list show add set check pause resume",
        "config": "import export check",
        "keys": "new rotate",
        "db": "upgrade",
    }
    wanted = {f"{group} {verb}" for group, verbs in pinned.items() for verb in verbs.split()}
    wanted |= {"preview", "calendar show", "stop", "resume", "stages", "doctor", "run", "web", "up"}

    assert set() == wanted - LEAVES.keys()
