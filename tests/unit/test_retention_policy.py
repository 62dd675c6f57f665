"""The retention policy names every table, acts on what it says, and is what the documents show."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from distributor.doc_tables import inserted
from distributor.retention import RULES, Rule
from distributor.services.retention import _WORK
from distributor.store.tables import Base

ROOT = Path(__file__).parents[2]


def test_every_table_is_in_the_policy_and_no_other() -> None:
    assert {rule.table for rule in RULES} == set(Base.metadata.tables)


def test_a_table_is_kept_or_has_rules_but_not_both() -> None:
    kept = {rule.table for rule in RULES if rule.action == "keep"}

    assert kept.isdisjoint(rule.table for rule in RULES if rule.action != "keep")
    assert max(Counter(rule.name for rule in RULES).values()) == 1


def test_every_rule_that_acts_is_carried_out_on_its_table() -> None:
    acting = {rule.name: rule.table for rule in RULES if rule.action in ("delete", "blank")}

    assert {name: work.row.__tablename__ for name, work in _WORK.items()} == acting


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_every_rule_says_why_and_from_where(rule: Rule) -> None:
    assert rule.why
    assert rule.source
    assert (rule.period is None) == (rule.action == "keep") == (rule.since == "")


def test_the_documents_show_the_policy_of_the_code() -> None:
    document = (ROOT / "docs" / "privacy.md").read_text("utf-8")

    assert inserted(document) == document, "make docs writes the table anew"
