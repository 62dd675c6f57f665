"""The media cache with a bucket behind it: what one host keeps, every host has; what fails is tried again."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from distributor.domain import Refused
from distributor.media.bucket import Bucket, BucketTrouble
from distributor.media.cache import MediaCache

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
NAME = hashlib.sha256(PNG).hexdigest()


@pytest.fixture
def bucket() -> Bucket:
    """A bucket whose storage is this process's memory."""
    made = Bucket("medien")
    made.__dict__["_store"] = MemoryStore()
    return made


@pytest.fixture
def away() -> Bucket:
    """A bucket whose storage nobody answers for."""
    return Bucket("medien", endpoint="http://127.0.0.1:9", access_key="zugang", secret_key="geheim")


def test_what_one_host_keeps_another_reads(bucket: Bucket, tmp_path: Path) -> None:
    here, there = MediaCache(tmp_path / "hier", bucket), MediaCache(tmp_path / "dort", bucket)
    assert here.put(PNG, "image/png") == NAME
    assert there.has(NAME)
    assert not there.path(NAME).exists()
    assert there.read(NAME) == PNG
    assert there.intact(NAME)
    assert there.local(NAME).stat().st_mode & 0o777 == 0o640
    assert not list(there.workshop().iterdir())


def test_a_finished_film_is_handed_on_too(bucket: Bucket, tmp_path: Path) -> None:
    here = MediaCache(tmp_path / "hier", bucket)
    part = here.workshop() / "film.mp4"
    part.write_bytes(PNG)
    assert here.take(part, "image/png") == NAME
    assert MediaCache(tmp_path / "dort", bucket).read(NAME) == PNG


def test_a_removed_file_is_gone_everywhere_and_removing_it_again_is_no_error(bucket: Bucket, tmp_path: Path) -> None:
    here = MediaCache(tmp_path / "hier", bucket)
    here.put(PNG, "image/png")
    there = MediaCache(tmp_path / "anderswo", bucket)
    assert there.read(NAME) == PNG
    here.remove(NAME)
    here.remove(NAME)
    assert not bucket.has(NAME)
    assert there.path(NAME).exists()
    assert not there.intact(NAME), "nobody is given what was withdrawn on another host"
    with pytest.raises(Refused) as refused:
        MediaCache(tmp_path / "dort", bucket).read(NAME)
    assert refused.value.code == "media.missing"


def test_what_was_exchanged_in_the_bucket_is_not_taken(bucket: Bucket, tmp_path: Path) -> None:
    forged = tmp_path / "falsch"
    forged.write_bytes(b"etwas anderes")
    bucket.put(NAME, forged, "image/png")
    cache = MediaCache(tmp_path / "dort", bucket)
    assert not cache.intact(NAME)
    with pytest.raises(Refused) as refused:
        cache.read(NAME)
    assert refused.value.code == "media.missing"


def test_what_lies_there_and_here_is_swept_together(bucket: Bucket, tmp_path: Path) -> None:
    here, there = MediaCache(tmp_path / "hier", bucket), MediaCache(tmp_path / "dort", bucket)
    here.put(PNG, "image/png")
    assert there.lying(datetime.now(UTC) + timedelta(minutes=1)) == {NAME}
    old = time.time() - 7200
    os.utime(here.path(NAME), (old, old))
    assert here.lying(datetime.now(UTC) - timedelta(hours=1)) == {NAME}
    assert there.lying(datetime.now(UTC) - timedelta(hours=1)) == set()


def test_without_the_storage_nothing_is_kept_by_halves(away: Bucket, tmp_path: Path) -> None:
    cache = MediaCache(tmp_path, away)
    with pytest.raises(BucketTrouble) as trouble:
        cache.put(PNG, "image/png")
    assert trouble.value.code == "media.bucket"
    assert not cache.path(NAME).exists(), "else nobody would try to hand it on again"
    for ask in (cache.read, cache.has, cache.intact, cache.remove):
        with pytest.raises(BucketTrouble):
            ask(NAME)


def test_no_key_is_told(away: Bucket) -> None:
    with pytest.raises(BucketTrouble) as trouble:
        away.has(NAME)
    told = f"{trouble.value} {trouble.value.detail} {away!r}"
    assert "geheim" not in told
    assert "zugang" not in told
    assert "\n" not in trouble.value.detail


def test_a_local_cache_asks_nobody(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path)
    cache.put(PNG, "image/png")
    assert cache.lying(datetime.now(UTC) + timedelta(minutes=1)) == {NAME}
    assert not cache.has("ab" * 32)
