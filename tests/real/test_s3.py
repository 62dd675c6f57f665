"""Media in S3-compatible storage, against a real server from npm, over the wire.

Needs node and ``npm install s3rver`` in a folder, whose path is in ``S3RVER``. What it does not prove: that a forged
signature is refused, for this server reads a signed address's time and not its signature. That the signature is the
protocol's is proved in ``tests/unit/media/test_bucket.py``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from distributor import bootstrap, settings
from distributor.media.bucket import Bucket, BucketTrouble
from distributor.media.cache import MediaCache
from tests.support.films import film


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running server's address, with one bucket."""
    folder, node = os.environ.get("S3RVER", ""), shutil.which("node")
    program = Path(folder) / "node_modules" / "s3rver" / "bin" / "s3rver.js"
    if not folder or not node or not program.is_file():
        pytest.skip("S3RVER names no folder with s3rver from npm, or there is no node")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    data = tmp_path_factory.mktemp("s3")
    arguments = [node, str(program), "-d", str(data), "-a", "127.0.0.1", "-p", str(port)]
    with (data / "log").open("wb") as log:
        child = subprocess.Popen([*arguments, "--configure-bucket", "medien"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, (data / "log").read_text()
                child_ended = child.poll()
                assert child_ended is None, (data / "log").read_text()
                time.sleep(0.05)  # a server gives no other sign that it is there
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def bucket(storage: str) -> Bucket:
    """The bucket as an operator would set it."""
    return Bucket("medien", endpoint=storage, access_key="S3RVER", secret_key="S3RVER")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", size=(320, 180), seconds=2.0).read_bytes()


def test_a_film_is_read_in_ranges_at_its_signed_address(bucket: Bucket, clip: bytes, tmp_path: Path) -> None:
    name = MediaCache(tmp_path, bucket).put(clip, "video/mp4")
    url = bucket.url(name, timedelta(minutes=5))
    whole = requests.get(url, timeout=5)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "video/mp4")
    assert whole.content == clip
    part = requests.get(url, headers={"Range": "bytes=100-199"}, timeout=5)
    assert (part.status_code, part.content) == (206, clip[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(clip)}"


def test_a_signed_address_expires_and_carries_no_secret(bucket: Bucket, clip: bytes, tmp_path: Path) -> None:
    name = MediaCache(tmp_path, bucket).put(clip, "video/mp4")
    url = bucket.url(name, timedelta(minutes=5))
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y%m%dT%H%M%SZ}"
    old = requests.get(re.sub(r"X-Amz-Date=\w+", f"X-Amz-Date={yesterday}", url), timeout=5)
    assert (old.status_code, "expired" in old.text) == (403, True)
    assert "X-Amz-Expires=604800" in bucket.url(name, timedelta(days=30))
    other = replace(bucket, secret_key="ein-langes-geheimnis").url(name, timedelta(minutes=5))
    assert "ein-langes-geheimnis" not in other
    assert other.partition("X-Amz-Signature=")[2] != url.partition("X-Amz-Signature=")[2]


def test_two_hosts_share_their_files(bucket: Bucket, clip: bytes, tmp_path: Path) -> None:
    here, there = MediaCache(tmp_path / "hier", bucket), MediaCache(tmp_path / "dort", bucket)
    name = here.put(clip, "video/mp4")
    assert there.read(name) == clip
    here.remove(name)
    assert not bucket.has(name)
    here.remove(name)


def test_a_large_file_goes_in_pieces_and_comes_back_whole(bucket: Bucket, tmp_path: Path) -> None:
    head = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
    large = head + os.urandom(1 << 20) * 14
    part = tmp_path / "gross"
    cache = MediaCache(tmp_path / "hier", bucket)
    part = cache.workshop() / "gross.mp4"
    part.write_bytes(large)
    name = cache.take(part, "video/mp4")
    assert name == hashlib.sha256(large).hexdigest()
    assert MediaCache(tmp_path / "dort", bucket).read(name) == large
    assert name in set(bucket.lying(datetime.now(UTC) + timedelta(hours=1)))


def test_a_bucket_that_is_not_there_is_said_and_nothing_is_kept(storage: str, clip: bytes, tmp_path: Path) -> None:
    wrong = Bucket("gibtesnicht", endpoint=storage, access_key="S3RVER", secret_key="S3RVER")
    cache = MediaCache(tmp_path, wrong)
    with pytest.raises(BucketTrouble):
        cache.put(clip, "video/mp4")
    assert not cache.path(hashlib.sha256(clip).hexdigest()).exists()


def test_the_settings_make_the_bucket(storage: str, clip: bytes, tmp_path: Path) -> None:
    secret = tmp_path / "schluessel"
    secret.write_text("S3RVER\n", encoding="ascii")
    deps = bootstrap.build(
        settings.load(
            {
                "DISTRIBUTOR_DATA_DIR": str(tmp_path / "daten"),
                "DISTRIBUTOR_S3_BUCKET": "medien",
                "DISTRIBUTOR_S3_ENDPOINT": f"{storage}/",
                "DISTRIBUTOR_S3_ACCESS_KEY": "S3RVER",
                "DISTRIBUTOR_S3_SECRET_KEY_FILE": str(secret),
            }
        )
    )
    name = deps.cache.put(clip, "video/mp4")
    assert deps.cache.bucket is not None
    assert deps.cache.bucket.has(name)
    assert "S3RVER" not in repr(deps.settings)
    deps.store.close()
