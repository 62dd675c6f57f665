"""The brake without a database: a file in the data folder that stops what this host (or who shares the folder) sends.

``STOP`` stops everything, ``STOP.<slug>`` one Jobcenter, ``STOP.channel.<name>`` one channel; its first line is the
reason. Upper or lower case is the same, for whoever lays it there is in a hurry. What cannot be read counts as a Stop.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from distributor.domain import Scope

_NAME, _CHANNEL = "stop", "channel"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class StopFile:
    """A Stop file: what its name says that it covers, and why."""

    path: Path
    scope: Scope
    reason: str


def found(folder: Path) -> list[StopFile]:
    """Return the Stop files in the folder; a folder that cannot be looked into stops everything."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  asked before every byte that leaves; Path objects cost tenfold
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        return [StopFile(folder, Scope(), f"{folder} ist nicht lesbar: {error.strerror}")]
    return list(_among(folder, names))


def reason_for(folder: Path, organisation: str, channel: str) -> str | None:
    """Return why nothing may go out for this Jobcenter on this channel, or None where no file forbids it."""
    return reason_in(found(folder), organisation, channel)


def reason_in(files: Sequence[StopFile], organisation: str, channel: str) -> str | None:
    """Return the same, where the files were looked for already."""
    scopes = (Scope(), Scope(organisation=organisation), Scope(channel=channel))
    return next((file.reason for file in files if file.scope in scopes), None)


def write(folder: Path, scope: Scope, reason: str, who: str) -> Path:
    """Lay the file for a scope and return its path; ``who`` stays in it. Raises: OSError if that cannot be written."""
    path = folder / _file_name(scope)
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{' '.join(reason.split())}\ngezogen von {who}\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def _file_name(scope: Scope) -> str:
    if scope.channel:
        return f"STOP.{_CHANNEL}.{scope.channel}"
    return f"STOP.{scope.organisation}" if scope.organisation else "STOP"


def _among(folder: Path, names: list[str]) -> Iterator[StopFile]:
    for name in names:
        first, _, rest = name.lower().partition(".")
        if first == _NAME:
            yield StopFile(folder / name, _scope(rest), _reason(folder / name))


def _scope(rest: str) -> Scope:
    kind, _, channel = rest.partition(".")
    return Scope(channel=channel) if kind == _CHANNEL and channel else Scope(organisation=rest)


def _reason(path: Path) -> str:
    """Return the file's first line, not too much of it."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            said = " ".join(file.readline(_LONGEST).split())
    except OSError:
        said = ""
    return said or f"Die Datei {path.name} liegt im Datenordner."
