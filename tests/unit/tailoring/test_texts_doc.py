"""``docs/texts.md`` lists every placeholder, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from distributor.tailoring.values import values_of

DOC = Path(__file__).parents[3] / "docs" / "texts.md"


def test_every_placeholder_is_documented(organisations, item):
    listed = re.findall(r"^\| `([\w.]+)` \|", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    values = values_of(item, organisations["fulda"], link="", credit="")

    assert sorted(listed) == sorted({*values, "hashtags", "korrektur.tag"})
