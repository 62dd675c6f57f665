"""The vendored web files are the ones the table names, and lead nowhere else."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[3] / "distributor" / "web" / "static"
ROW = re.compile(
    r"\| (?P<file>\S+) \| (?P<package>\S+) \| (?P<version>\S+) \| .*\]\((?P<licence>\S+)\)\) \| `(?P<sha>\w+)` \|"
)
ROWS = [match.groupdict() for match in ROW.finditer((STATIC / "VENDORED.md").read_text("utf-8"))]


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_vendored_file_is_the_one_that_was_noted(row: dict[str, str]) -> None:
    assert hashlib.sha256((STATIC / row["file"]).read_bytes()).hexdigest() == row["sha"]
    assert len((STATIC / row["licence"]).read_text("utf-8")) > 500


def test_every_font_and_minified_file_is_noted() -> None:
    taken = {path.name for pattern in ("*.min.*", "*.woff2") for path in STATIC.glob(pattern)}
    assert taken == {row["file"] for row in ROWS}


@pytest.mark.parametrize("name", ["kern.min.css", "fonts.css"])
def test_the_style_sheets_load_nothing_but_files_that_lie_beside_them(name: str) -> None:
    text = (STATIC / name).read_text("utf-8")
    addresses = [address.strip("\"' ") for address in re.findall(r"url\(\s*(\"[^\"]*\"|'[^']*'|[^)]*)\)", text)]
    loaded = [address for address in addresses if not address.startswith("data:image/svg+xml")]
    assert "@import" not in text
    assert all((STATIC / address).is_file() for address in loaded)
    # The names of XML languages inside the icons are no addresses that anything asks for.
    assert set(re.findall(r"https?://[^\s'\"%)]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert not re.findall(r"url\(\s*[\"']?//", text)


def test_the_fonts_are_named_with_the_weights_kern_asks_for() -> None:
    text = (STATIC / "fonts.css").read_text("utf-8")
    assert set(re.findall(r"url\(\"(.*?)\"\)", text)) == {path.name for path in STATIC.glob("*.woff2")}
    assert set(re.findall(r"font-weight: (\d+)", text)) == {"400", "600"}
