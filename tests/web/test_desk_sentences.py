"""The list of sentences to translate is the list of sentences there are."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parents[2] / "distributor"


def test_the_template_of_translations_lists_every_sentence() -> None:
    with (FOLDER / "locale" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(FOLDER, methods, options)
    with (FOLDER / "locale" / "messages.pot").open("rb") as file:
        listed = {message.id for message in read_po(file) if message.id}
    sentences = {message for _, _, message, _, _ in found}
    assert sentences == listed, "run the command in distributor/locale/__init__.py"
    assert len(sentences) > 100
