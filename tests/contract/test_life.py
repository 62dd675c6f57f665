"""What every channel promises about a post's whole life, on the other side of its wire: its part of the sandbox."""

from __future__ import annotations

import pytest

from tests.contract.life import RULES, Life, Rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_its_posts_live_by_the_rule(life: Life, rule: Rule) -> None:
    rule(life)
