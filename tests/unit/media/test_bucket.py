"""The media cache with a bucket behind it: what one host keeps, every host has; what fails is tried again."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

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


def signed(url: str, secret: str) -> str:
    """Work a presigned address's signature out as AWS's document says (Signature Version 4, query string)."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    day, region = query["X-Amz-Credential"].split("/")[1:3]
    rest = {name: value for name, value in query.items() if name != "X-Amz-Signature"}
    asked = "&".join(f"{quote(name, safe='')}={quote(rest[name], safe='')}" for name in sorted(rest))
    request = f"GET\n{parts.path}\n{asked}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("endpoint", ["https://s3.speicher.example", "http://127.0.0.1:9000", ""])
def test_an_address_is_signed_as_the_protocol_says_and_lives_as_long_as_asked(endpoint: str) -> None:
    bucket = Bucket("medien", endpoint=endpoint, access_key="zugang", secret_key="geheim/mit+zeichen")
    url = bucket.url(NAME, timedelta(hours=26))
    query = dict(parse_qsl(urlsplit(url).query))
    assert query["X-Amz-Signature"] == signed(url, "geheim/mit+zeichen")
    assert query["X-Amz-Signature"] != signed(url, "ein anderes")
    assert query["X-Amz-Expires"] == str(26 * 3600)
    assert NAME in urlsplit(url).path
    assert (urlsplit(url).netloc == urlsplit(endpoint).netloc) is bool(endpoint)
