"""Whole posts, written out. To accept a change, run with UPDATE_GOLDEN=1 and read every file that changed."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from connectors.base import Medium
from distributor.domain import FeedItem, Override
from distributor.tailoring import Tailored, tailor

DATA = Path(__file__).parent / "data"
CASES = sorted(path.stem for path in DATA.glob("*.json"))
TODAY = date(2026, 11, 21)


def told(tailored: Tailored, limit: int) -> str:
    problems = "".join(f"{one.severity} {one.rule}: {one.text}\n" for one in tailored.problems)
    return f"{tailored.remote.text}\n---\nLänge {tailored.length} von {limit}\n{problems}"


@pytest.mark.parametrize("channel", ["instagram", "facebook", "x"])
@pytest.mark.parametrize("case", CASES)
def test_a_post_reads_as_written_down(case, channel, organisations, texts, fakes):
    document = json.loads((DATA / f"{case}.json").read_text(encoding="utf-8"))
    fields = document["item"]
    content = FeedItem(**{**fields, "topics": tuple(fields["topics"])})
    media = tuple(
        Medium(str(n) * 64, "image/jpeg", 1080, 1080, 90_000, f"Beschreibung {n}") for n in range(document["pictures"])
    )
    override = Override(**document["override"]) if "override" in document else None
    for slug in document["organisations"]:
        tailored = tailor(
            content,
            organisations[slug],
            texts[channel],
            fakes[channel],
            link="https://kjc.example/aB3x",
            media=media,
            credit=document.get("credit", ""),
            override=override,
            today=TODAY,
        )
        path = DATA / f"{case}.{channel}.{slug}.txt"
        text = told(tailored, fakes[channel].limits.text)
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text


def test_no_golden_text_is_left_over():
    wanted = {
        f"{case}.{channel}.{slug}.txt"
        for case in CASES
        for channel in ("instagram", "facebook", "x")
        for slug in json.loads((DATA / f"{case}.json").read_text(encoding="utf-8"))["organisations"]
    }

    assert wanted == {path.name for path in DATA.glob("*.*.*.txt")}
