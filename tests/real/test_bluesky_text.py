"""Our count for Bluesky against Bluesky's own library: its clusters, its bytes, and what its lexicon takes as a post.

The server checks a record with the same library and the same lexicon (``@atproto/lexicon``). Needs node and
``npm install @atproto/api@0.13.35`` in a folder, whose path is in ``ATPROTO_API``.

Left out are the scripts of India and its neighbours, as in ``test_graphemes``: there our tables and theirs are of
different years, and a text in them is seldom within a cluster or two of the bound.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors._bluesky_text import MAX_LENGTH, length
from connectors._graphemes import count

PROGRAM = """
const { AppBskyFeedPost, RichText } = require("@atproto/api");
for (const line of require("fs").readFileSync(0, "utf-8").split("\\n").filter(Boolean)) {
  const text = JSON.parse(line);
  const record = { $type: "app.bsky.feed.post", text, createdAt: "2026-11-22T09:00:00.000Z" };
  const rich = new RichText({ text });
  console.log(JSON.stringify([rich.graphemeLength, rich.length, AppBskyFeedPost.validateRecord(record).success]));
}
"""
PROSE = (
    "Ausbildung, Jugendberufsagentur; z. B. d.h. (Straße) Grüße – „Komm vorbei!“ ‚ja‘ § 16 SGB II … 14.30 Uhr 1.000 € "
    "https://kjc.example/s/aB3xK9mQ @kjc.bsky.social #StarkSozialVorOrt Bürger:innen\r\n\n\t\u00a0"
)
ODD = (
    "e\u0301u\u0308\u0345\u200b\u200c\u200d\ufe0e\ufe0f\u20e3\u00ad\u2060\u202e\ufeff\x00\x85\u2028"
    "日本한국\u1100\u1161\u11a8가각\u0e33\u0600אُ"
)
EMOJI = "👍❤👩👨👧👦🧑🏴⚕♀🇩🇪🇦🏻🏽🎓🌈©☎🫶🏳\U000e0067\U000e0062\U000e007f"
FAMILY, FLAG = "👨‍👩‍👧‍👦", "🇩🇪"


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the library is installed."""
    path = Path(os.environ.get("ATPROTO_API", "."))
    if not shutil.which("node"):
        pytest.skip("node is not here")
    if not (path / "node_modules" / "@atproto" / "api").is_dir():
        pytest.skip("ATPROTO_API names no folder in which @atproto/api is installed")
    return path


def check(folder: Path, texts: Sequence[str]) -> tuple[int, int]:
    """Compare all texts; return how many the lexicon took and how many it refused."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(["node", "-e", PROGRAM], cwd=folder, input=lines.encode(), capture_output=True, check=True)
    answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    differ = [
        (text[:80], answer, count(text), length(text))
        for text, answer in zip(texts, answers, strict=True)
        if answer != [count(text), len(text.encode()), length(text) <= MAX_LENGTH]
    ]
    assert not differ, f"{len(differ)} of {len(texts)}: {differ[:5]!a}"
    taken = sum(answer[2] for answer in answers)
    return taken, len(answers) - taken


@pytest.mark.parametrize("seed", range(2))
def test_made_up_texts_count_what_they_count_at_bluesky(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    signs = PROSE * 2 + ODD + EMOJI
    check(folder, ["".join(chance.choices(signs, k=chance.randint(0, 40))) for _ in range(10_000)])


@pytest.mark.parametrize("seed", range(2))
def test_a_post_is_taken_exactly_where_we_say_that_it_fits(folder: Path, seed: int) -> None:
    """Texts about as long as either bound: 300 clusters, 3,000 bytes."""
    chance = random.Random(seed)
    bricks = ["a", "ß", "日", FAMILY, FLAG, "👍🏽", "e\u0301", "\r\n", "https://kjc.example/1 ", "z\u0308\u0323\u0345"]
    texts = []
    for _ in range(3_000):
        chosen = chance.sample(bricks, chance.randint(1, 4))
        heaviest = max(sum(map(count, chosen)) / 300, sum(len(each.encode()) for each in chosen) / 3000)
        around = int(1 / heaviest * chance.uniform(0.95, 1.05))
        texts.append("".join(chosen * around) + "b" * chance.randint(0, 4))

    taken, refused = check(folder, texts)

    assert min(taken, refused) > 500


def test_the_bounds_themselves_are_those_of_the_lexicon(folder: Path) -> None:
    at_the_bounds = ["a" * 300, "日" * 300, FAMILY * 120, "a" * 301, FAMILY * 120 + "a", FLAG * 300, FLAG * 301, ""]

    assert check(folder, at_the_bounds) == (5, 3)
