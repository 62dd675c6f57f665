"""Bytes from outside: a file, standard input, or a feed's address. Whatever cannot be read is refused in German."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from distributor.domain import ParsedFeed, Refused
from distributor.fetching import FetchFailed
from distributor.intake.parse import MAX_BYTES
from distributor.services import previewing

_LONGEST_TEXT = 1_000_000
_REASONS = {
    errno.ENOENT: "gibt es nicht",
    errno.EACCES: "darf nicht gelesen werden",
    errno.EISDIR: "ist ein Ordner und keine Datei",
    errno.ENOTDIR: "gibt es nicht",
}


def read_source(source: str, allow_private: frozenset[str]) -> ParsedFeed:
    """Read a feed from an address or a file. Raises: Refused naming the source and the reason."""
    try:
        if source.lower().startswith(("http://", "https://")):
            return previewing.read_address(source, allow_private)
        body = read_bytes(source, MAX_BYTES)
    except FetchFailed as error:
        raise Refused(f"{source}: {error.text}", code="feed.unreachable") from error
    except Refused as error:
        text = error.text if error.code == "file" else f"{source}: {error.text}"
        raise Refused(text, code=error.code) from error
    try:
        return previewing.read_body(body)
    except Refused as error:
        raise Refused(f"{source}: {error.text}", code=error.code) from error


def read_text(path: str) -> str:
    """Return a file's text, or what stands on standard input for ``-``. Raises: Refused."""
    data = read_bytes(path, _LONGEST_TEXT)
    if len(data) > _LONGEST_TEXT:
        raise Refused(f"{path}: Die Datei ist größer als {_LONGEST_TEXT // 1_000_000} MB.", code="file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: Die Datei ist kein Text in UTF-8.", code="file") from error


def read_bytes(path: str, most: int) -> bytes:
    """Return a file's first bytes, one more than ``most`` where there are more. Raises: Refused."""
    if path == "-":
        return sys.stdin.buffer.read(most + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"ist nicht lesbar ({error.strerror})")
        raise Refused(f"{path}: Die Datei {reason}.", code="file") from error
    except ValueError as error:
        raise Refused("Das ist kein brauchbarer Dateiname.", code="file") from error
