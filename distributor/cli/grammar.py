"""click in German: headings, hints and usage errors, and the kinds of values that options take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any, TypeVar

import click
from click import exceptions

F = TypeVar("F", bound=Callable[..., Any])

_WORDS = {"[OPTIONS]": "[OPTIONEN]", "COMMAND [ARGS]...": "BEFEHL …"}
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_UNITS = {"d": 1, "w": 7}


class Misuse(click.UsageError):
    """The command was called in a way it does not take; the message is German already."""


class _German:
    """Replaces the English words in the help of a command or group."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how the command is called."""
        pieces = [_WORDS.get(piece, piece) for piece in ctx.command.collect_usage_pieces(ctx)]
        words = [*pieces[1:], *pieces[:1]]
        formatter.write_usage(ctx.command_path, " ".join(words), prefix="Aufruf: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and a group's commands."""
        options = [param for param in ctx.command.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for param in options if (record := param.get_help_record(ctx))]
        with formatter.section("Optionen"):
            formatter.write_dl(records)
        if isinstance(self, Group):
            with formatter.section("Befehle"):
                formatter.write_dl(self.command_rows(ctx))


class Option(click.Option):
    """An option whose help says in German that it is needed."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's name and help for the overview."""
        record = super().get_help_record(ctx)
        if record is None or not self.required:
            return record
        return record[0], f"{self.help or ''}  [nötig]".strip()


class Command(_German, click.Command):
    """A command with German help."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that shows the help."""
        return _german_help(super().get_help_option(ctx))


class Group(_German, click.Group):
    """A group of commands with German help."""

    command_class = Command

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option that shows the help."""
        return _german_help(super().get_help_option(ctx))

    def command_rows(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return each command with one line about it."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [(name, command.get_short_help_str(200)) for name, command in found if command and not command.hidden]

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which they were written."""
        return list(self.commands)


def _german_help(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Zeigt diese Hilfe."
    return option


def command(name: str | None = None, *, help: str) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function."""
    return click.command(name, cls=Command, help=help)


def group(*, help: str) -> Callable[[Callable[..., Any]], Group]:
    """Make a group of a function."""
    return click.group(cls=Group, help=help)


def option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """Give a command an option."""
    return click.option(*names, cls=Option, **attributes)


argument = click.argument


def as_user(command: F) -> F:
    """Add the option that says who decides."""
    return option("--as", "login", required=True, metavar="USER", help="Wer entscheidet (Anmeldename).")(command)


def as_json(command: F) -> F:
    """Add the option that asks for one JSON document."""
    return option("--json", "as_json", is_flag=True, help="Gibt ein JSON-Dokument aus.")(command)


class Number(click.ParamType[int]):
    """A whole number, as items, posts and accounts have one."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or fail in German."""
        if isinstance(value, int):
            return value
        if not (value.isascii() and value.isdigit() and len(value) <= 15):
            self.fail(f"„{value}“ ist keine Nummer.", param, ctx)
        return int(value)


class Moment(click.ParamType[datetime]):
    """A moment, aware UTC: ISO 8601, or German local time where no offset is given."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment, or fail in German."""
        if isinstance(value, datetime):
            return value
        try:
            return moment_of(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Day(click.ParamType[date]):
    """A day of the calendar."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or fail in German."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            self.fail(f"„{value}“ ist kein Datum wie 2026-11-24.", param, ctx)
        return day


class Span(click.ParamType[int]):
    """A number of days: ``10d``, or in weeks ``12w``."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the days, or fail in German."""
        if isinstance(value, int):
            return value
        count, unit = value[:-1], value[-1:]
        if unit not in _UNITS or not (count.isascii() and count.isdigit() and len(count) <= 4):
            self.fail(f"„{value}“ ist keine Spanne wie 12w (Wochen) oder 90d (Tage).", param, ctx)
        return int(count) * _UNITS[unit]


class Choice(click.Choice[str]):
    """One of several words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return the German sentence that names what is possible."""
        return f"„{value}“ ist nicht möglich; möglich sind: {', '.join(map(str, self.choices))}."


def moment_of(text: str) -> datetime:
    """Read a moment; without an offset it is German local time. Raises: ValueError with a German sentence."""
    from distributor.wording import BERLIN

    wrong = f"„{text}“ ist kein Zeitpunkt wie „2026-11-24 12:30“ oder 2026-11-24T11:30:00Z."
    try:
        read = datetime.fromisoformat(text.strip())
        aware = (read if read.tzinfo is not None else read.replace(tzinfo=BERLIN)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(wrong) from error
    if ":" not in text and "T" not in text.upper():
        raise ValueError(f"„{text}“ nennt keine Uhrzeit; bitte wie „2026-11-24 12:30“ angeben.")
    if not _FIRST_YEAR <= aware.year <= _LAST_YEAR:
        raise ValueError(wrong)
    return aware


def usage_sentence(error: click.UsageError) -> str:
    """Return the German sentence for a command that was called wrongly, with the way to its help."""
    path = error.ctx.command_path if error.ctx is not None else "distributor"
    return f"{_what(error)} `{path} --help` zeigt, was möglich ist."


def _what(error: click.UsageError) -> str:
    match error:
        case Misuse():
            return error.message
        case click.MissingParameter():
            return _missing(error.param)
        case click.NoSuchOption():
            return f"Die Option {error.option_name} gibt es hier nicht.{_hint(error.possibilities or ())}"
        case exceptions.NoSuchCommand():
            known = error.ctx.command.list_commands(error.ctx) if _is_group(error.ctx) else []  # type: ignore[union-attr]
            close = get_close_matches(error.command_name, known)
            return f"Den Befehl „{error.command_name}“ gibt es hier nicht.{_hint(close)}"
        case click.BadOptionUsage():
            return f"Die Option {error.option_name} ist unvollständig, oder sie nimmt keinen Wert."
        case click.BadParameter():
            return f"{_named(error.param)}: {error.message}"
    return "Das sind zu viele oder nicht passende Angaben."


def _is_group(ctx: click.Context | None) -> bool:
    return ctx is not None and isinstance(ctx.command, click.Group)


def _hint(close: Sequence[str]) -> str:
    return f" Gemeint ist vielleicht: {', '.join(close)}." if close else ""


def _named(param: click.Parameter | None) -> str:
    if param is None:
        return "Eine Angabe"
    return param.opts[-1] if isinstance(param, click.Option) else param.make_metavar(_NO_CONTEXT)


_NO_CONTEXT = click.Context(click.Command("distributor"))


def _missing(param: click.Parameter | None) -> str:
    kind = "Die Option" if isinstance(param, click.Option) else "Die Angabe"
    return f"{kind} {_named(param)} fehlt."
