"""The program's root: commands that are imported when they are used, and one place where every failure ends."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import click

from distributor.cli.grammar import Group
from distributor.cli.outcome import guarded


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command lives (``package.module:name``), and the line that the overview says of it."""

    target: str
    short: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, name = self.target.partition(":")
        return cast("click.Command", getattr(importlib.import_module(module), name))


class Root(Group):
    """A group that knows its commands by name and imports only the one that is called."""

    def __init__(self, name: str, places: Mapping[str, Place], help: str) -> None:
        super().__init__(name, help=help)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the overview."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command that is called; None if there is none of this name."""
        place = self._places.get(cmd_name)
        return None if place is None else place.load()

    def command_rows(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return the overview without importing anything."""
        return [(name, place.short) for name, place in self._places.items()]

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; whatever it refuses becomes one line and a status. A command returns its status."""
        call: Callable[[], Any] = partial(
            super().main, args, prog_name, complete_var, False, windows_expand_args, **extra
        )
        status = guarded(call)
        if standalone_mode:
            sys.exit(status)
        return status
