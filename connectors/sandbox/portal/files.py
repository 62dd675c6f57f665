"""The files below ``/media/``: drawn pictures, the sample video with its captions, and what a test has put there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from threading import Lock

from connectors.sandbox.portal.pictures import DRAWINGS, draw

_BESIDE = ("clip.mp4", "clip.vtt")
_MIMES = {".jpg": "image/jpeg", ".png": "image/png", ".mp4": "video/mp4", ".vtt": "text/vtt; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class File:
    """A file's bytes and the type it is served as."""

    data: bytes
    mime: str


def mime_of(name: str) -> str:
    """Return the type that a name's ending stands for."""
    return _MIMES.get(PurePath(name).suffix, "application/octet-stream")


class Files:
    """Files by name, each drawn or read once. Safe for several threads."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._lock = Lock()

    def read(self, name: str) -> File:
        """Return a file. Raises: KeyError for a name that is not served."""
        with self._lock:
            if name not in self._files:
                self._files[name] = _made(name)
            return self._files[name]

    def put(self, name: str, file: File) -> None:
        """Serve a file under a name from now on, be the name new or not."""
        with self._lock:
            self._files[name] = file


def _made(name: str) -> File:
    if name in DRAWINGS:
        return File(draw(name), mime_of(name))
    if name in _BESIDE:
        return File(Path(__file__).with_name(name).read_bytes(), mime_of(name))
    raise KeyError(name)
