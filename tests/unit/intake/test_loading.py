"""A large file comes piece by piece, over a connection that breaks, and only the same file is gone on with."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from distributor.fetching import FetchFailed, FetchRefused, Loaded, load

FILE = bytes(range(256)) * 2000


@dataclass
class Server:
    """A host with one file: what it says of it, after how many bytes it breaks off, and what it was asked."""

    base: str = ""
    data: bytes = FILE
    etag: str = '"eins"'
    breaks_after: int | None = None
    ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def host() -> Iterator[Server]:
    held = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given, same = self.headers.get("Range", ""), self.headers.get("If-Range", "")
            held.asked.append((given, same))
            match = re.fullmatch(r"bytes=(\d+)-", given)
            start = int(match[1]) if match and held.ranges and same == held.etag else 0
            body = held.data[start:]
            self.send_response(206 if start else 200)
            self.send_header("ETag", held.etag)
            self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(held.data) - 1}/{len(held.data)}")
            self.end_headers()
            self.wfile.write(body[: held.breaks_after])
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    held.base = f"http://127.0.0.1:{server.server_port}/film.mp4"
    yield held
    server.shutdown()
    server.server_close()


def get(host: Server, part: Path, most: int = 10_000_000) -> Loaded:
    return load(host.base, part, allow_private={"127.0.0.1"}, max_bytes=most)


def test_a_broken_transfer_is_gone_on_with(host: Server, tmp_path: Path) -> None:
    part = tmp_path / "film.part"
    host.breaks_after = 200_000
    with pytest.raises(FetchFailed, match="brach ab"):
        get(host, part)
    come = part.stat().st_size
    assert 0 < come <= 200_000
    host.breaks_after = None
    assert get(host, part).etag == '"eins"'
    assert part.read_bytes() == FILE
    assert host.asked == [("", ""), (f"bytes={come}-", '"eins"')]


def test_a_file_that_changed_meanwhile_begins_anew(host: Server, tmp_path: Path) -> None:
    part = tmp_path / "film.part"
    host.breaks_after = 200_000
    with pytest.raises(FetchFailed):
        get(host, part)
    host.breaks_after, host.data, host.etag = None, FILE[::-1], '"zwei"'
    get(host, part)
    assert part.read_bytes() == FILE[::-1]


@pytest.mark.parametrize("change", [{"ranges": False}, {"etag": 'W/"weich"'}])
def test_a_host_that_cannot_go_on_sends_all_of_it_again(
    host: Server, tmp_path: Path, change: dict[str, object]
) -> None:
    for name, value in change.items():
        setattr(host, name, value)
    part = tmp_path / "film.part"
    host.breaks_after = 100_000
    with pytest.raises(FetchFailed):
        get(host, part)
    host.breaks_after = None
    get(host, part)
    assert part.read_bytes() == FILE


def test_more_than_allowed_is_refused_also_in_pieces(host: Server, tmp_path: Path) -> None:
    part = tmp_path / "film.part"
    with pytest.raises(FetchRefused, match="größer als erlaubt"):
        get(host, part, most=len(FILE) - 1)
    host.breaks_after = 300_000
    with pytest.raises(FetchFailed):
        get(host, part)
    host.breaks_after = None
    with pytest.raises(FetchRefused, match="größer als erlaubt"):
        get(host, part, most=len(FILE) - 1)


def test_our_own_network_is_not_asked(host: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchRefused, match="im eigenen Netz"):
        load(host.base, tmp_path / "film.part", max_bytes=1000)
    assert not host.asked
