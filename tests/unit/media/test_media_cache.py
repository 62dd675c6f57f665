"""Files by content."""

from __future__ import annotations

import hashlib
import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.domain import Refused
from distributor.media.cache import MediaCache

JPEG = b"\xff\xd8\xff\xe0 so beginnt ein JPEG"


def files_of(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def put_many(root: str, start: int) -> None:
    cache = MediaCache(Path(root))
    for number in range(40):
        cache.put(JPEG + bytes([(start + number) % 40]) * 50_000, "image/jpeg")


def test_a_file_lies_under_its_hash_and_is_read_back(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path / "medien")
    sha256 = cache.put(JPEG, "image/jpeg")
    assert sha256 == hashlib.sha256(JPEG).hexdigest()
    assert cache.path(sha256) == tmp_path / "medien" / sha256[:2] / sha256
    assert cache.read(sha256) == JPEG
    assert cache.has(sha256)


def test_the_same_content_is_the_same_file_and_is_not_written_twice(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path)
    sha256 = cache.put(JPEG, "image/jpeg")
    before = cache.path(sha256).stat()
    assert cache.put(JPEG, "image/jpeg") == sha256
    after = cache.path(sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert files_of(tmp_path) == [sha256]


def test_a_removed_file_is_gone_and_removing_it_again_is_no_error(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path)
    sha256 = cache.put(JPEG, "image/jpeg")
    cache.remove(sha256)
    cache.remove(sha256)
    assert not cache.has(sha256)
    with pytest.raises(Refused) as refusal:
        cache.read(sha256)
    assert refusal.value.code == "media.missing"


def test_an_altered_file_is_never_handed_out(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path)
    sha256 = cache.put(JPEG, "image/jpeg")
    cache.path(sha256).write_bytes(JPEG.replace(b"so", b"SO"))
    with pytest.raises(Refused) as refusal:
        cache.read(sha256)
    assert refusal.value.code == "media.altered"


def test_a_file_that_was_cut_is_made_whole_by_putting_it_again(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path)
    sha256 = cache.put(JPEG, "image/jpeg")
    cache.path(sha256).write_bytes(JPEG[:5])
    assert cache.put(JPEG, "image/jpeg") == sha256
    assert cache.read(sha256) == JPEG


@pytest.mark.parametrize(
    ("data", "mime", "code"),
    [
        (b"<html><script>alert(1)</script>", "image/jpeg", "media.html"),
        (JPEG, "image/png", "media.other_type"),
        (JPEG, "text/html", "media.other_type"),
        (b"", "image/jpeg", "media.empty"),
    ],
)
def test_bytes_that_are_not_what_they_are_called_are_not_kept(
    tmp_path: Path, data: bytes, mime: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        MediaCache(tmp_path).put(data, mime)
    assert refusal.value.code == code
    assert files_of(tmp_path) == []


def test_captions_are_kept_too(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path)
    captions = "WEBVTT\n\n00:00.000 --> 00:02.000\nGrüße aus der Werkstatt\n".encode()
    assert cache.read(cache.put(captions, "text/vtt")) == captions


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "ab/" + "c" * 61]
)
def test_only_hashes_are_names(tmp_path: Path, name: str) -> None:
    cache = MediaCache(tmp_path)
    for ask in (cache.path, cache.read, cache.has, cache.remove):
        with pytest.raises(ValueError, match="SHA-256"):
            ask(name)


@given(st.text(max_size=80))
def test_no_name_leads_out_of_the_cache(name: str) -> None:
    root = Path("/srv/medien")
    try:
        path = MediaCache(root).path(name)
    except ValueError:
        return
    assert path.parent.parent == root
    assert path.resolve() == path


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_everything_put_is_read_back_and_nothing_else_lies_there(tmp_path_factory, contents: list[bytes]) -> None:
    root = tmp_path_factory.mktemp("cache")
    cache = MediaCache(root)
    kept = {cache.put(JPEG + content, "image/jpeg"): JPEG + content for content in contents}
    assert {sha256: cache.read(sha256) for sha256 in kept} == kept
    assert files_of(root) == sorted(kept)


def test_several_processes_may_put_the_same_files_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=put_many, args=(str(tmp_path), start)) for start in (0, 7)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    names = files_of(tmp_path)
    assert len(names) == 40
    assert all(MediaCache(tmp_path).read(name) for name in names)


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        MediaCache(tmp_path).put(JPEG, "image/jpeg")
    assert files_of(tmp_path) == []
