"""Our count for X against X's own library on made-up texts of every kind.

Needs node and the library: ``npm install twitter-text@3.1.0`` in a folder, whose path is in ``TWITTER_TEXT``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import pytest
import regex

from connectors import _links
from connectors._x_text import urls, weighted_length

PROGRAM = """
const library = require("twitter-text");
const { parseTweet, extractUrls } = library.default ?? library;
for (const line of require("fs").readFileSync(0, "utf-8").split("\\n").filter(Boolean)) {
  const text = JSON.parse(line);
  console.log(JSON.stringify([parseTweet(text).weightedLength, extractUrls(text.normalize("NFC"))]));
}
"""
TOPS = (Path(_links.__file__).parent / "_top_level_domains.txt").read_text("utf-8").split()
YOUNGER_THAN_WE = frozenset("\ua7dc")
"""Letters whose case our Python (Unicode 14) does not know and node (Unicode 15 and later) does."""

PROSE = (
    "Ausbildung, Jugendberufsagentur; z. B. d.h. (Straße) Grüße – „Komm vorbei!“ ‚ja‘ »so« § 16 SGB II … 14.30 Uhr "
    "1.000 € 50 % Bürger:innen Schüler*innen Kolleg_innen usw. Nr. 5 a.m. o.ä. GmbH&Co.KG 3.5km v1.2.3"
)
SIGNS = list(" \n\t.,;:!?…-–—_/\\'\"`´„“()[]{}<>@#$%&*+=~^|§°€¢¿×÷")
ODD = list(
    "\r\x00\x07\x7f\x85\xa0\xad\u061c\u180e\u2003\u200b\u200d\u200e\u2010\u2018\u2028\u2029\u202a\u202f\u2032\u2060\u2066"
    "\u20e3\u2122\u3000\u3002\uff0e\uff61\ufe0f\ufeff\ufffd\uffff＠＃\u0308\u0301\u0345\u0399ιſKıİßẞŉ\u2c65\u1c80ᲒῼǅⓐѠҚ"
)
CJK = list("日本語中国한국台灣テストのあいう嘉里大酒店みんな，。")
HOSTS = "koeln köln www.jobcenter-köln kjc a b1 x_y -a a- xn--kln-sna xn--a xn-- ex_a.b 1 12.30 日本 مثال тест t"
ENDS = "de com nrw bund koeln org t.co co.uk uk example local net info рф みんな 中国 中國 xn--p1ai museum internal"
PATHS = [
    "/",
    "/a",
    "/ä/ö",
    "/A_(B)",
    "/A_(B_(C))",
    "/((a))",
    "/a(",
    "/a.b.",
    "/@a/",
    "/a,b;c:",
    "/Русские",
    "/日",
    "/x-",
    "/~a+%20",
]
QUERIES = ["?a=1", "?", "?a=1&b=ä", "?a=(1)", "?x.", "?#top", "?日", "?a b", "?--"]
EMOJI = list("😀👍👩👨👧👦🧑❤🏳🏴⚡☀©®™0#1🕵💁⛹🏋🤝🫶🎓🚒✈⚕♀♂🌈☠💋👁🗨🧞👯🇩🇪🇦🇺🇿")
JOINTS = ["", "\u200d", "\ufe0f", "\ufe0f\u200d", "\u20e3", "\ufe0f\u20e3", *"🏻🏽🏿", "🏽\u200d", "🏽\u200d♀\ufe0f"]


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the library is installed."""
    path = Path(os.environ.get("TWITTER_TEXT", "."))
    if not shutil.which("node"):
        pytest.skip("node is not here")
    if not (path / "node_modules" / "twitter-text").is_dir():
        pytest.skip("TWITTER_TEXT names no folder in which twitter-text is installed")
    return path


def answers(folder: Path, texts: Sequence[str]) -> Iterator[tuple[str, float, list[str]]]:
    """Yield each text with the library's weight and links."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(["node", "-e", PROGRAM], cwd=folder, input=lines.encode(), capture_output=True, check=True)
    answered = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    assert len(answered) == len(texts)
    for text, (weight, links) in zip(texts, answered, strict=True):
        yield text, weight, links


def check(folder: Path, texts: Sequence[str]) -> None:
    """Compare all texts; the failure shows the first differences."""
    differ = [
        (text, weight, weighted_length(text), links, urls(text))
        for text, weight, links in answers(folder, texts)
        if weighted_length(text) != weight or urls(text) != links
    ]
    assert not differ, f"{len(differ)} of {len(texts)}: {differ[:5]}"


def link(chance: random.Random) -> str:
    scheme = chance.choice(["", "", "http://", "https://", "HTTPS://", "http:/", "ftp://", "//", "user:pw@", "@"])
    host = ".".join(chance.choices(HOSTS.split(), k=chance.choice([0, 1, 1, 2, 3])))
    top = chance.choice(ENDS.split()) if chance.random() < 0.6 else chance.choice(TOPS)
    top = chance.choice([top, top, top.upper(), top.title()])
    port = chance.choice(["", "", "", ":8080", ":"])
    path = "".join(chance.choices(PATHS, k=chance.choice([0, 0, 1, 1, 2])))
    query = chance.choice(["", "", *QUERIES])
    return scheme + host + chance.choice([".", ".", ".", ""]) + top + port + path + query


def emoji(chance: random.Random) -> str:
    return "".join(chance.choice(EMOJI) + chance.choice(JOINTS) for _ in range(chance.randint(1, 4)))


def text_of(chance: random.Random) -> str:
    makers = (
        lambda: chance.choice(PROSE.split()) + chance.choice([" ", " ", ""]),
        lambda: link(chance) + chance.choice([" ", ""]),
        lambda: link(chance),
        lambda: emoji(chance),
        lambda: chance.choice(CJK),
        lambda: chance.choice(SIGNS),
        lambda: chance.choice(ODD),
        lambda: chance.choice("@#$＠＃") + chance.choice(["Name", "name_1", "t.co", "Grüße", "1", "EUR"]),
        lambda: f"{chance.choice(PROSE.split())}@{chance.choice(HOSTS.split())}.{chance.choice(ENDS.split())}",
        lambda: "https://t.co/" + chance.choice(["abc", "a" * 41, "a1?x=1.", "é", "abc/d", "abcé"]),
        lambda: "".join(chance.choices("aä日😀", k=chance.randint(15, 70))) + ".de",
    )
    return "".join(chance.choice(makers)() for _ in range(chance.randint(1, 10)))


@pytest.mark.parametrize("seed", range(4))
def test_made_up_texts_weigh_what_they_weigh_at_x(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    check(folder, [text_of(chance) for _ in range(10_000)])


def test_every_letter_beside_and_within_a_link_is_taken_as_x_takes_it(folder: Path) -> None:
    letters = [chr(point) for point in range(0x10000) if not 0xD800 <= point <= 0xDFFF]
    letters = [letter for letter in letters if letter not in YOUNGER_THAN_WE]
    check(folder, [f"{letter}https://a{letter}b.de/{letter} a{letter}.de{letter} b.com{letter}" for letter in letters])


def test_every_top_level_domain_is_known_and_no_other(folder: Path) -> None:
    others = [name[:-1] for name in TOPS] + [f"{name}a" for name in TOPS]
    check(folder, [f"a.{name} https://b.{spelt}" for name in TOPS + others for spelt in (name, name.upper())])


def test_every_emoji_alone_and_joined_weighs_what_it_weighs_at_x(folder: Path) -> None:
    single = [chr(point) for point in range(sys.maxunicode + 1) if regex.match(r"\p{Emoji}", chr(point))]
    flags = [
        first + second for first in map(chr, range(0x1F1E6, 0x1F200)) for second in map(chr, range(0x1F1E6, 0x1F200))
    ]
    joined = [
        sign + joint + last for sign in single for joint in JOINTS for last in ("", "♀\ufe0f", "👦", "🎓", "❤\ufe0f")
    ]
    people = [
        "\u200d".join(group)
        for count in (2, 3, 4)
        for group in product(["👨", "👩", "👧", "👦", "🧑", "❤\ufe0f", "❤", "💋", "👩🏽"], repeat=count)
    ]
    check(folder, single + flags + joined + people)
