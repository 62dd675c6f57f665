"""Our grapheme clusters against those of node, with whose tables Bluesky's server counts. Needs node.

Left out are the scripts of India and its neighbours: their conjuncts differ from one Unicode version to the next, and
``regex`` joins a stray virama to what follows where node does not.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Sequence

import pytest

from distributor.tailoring.graphemes import boundaries, split

PROGRAM = """
const clusters = new Intl.Segmenter("de", { granularity: "grapheme" });
for (const line of require("fs").readFileSync(0, "utf-8").split("\\n").filter(Boolean)) {
  console.log(JSON.stringify([...clusters.segment(JSON.parse(line))].map((cluster) => cluster.segment)));
}
"""
SIGNS = (
    "aä1# \r\n\t„“ßé\u0301\u0308\u0345\u200b\u200c\u200d\ufe0e\ufe0f\u20e3日本한국\u1100\u1161\u11a8가각\u0e33\u0600אُ"
)
EMOJI = "👍❤👩👨👧👦🧑🏴⚕♀🇩🇪🇦🏻🏽🎓🌈©☎\U000e0067\U000e0062\U000e007f"
CONJOINED = (
    range(0x0900, 0x1100),
    range(0x1780, 0x1800),
    range(0x1B00, 0x1C50),
    range(0xA8E0, 0xAAF7),
    range(0x10A00, 0x12000),
)


@pytest.fixture(autouse=True)
def node() -> None:
    """Skip where node is not."""
    if not shutil.which("node"):
        pytest.skip("node is not here")


def check(texts: Sequence[str]) -> None:
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(["node", "-e", PROGRAM], input=lines.encode(), capture_output=True, check=True)
    theirs = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    differ = [
        (text, split(text), clusters) for text, clusters in zip(texts, theirs, strict=True) if split(text) != clusters
    ]
    assert not differ, f"{len(differ)} of {len(texts)}: {differ[:5]!a}"


def test_made_up_texts_fall_into_the_same_clusters() -> None:
    chance = random.Random(1)
    texts = ["".join(chance.choices(SIGNS + EMOJI, k=chance.randint(1, 16))) for _ in range(20_000)]

    check(texts)
    assert all(len(boundaries(text)) == len(split(text)) + 1 for text in texts)


def test_every_assigned_sign_joins_the_same_neighbours() -> None:
    signs = [chr(point) for point in range(sys.maxunicode + 1) if not any(point in block for block in CONJOINED)]
    assigned = [sign for sign in signs if unicodedata.category(sign) not in {"Cn", "Co", "Cs"}]

    check([f"a{sign}a{sign}{sign}\u200d{sign}👍{sign}\u200d👍" for sign in assigned])
