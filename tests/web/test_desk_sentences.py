"""The lists of sentences to translate are the lists of sentences there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "distributor" / "locale"


@pytest.mark.parametrize(
    ("rules", "folder", "template"),
    [("babel.cfg", ROOT / "distributor", "messages.pot"), ("sentences.cfg", ROOT, "sentences.pot")],
)
def test_the_template_of_translations_lists_every_sentence(rules: str, folder: Path, template: str) -> None:
    with (LOCALE / rules).open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(folder, methods, options)
    with (LOCALE / template).open("rb") as file:
        listed = {message.id for message in read_po(file) if message.id}
    sentences = {message for _, _, message, _, _ in found}
    assert sentences == listed, "run the command in distributor/locale/__init__.py"
    assert len(sentences) > 100
