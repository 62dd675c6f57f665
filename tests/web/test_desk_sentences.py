"""The lists of sentences to translate are the lists of sentences there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from distributor.locale.sentences import template_of

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "distributor" / "locale"

SAYING = {
    *("Refused", "Problem", "Objection", "Finding", "FetchRefused", "FetchFailed"),
    *("Rejected", "Unauthorised", "Throttled", "Unavailable", "StageLost", "OutcomeUnknown"),
}
"""What carries a sentence for people, before its code or the network's own words."""

UNSEEN = ("cli", "web", "sandbox", "settings.py", "bootstrap.py", "roster.py", "simulation.py", "configuration.py")
"""What no page shows, and what goes through gettext."""


def template(name: str) -> Catalog:
    """The list of sentences in this file."""
    with (LOCALE / name).open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize(
    ("rules", "folder", "name"),
    [("babel.cfg", ROOT / "distributor", "messages.pot"), ("sentences.cfg", ROOT, "sentences.pot")],
)
def test_the_template_of_translations_lists_every_sentence(rules: str, folder: Path, name: str) -> None:
    with (LOCALE / rules).open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(folder, methods, options)
    listed = {message.id for message in template(name) if message.id}
    sentences = {message for _, _, message, _, _ in found}
    assert sentences == listed, "run the command in distributor/locale/__init__.py"
    assert len(sentences) > 100


def test_every_refusal_and_every_judgement_is_listed() -> None:
    """So that no sentence is missed for having no word by which German is known."""
    listed = {message.id for name in ("messages.pot", "sentences.pot") for message in template(name)}
    said = list(sentences_said())

    assert not [text for text in said if text not in listed]
    assert len(said) > 250


def sentences_said() -> Iterator[str]:
    for folder in ("distributor", "connectors", "schedules"):
        for path in (ROOT / folder).rglob("*.py"):
            if not any(part in UNSEEN for part in path.parts):
                yield from _said_in(ast.parse(path.read_text(encoding="utf-8")))


def _said_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in SAYING:
            for given in [*node.args[:1], *(each.value for each in node.keywords if each.arg == "text")]:
                text = (template_of(given) or "").strip()
                if " " in text and re.search(r"\w", re.sub(r"\{\w+\}", "", text)):
                    yield text
