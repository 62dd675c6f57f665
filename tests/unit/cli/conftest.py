"""The program as a test calls it, and small feeds for it to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from distributor.cli import root

_RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Portal</title>
<item><guid>{guid}</guid><title>{title}</title><link>https://portal.example/{guid}</link>
<description>Ein Satz über Müll.</description></item>
</channel></rss>"""


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Result]]:
    """Run the program; a fault of ours is raised and not printed."""
    monkeypatch.setenv("DISTRIBUTOR_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(root, list(arguments), input=stdin, catch_exceptions=False, prog_name="distributor")

    yield run
    structlog.reset_defaults()


@pytest.fixture
def feed_file(tmp_path: Path) -> Callable[..., str]:
    """Write a feed with one item and return its path."""

    def write(name: str = "feed.xml", guid: str = "eins", title: str = "Grüße aus Fulda") -> str:
        path = tmp_path / name
        path.write_text(_RSS.format(guid=guid, title=title), encoding="utf-8")
        return str(path)

    return write
