"""The words the rules go by: what is shipped, the house's own over it, and how they are written down."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.roster import lexicon_document, lexicon_of
from distributor.tailoring.lexicon import LEXICON, Lexicon, Person, Plainer, Term, with_house

FILE = Path(__file__).parents[3] / "config" / "lexicon.toml"


def test_the_file_of_the_repository_adds_nothing_and_each_example_in_it_can_be_used() -> None:
    text = FILE.read_text(encoding="utf-8")
    examples = "\n".join(line.removeprefix("# ") for line in text.splitlines() if "=" in line or "[[" in line)

    assert with_house(lexicon_of(tomllib.loads(text))) == LEXICON
    house = lexicon_of(tomllib.loads(examples))
    assert house.terms == (Term("Altwort", "Neuwort", date(2027, 1, 1)),)
    assert (len(house.officialese), len(house.people), house.lix) == (1, 1, LEXICON.lix)


def test_a_house_s_words_survive_json_and_the_round_trip() -> None:
    house = Lexicon(
        (Term("Alt", "Neu", date(2027, 1, 1), swaps=False),), (Plainer("Amt*", "wir"),), (Person("Pat", "Paten"),)
    )

    assert lexicon_of(json.loads(json.dumps(lexicon_document(house)))) == house


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"terms": [{"old": "", "new": "Neu", "since": "2027-01-01"}]}, "terms.old"),
        ({"terms": [{"old": "Alt", "new": "Neu", "since": "bald"}]}, "terms[0].since"),
        ({"terms": [{"old": "Alt", "new": "Neu"}]}, "terms[0].since"),
        ({"officialese": [{"official": "*", "plain": "x"}]}, "officialese.official"),
        ({"people": [{"stem": " ", "masculine": "x"}]}, "people.stem"),
        ({"lix": 0}, "lix"),
        ({"lix": "viel"}, "lix"),
        ({"wörter": []}, "wörter"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_key(document: dict[str, Any], named: str) -> None:
    with pytest.raises(Refused) as refused:
        lexicon_of(document)

    assert f"„{named}“" in refused.value.text


def test_a_house_adds_replaces_and_takes_away() -> None:
    house = Lexicon(
        terms=(Term("Altwort", "Neuwort", date(2027, 1, 1)), Term("Bürgergeld", "", date(2026, 7, 1))),
        officialese=(Plainer("zeitnah*", "in dieser Woche"),),
        sentence=15,
    )
    both = with_house(house)

    assert [term.old for term in both.terms if term.old in ("Altwort", "Bürgergeld")] == ["Altwort"]
    assert [entry.plain for entry in both.officialese if entry.official == "zeitnah*"] == ["in dieser Woche"]
    assert len(both.officialese) == len(LEXICON.officialese)
    assert (both.people, both.sentence) == (LEXICON.people, 15)


def test_no_word_stands_in_the_shipped_lists_twice() -> None:
    assert with_house(LEXICON) == LEXICON
