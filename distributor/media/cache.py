"""The files we keep, each under the SHA-256 of its content. What a file belongs to is the store's business.

Several processes may write at once: a file appears whole or not at all, and the same content is the same file. With a
bucket, that is where the files are kept, for all hosts; what lies on this one is a copy to work with.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import datetime
from pathlib import Path

from distributor.domain import Refused
from distributor.media.bucket import Bucket, BucketTrouble
from distributor.media.sniff import sniff

_NAME = re.compile(r"[0-9a-f]{64}")
_HEAD = 65_536


class MediaCache:
    """Content-addressed files below ``root``: ``ab/abcdef…``. What calls the bucket raises BucketTrouble."""

    def __init__(self, root: Path, bucket: Bucket | None = None) -> None:
        self.root = root
        self.bucket = bucket
        self._seen: dict[str, tuple[int, int, int]] = {}

    def put(self, data: bytes, mime: str) -> str:
        """Keep the bytes and return their SHA-256.

        Raises: Refused if the bytes are not what ``mime`` says, because the kept files are served in public.
        """
        _check_type(data, mime)
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        # Another size is a file that some other program cut: written again, it is whole.
        if not path.is_file() or path.stat().st_size != len(data):
            _write(path, data)
            self._hand_on(sha256, mime)
        return sha256

    def take(self, file: Path, mime: str) -> str:
        """Keep a file that lies in :meth:`workshop`, which moves, and return its SHA-256.

        Raises: Refused if it is not what ``mime`` says.
        """
        with file.open("rb") as opened:
            _check_type(opened.read(_HEAD), mime)
            opened.seek(0)
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            os.fchmod(opened.fileno(), 0o640)
            os.fsync(opened.fileno())
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        file.replace(path)
        _sync_folder(path.parent)
        self._hand_on(sha256, mime)
        return sha256

    def _hand_on(self, sha256: str, mime: str) -> None:
        """Lay a new file into the bucket; one that cannot be is not kept here either, so that it is tried again."""
        if self.bucket is None:
            return
        try:
            self.bucket.put(sha256, self.path(sha256), mime)
        except BaseException:
            self.path(sha256).unlink(missing_ok=True)
            raise

    def workshop(self) -> Path:
        """Return the folder for files that are not whole yet, on the same disk."""
        folder = self.root / "in-work"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def read(self, sha256: str) -> bytes:
        """Return the file's bytes, checked against their name. Raises: Refused if it is missing or was altered."""
        data = self.local(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Refused(
                f"Die Datei {sha256[:12]}… im Medienspeicher ist beschädigt; bitte die Medien neu abrufen.",
                code="media.altered",
            )
        return data

    def local(self, sha256: str) -> Path:
        """Return where the file lies on this host, fetched here if it has to be. Raises: Refused if it is missing."""
        path = self.path(sha256)
        if path.is_file() or self._fetched(sha256):
            return path
        raise Refused(
            f"Die Datei {sha256[:12]}… fehlt im Medienspeicher; bitte die Medien neu abrufen.", code="media.missing"
        )

    def _fetched(self, sha256: str) -> bool:
        """Fetch the file from the bucket; what is not what its name says is not taken."""
        if self.bucket is None:
            return False
        handle, name = tempfile.mkstemp(dir=self.workshop(), prefix="from-bucket-")
        os.close(handle)
        part = Path(name)
        try:
            if not self.bucket.fetch(sha256, part):
                return False
            with part.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    return False
                os.fchmod(file.fileno(), 0o640)
            path = self.path(sha256)
            path.parent.mkdir(parents=True, exist_ok=True)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return True

    def path(self, sha256: str) -> Path:
        """Return where the file lies or would lie. Raises: ValueError unless the name is 64 small hex digits."""
        if not _NAME.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
        return self.root / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Tell whether the file is kept."""
        return self.path(sha256).is_file() or (self.bucket is not None and self.bucket.has(sha256))

    def intact(self, sha256: str) -> bool:
        """Tell whether the file is kept and holds what its name says; one that nobody touched since is read once.

        What another host has taken out of the bucket is kept no more, whatever lies here.
        """
        if self.bucket is not None and not self.bucket.has(sha256):
            return False
        try:
            with self.local(sha256).open("rb") as file:
                stat = os.fstat(file.fileno())
                mark = (stat.st_ino, stat.st_size, stat.st_ctime_ns)
                if self._seen.get(sha256) != mark:
                    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                        return False
                    self._seen[sha256] = mark
        except BucketTrouble:
            raise
        except (FileNotFoundError, Refused):
            return False
        return True

    def remove(self, sha256: str) -> None:
        """Delete the file; one that is not there is no error."""
        self.path(sha256).unlink(missing_ok=True)
        if self.bucket is not None:
            self.bucket.remove(sha256)

    def lying(self, before: datetime) -> set[str]:
        """Return the names of all files that were laid here, or into the bucket, before a moment."""
        young = before.timestamp()
        found = {path.name for path in self.root.glob("??/*") if path.is_file() and path.stat().st_mtime < young}
        return found | set(self.bucket.lying(before) if self.bucket is not None else ())


def _check_type(data: bytes, mime: str) -> None:
    found = "text/vtt" if data.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") else sniff(data).mime
    if found != mime:
        raise Refused(
            f"Die Mediendatei ist vom Typ {found} und nicht {mime}; bitte die Datei im Portal prüfen.",
            code="media.other_type",
        )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o640)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
