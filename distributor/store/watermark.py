"""What this host knows of the database without asking it: its token, and the newest release that was begun.

A file in the data folder, outside the database. A database that lacks that release was restored from a backup, or has
lost commits in a fail-over; one with another token is a copy.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

_SIZE = 512
"""Bytes of the file: always as many, so that it is written in place and a full disk does not matter."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The database's token, and the newest release Attempt that this host began in it: its number and its owner."""

    token: str
    attempt: int = 0
    owner: str = ""


class Watermark:
    """This host's file. Several daemons of the host may share it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "high-water" / f"{socket.gethostname()}.json"

    def read(self) -> Mark | None:
        """Return what was noted last; None if this folder has never known a database."""
        try:
            with self._opened() as handle:
                return _read(handle)
        except FileNotFoundError:
            return None

    def bind(self, token: str) -> None:
        """Begin anew with this database. Raises: OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened(os.O_CREAT) as handle:
            _write(handle, Mark(token))
            os.fsync(handle)

    def note(self, attempt: int, owner: str) -> None:
        """Note a release before its first byte leaves; where nothing is bound there is nothing to note.

        It is not forced to the disk: a killed process loses nothing of it, and a backup is older than a power cut.
        Raises: OSError.
        """
        try:
            with self._opened() as handle:
                mark = _read(handle)
                if mark is not None and attempt > mark.attempt:
                    _write(handle, Mark(mark.token, attempt, owner))
        except FileNotFoundError:
            return

    @contextmanager
    def _opened(self, flags: int = 0) -> Iterator[int]:
        handle = os.open(self._path, os.O_RDWR | flags, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)


def _read(handle: int) -> Mark | None:
    try:
        document = json.loads(os.pread(handle, _SIZE, 0))
        return Mark(str(document["token"]), int(document["attempt"]), str(document["owner"]))
    except (ValueError, KeyError, TypeError):
        return None


def _write(handle: int, mark: Mark) -> None:
    os.pwrite(handle, json.dumps(asdict(mark)).encode().ljust(_SIZE), 0)
