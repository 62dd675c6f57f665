"""The measure that judges our parser by what foreign documents say of themselves."""

from __future__ import annotations

import pytest

from tests.measure.intake import Claim, claims_of, judge


@pytest.mark.parametrize(
    ("expression", "claims"),
    [
        ("entries[0]['title'] == 'A'", [Claim(("entries", 0, "title"), "A")]),
        ("not bozo and entries[1].tags[0].term == 'A'", [Claim(("entries", 1, "tags", 0, "term"), "A")]),
        ("len(entries) == 2", [Claim(("entries", "len"), 2)]),
        ("entries[0]['title'] != 'A' or bozo", []),
        ("__import__('os').remove('x') == 1", []),
        ("entries[0]['title'] == open('x')", []),
        ("no expression", []),
    ],
)
def test_an_expectation_is_read_and_never_run(expression, claims):
    assert list(claims_of(expression)) == claims


def test_a_folder_is_judged_claim_by_claim_and_no_document_stops_it(tmp_path):
    right = "<!--\nExpect: entries[0]['title'] == '<b>A</b>' and entries[0]['id'] == '1'\n-->"
    wrong = "<!--\nExpect: entries[0]['title'] == 'B'\n-->"
    feed = "<rss version='2.0'><channel><item><title>&lt;b&gt;A&lt;/b&gt;</title><guid>1</guid></item></channel></rss>"
    for name, text in (("right.xml", right + feed), ("wrong.xml", wrong + feed), ("none.xml", feed), ("no.txt", "?")):
        (tmp_path / name).write_text(text)

    tally = judge(sorted(tmp_path.iterdir()))

    assert (tally.claims.total(), tally.ours.total(), tally.theirs.total()) == (3, 2, 2)
    assert [(one.file.name, one.ours, one.theirs_agrees) for one in tally.differences] == [("wrong.xml", "A", False)]
    assert [file.name for file, _ in tally.refused] == ["no.txt"]
    assert (len(tally.seconds), tally.failures) == (4, [])
