"""Files as people really upload them, and as somebody does who means harm: each says at its item what is wrong with it,
or is made right, and no other item notices."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from distributor.domain import FeedItem, FeedMedium
from distributor.services import films, media, tailoring, taking_in, views
from tests.support.films import film, frame_at
from tests.support.world import SETUP, World

RED = (200, 30, 30)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *more: bytes, bits: int = 1) -> bytes:
    """A grey PNG of any size, whose pixels are all there and weigh next to nothing."""
    row = b"\0" * (1 + -(-width * bits // 8))
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(more) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to a hundred megabytes."""
    return png(64, 64, chunk(b"zTXt", b"Kommentar\0\0" + zlib.compress(b"\0" * 100_000_000, 9)))


@dataclass(frozen=True)
class Bad:
    """A file, as what it is served, what it is to the item, and what the item says of it."""

    make: Callable[[Path], bytes]
    served: str
    kind: str
    says: str


def written(**how: Any) -> Callable[[Path], bytes]:
    return lambda folder: film(folder / "film.mp4", size=(160, 90), seconds=1.2, **how).read_bytes()


def half(folder: Path) -> bytes:
    whole = film(folder / "film.mp4", size=(320, 180), seconds=4).read_bytes()
    return whole[: len(whole) // 2]


BAD = {
    "truncated": Bad(half, "video/mp4", "video", "beschädigt oder unvollständig"),
    "200 megapixels": Bad(lambda _: png(20_000, 10_000), "image/png", "image", "mehr als 64 Megapixel"),
    "pixel bomb": Bad(lambda _: png(60_000, 60_000)[:4000], "image/png", "image", "mehr als 64 Megapixel"),
    "text bomb": Bad(lambda _: text_bomb(), "image/png", "image", "beschädigt oder unvollständig"),
    "sound only": Bad(written(pictures=False), "video/mp4", "video", "nur Ton und kein Bild"),
    "hdr": Bad(written(trc=16), "video/mp4", "video", "HDR"),
    "empty video": Bad(lambda _: b"", "video/mp4", "video", "leer"),
    "empty picture": Bad(lambda _: b"", "image/jpeg", "image", "leer"),
    "too short": Bad(
        lambda folder: film(folder / "f.mp4", size=(160, 90), seconds=0.2).read_bytes(),
        "video/mp4",
        "video",
        "kürzer als eine halbe Sekunde",
    ),
    "svg with script": Bad(
        lambda _: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "image/png",
        "image",
        "SVG-Grafiken",
    ),
    "svg called a video": Bad(lambda _: b"<?xml version='1.0'?><svg/>", "video/mp4", "video", "SVG-Grafiken"),
    "page called a picture": Bad(
        lambda _: b"<!doctype html><title>404</title>", "image/jpeg", "image", "eine Internetseite"
    ),
    "picture called a video": Bad(lambda _: png(64, 64), "video/mp4", "video", "ist ein Bild und kein Video"),
}


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world with one good item."""
    made = make_world(organisations=("fulda",), channels=("instagram", "x"))
    for entry in made.portal.lists():
        made.portal.removes(entry["id"])
    out = io.BytesIO()
    Image.new("RGB", (600, 600), RED).save(out, "PNG")
    takes_in(made, "Der Nachbar", out.getvalue(), "image/png", "image")
    return made


def takes_in(world: World, title: str, data: bytes, served: str, kind: str) -> int:
    url = world.portal.prints(f"{title.replace(' ', '-')}.bin", data, served)
    told = {"video": "video/mp4", "image": "image/jpeg"}[kind]
    medium = FeedMedium(url, "video" if kind == "video" else "image", mime=told, alt="Eine Werkstatt")
    item = FeedItem(guid="", title=title, link="https://portal.example/n", text="Ein Satz.", media=(medium,))
    number = taking_in.add_item(world.deps, SETUP, item, world.clock.now())
    tailoring.tailor_stale(world.deps, world.clock.now())
    media.fetch_pending(world.deps, world.clock.now)
    tailoring.tailor_stale(world.deps, world.clock.now())
    while films.make_next(world.deps, world.clock.now):
        tailoring.tailor_stale(world.deps, world.clock.now())
    return number


def blocked(world: World, item: int) -> dict[str, str]:
    """Return what stands in the way of the item's posts because of their media, by channel."""
    return {
        post["channel"]: " ".join(found)
        for post in world.posts(item_id=item)
        if (found := [each["text"] for each in post["problems"] if each["rule"] in ("media.refused", "media.in_work")])
    }


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_used_says_why_and_harms_no_other_item(world: World, tmp_path: Path, name: str) -> None:
    bad = BAD[name]
    neighbour = world.posts()[0]["item"]
    number = takes_in(world, "Der Fehler", bad.make(tmp_path), bad.served, bad.kind)

    [medium] = views.item_show(world.deps, number)["media"]
    assert medium["state"] == "refused"
    assert bad.says in medium["trouble"]
    said = blocked(world, number)
    assert sorted(said) == ["instagram", "x"]
    assert all(bad.says in text for text in said.values())

    later = takes_in(
        world, "Noch ein Nachbar", world.deps.cache.read(_first_picture(world, neighbour)), "image/png", "image"
    )
    assert not blocked(world, neighbour)
    assert not blocked(world, later)
    assert not [each for each in world.deps.cache.workshop().iterdir() if each.suffix == ".part"]


def _first_picture(world: World, item: int) -> str:
    found: str = views.item_show(world.deps, item)["media"][0]["sha256"]
    return found


GOOD = {
    "variable frame rate": written(times=lambda number: number + number // 5 * 3),
    "odd size": lambda folder: film(folder / "f.mp4", size=(161, 91), seconds=1.2).read_bytes(),
    "silent": written(loud=None),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_merely_odd_is_made_right(world: World, tmp_path: Path, name: str) -> None:
    number = takes_in(world, "Etwas schief", GOOD[name](tmp_path), "application/octet-stream", "video")
    # The feed calls it a video; what the host calls it counts for nothing.
    [medium] = views.item_show(world.deps, number)["media"]
    assert (medium["state"], medium["mime"]) == ("ready", "video/mp4"), medium["trouble"]
    [post] = [post for post in world.posts(item_id=number) if post["channel"] == "x"]
    [shown] = post["media"]
    path = world.deps.cache.path(shown["sha256"])
    picture = frame_at(path, 0.5)
    assert picture.size == (1280, 720)
    assert all(abs(one - other) < 40 for one, other in zip(picture.getpixel((300, 360)), RED, strict=True))
