"""The measure that judges our parser by what foreign documents say of themselves."""

from __future__ import annotations

import json

import pytest

from tests.measure.intake import judge
from tests.measure.intake_answers import agrees, applies
from tests.measure.intake_claims import Claim, claims_of, document, documents


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
    for name, text in (("right.xml", right + feed), ("wrong.xml", wrong + feed), ("none.xml", feed), ("no", "?")):
        (tmp_path / name).write_text(text)

    tally = judge(documents(tmp_path))

    assert (tally.claims.total(), tally.ours.total(), tally.theirs.total()) == (3, 2, 2)
    assert [(one.file.name, one.ours, one.theirs_agrees) for one in tally.differences] == [("wrong.xml", "A", False)]
    assert [file.name for file, _ in tally.refused] == ["no"]
    assert (len(tally.seconds), tally.failures) == (4, [])


GOFEED = {
    "title": "T",
    "items": [{"title": "A", "guid": {"value": "1"}, "description": "", "pubDateParsed": "2026-01-01T09:00:00Z"}],
}
PODCASTPARSER = {
    "title": "x",
    "episodes": [
        {
            "title": "A",
            "guid": "https://a.example/1.mp3",
            "published": 0,
            "enclosures": [{"url": "https://a.example/1.mp3"}],
        }
    ],
}
RSS_PARSER = {
    "feed": {
        "title": "T",
        "items": [{"isoDate": "2026-01-01T10:00:00+01:00", "categories": ["K"], "content": "<p>B</p>"}],
    }
}
TAGGED = {
    "@version": {"content": "2.0"},
    "channel": {
        "content": {"title": {"content": "T"}, "item": [{"content": {"title": {"content": "A"}, "author": None}}]}
    },
}
MORNING = (2026, 1, 1, 9, 0, 0)
LISTING = """# Feed begin ####
title: #T#
# Item begin ####
title: #A#
datePublished: #Thu Jan  1 09:00:00 2026#
# Person begin ####
name: #P#
# Person end ####
# Item end ####
# Feed end ####
"""


@pytest.mark.parametrize(
    ("document_name", "expectation", "told", "claims"),
    [
        (
            "x.xml",
            "x.json",
            GOFEED,
            {("feed", "title"): "T", (0, "title"): "A", (0, "id"): "1", (0, "published_parsed"): MORNING},
        ),
        ("x.rss", "x.json", PODCASTPARSER, {(0, "title"): "A", (0, "some_medium"): "https://a.example/1.mp3"}),
        (
            "input/x.rss",
            "output/x.json",
            RSS_PARSER,
            {("feed", "title"): "T", (0, "some_date"): MORNING, (0, "some_topic"): "K", (0, "some_text"): "<p>B</p>"},
        ),
        ("data.xml", "result.json", TAGGED, {("feed", "title"): "T", (0, "title"): "A"}),
        (
            "data.xml",
            "expect.json",
            {"title": "T", "items": 3, "first_item_title": "A"},
            {("feed", "title"): "T", ("len",): 3, (0, "title"): "A"},
        ),
        (
            "x.xml",
            "x.xml.expected",
            LISTING,
            {("feed", "title"): "T", (0, "title"): "A", (0, "some_date"): MORNING, (0, "some_name"): "P"},
        ),
    ],
)
def test_each_projects_way_of_telling_what_it_expects_is_read(tmp_path, document_name, expectation, told, claims):
    for name, text in ((document_name, "<rss/>"), (expectation, told if isinstance(told, str) else json.dumps(told))):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert [one.file for one in documents(tmp_path)] == [tmp_path / document_name]
    read = document(tmp_path / document_name).claims
    assert {claim.path: claim.value for claim in read} == {
        path if path[0] == "feed" else ("entries", *path): value for path, value in claims.items()
    }


@pytest.mark.parametrize(
    ("field", "wanted", "answer", "html", "same"),
    [
        ("title", "<b>A</b> b", "A b", False, True),
        ("title", "A b", "<b>A</b>\nb", True, True),
        ("title", "A b", "A c", False, False),
        ("some_text", "<ol><li>A</ol><ul><li>B</ul>", ["", "1. A\n• B"], False, True),
        ("some_name", "a@b.example (A)", "A", False, True),
        ("link", "/a", "https://b.example/a", False, True),
        ("link", "https://a.example", "https://b.example", False, False),
    ],
)
def test_an_answer_agrees_where_it_says_the_same_in_other_clothes(field, wanted, answer, html, same):
    assert agrees(Claim(("entries", 0, field), wanted), answer, html=html) is same


@pytest.mark.parametrize(
    ("path", "value"),
    [(("feed", "rights"), "R"), (("entries", 0, "author"), "a@b.example"), (("entries", 0, "title"), "A\ufffd")],
)
def test_what_we_do_not_keep_and_what_nobody_could_read_is_not_judged(path, value):
    assert not applies(Claim(path, value))
