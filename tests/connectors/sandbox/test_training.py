"""The page of exercises for new officers: what it lets the sandbox do can be done, and its buttons are the desk's."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import requests

from connectors.sandbox.faults import KINDS
from connectors.sandbox.server import build, running

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "training.md").read_text("utf-8")
CATALOGUE = (ROOT / "distributor" / "locale" / "messages.pot").read_text("utf-8")


def test_every_trouble_that_is_called_for_is_one_that_the_sandbox_knows() -> None:
    called_for = set(re.findall(r"\(`(\w+)`\)", PAGE))
    assert called_for
    assert called_for <= KINDS


def test_every_line_for_the_sandbox_does_what_it_says() -> None:
    lines = [shlex.split(line, comments=True) for line in PAGE.splitlines() if line.startswith("curl ")]
    assert len(lines) == 3
    with running(build()) as base:
        for line in lines:
            method, url = line[line.index("-X") + 1], line[line.index("-X") + 2].replace("$SANDBOX", base)
            body = line[line.index("-d") + 1] if "-d" in line else "{}"
            assert requests.request(method, url, json=json.loads(body), timeout=5).ok, line


def test_every_button_it_names_is_on_the_desk() -> None:
    named = set(re.findall(r"(?<![*\w])\*([A-ZÄÖÜ][a-zäöüß]+)\*(?!\*)", PAGE))
    assert named
    assert {word for word in named if word.lower() not in CATALOGUE.lower()} == set()
