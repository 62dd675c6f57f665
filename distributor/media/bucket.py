"""Kept files in S3-compatible storage: put there whole, fetched back whole, given out by signed addresses that expire.

``obstore`` speaks the protocol: one wheel, typed, with nothing of Amazon's own in it. It is loaded only where a bucket
is set. Whatever goes wrong on the way is one :class:`BucketTrouble`: try again later, nothing is lost.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from distributor.domain import Refused

if TYPE_CHECKING:
    from obstore.store import S3Store

LONGEST = timedelta(days=7)
"""No signed address lives longer. Source: AWS, Signature Version 4, query parameter X-Amz-Expires,
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, as read 2026-11-30."""

_PIECE = 1 << 20


class BucketTrouble(Refused):
    """The storage did not answer, or refused us: to be tried again. ``detail`` is its own wording, without keys."""

    def __init__(self, detail: str) -> None:
        text = "Der Medienspeicher (S3) antwortet nicht oder lehnt ab; bitte den Betrieb verständigen."
        super().__init__(text, code="media.bucket")
        self.detail = detail


@dataclass(frozen=True)
class Bucket:
    """One bucket. ``endpoint`` is the storage's address, where it is not Amazon's own."""

    name: str
    endpoint: str = ""
    region: str = "eu-central-1"
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)

    @cached_property
    def _store(self) -> S3Store:
        from obstore.store import S3Store  # noqa: PLC0415 - 16 MB that hosts with local files need not touch

        plain = self.endpoint.startswith("http://")
        options: dict[str, Any] = {"timeout": "120s", "connect_timeout": "10s", "allow_http": plain}
        elsewhere: dict[str, Any] = {"endpoint": self.endpoint} if self.endpoint else {}
        return S3Store(
            self.name,
            **elsewhere,
            region=self.region,
            access_key_id=self.access_key,
            secret_access_key=self.secret_key,
            virtual_hosted_style_request=not self.endpoint,
            client_options=cast("Any", options),
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
        )

    def put(self, name: str, file: Path, mime: str) -> None:
        """Lay a file there, with its type. Raises: BucketTrouble."""
        with _trouble():
            self._store.put(_key(name), file, attributes={"Content-Type": mime})

    def fetch(self, name: str, target: Path) -> bool:
        """Write a file to ``target``; False if there is none. Raises: BucketTrouble."""
        with _trouble():
            try:
                found = self._store.get(_key(name))
            except FileNotFoundError:
                return False
            with target.open("wb") as file:
                for piece in found.stream(min_chunk_size=_PIECE):
                    file.write(memoryview(piece))
                file.flush()
                os.fsync(file.fileno())
            return True

    def has(self, name: str) -> bool:
        """Tell whether a file lies there. Raises: BucketTrouble."""
        with _trouble():
            try:
                self._store.head(_key(name))
            except FileNotFoundError:
                return False
            return True

    def remove(self, name: str) -> None:
        """Delete a file; one that is not there is no error. Raises: BucketTrouble."""
        with _trouble():
            try:
                self._store.delete(_key(name))
            except FileNotFoundError:
                return

    def lying(self, before: datetime) -> Iterator[str]:
        """Yield the files that were laid there before a moment. Raises: BucketTrouble."""
        with _trouble():
            for some in self._store.list():
                yield from (each["path"].rpartition("/")[2] for each in some if each["last_modified"] < before)

    def url(self, name: str, lives: timedelta) -> str:
        """Return an address that everybody may read for so long, in whole or in ranges. Calls nobody."""
        from obstore import sign  # noqa: PLC0415 - as above

        with _trouble():
            return str(sign(self._store, "GET", _key(name), min(lives, LONGEST)))


def _key(name: str) -> str:
    """Spread the files over folders, as they lie on a disk."""
    return f"{name[:2]}/{name}"


@contextmanager
def _trouble() -> Iterator[None]:
    """Turn whatever the library raises into one error, cut to what it says first: what follows are its own insides."""
    from obstore.exceptions import BaseError  # noqa: PLC0415 - as above

    try:
        yield
    except (BaseError, OSError) as error:
        raise BucketTrouble(str(error).partition("\n")[0][:300]) from None
