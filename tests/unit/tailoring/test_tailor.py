"""From item to post: the sixteen voices, overrides, officers' words, and every limit kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors
from distributor.domain import FeedItem, Override
from distributor.tailoring import tailor
from distributor.tailoring.placeholders import resolve, values_of

LINK = "https://kjc.example/aB3x"
GRAMMAR = Path(__file__).parent / "data" / "grammatik.txt"
SENTENCES = (
    "Beratung gibt es {{kjc.bei}}.",
    "Der Termin ist {{kjc.im}}.",
    "Das Angebot kommt {{kjc.vom}}.",
    "{{kjc.Nominativ}} hilft weiter.",
    "Mit {{kjc.dativ}} gelingt der Einstieg.",
    "{{kjc.Bei}} zählt jeder Mensch.",
)


def test_every_name_stands_right_in_every_case(organisations, item):
    lines = []
    for slug, organisation in organisations.items():
        values = values_of(item, organisation, link=LINK, credit="")
        lines += [f"{slug}: {resolve(sentence, values)}" for sentence in SENTENCES]

    assert "\n".join(lines) + "\n" == GRAMMAR.read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["du", "sie"])
@pytest.mark.parametrize("channel", ["instagram", "facebook", "x"])
def test_every_text_is_whole_for_all_sixteen(
    channel, address, organisations, texts, fakes, item, picture, with_address
):
    connector = fakes[channel]
    for organisation in organisations.values():
        tailored = tailor(
            item,
            with_address(organisation, address),
            texts[channel],
            connector,
            link=LINK,
            media=(picture,),
            today=date(2026, 11, 21),
        )

        assert tailored.problems == ()
        assert tailored.length == connector.limits.measure(tailored.remote.text) <= connector.limits.text
        assert "{{" not in tailored.remote.text
        assert ".." not in tailored.remote.text
        assert "Foto: Jana Beispiel" in tailored.remote.text


@pytest.mark.parametrize("channel", ["instagram", "facebook", "x"])
def test_du_and_sie_are_two_texts(channel, organisations, texts, fakes, item, picture, with_address):
    du, sie = (
        tailor(item, with_address(organisations["fulda"], address), texts[channel], fakes[channel], link=LINK, media=())
        for address in ("du", "sie")
    )

    assert du.remote.text != sie.remote.text


@pytest.mark.parametrize("channel", ["instagram", "facebook", "x"])
def test_no_two_jobcenters_post_the_same_words(channel, organisations, texts, fakes, item, picture):
    posts = {
        tailor(item, organisation, texts[channel], fakes[channel], link=LINK, media=(picture,)).remote.text
        for organisation in organisations.values()
    }

    assert len(posts) == 16


def test_instagram_speaks_of_its_bio_and_carries_no_address(organisations, texts, fakes, item, picture):
    content = replace(item, summary="Los geht es. Mehr auf https://portal.example/a jetzt. Komm vorbei.")
    tailored = tailor(
        content, organisations["fulda"], texts["instagram"], fakes["instagram"], link=LINK, media=(picture,)
    )

    assert "Link in Bio" in tailored.remote.text
    assert "://" not in tailored.remote.text


def test_an_editors_words_replace_the_body_and_keep_the_frame(organisations, texts, fakes, item, picture):
    override = Override(du="Eigene Worte {{kjc.bei}}.", sie="Unsere Worte {{kjc.bei}}.")
    tailored = tailor(
        item,
        organisations["offenbach-stadt"],
        texts["facebook"],
        fakes["facebook"],
        link=LINK,
        media=(picture,),
        override=override,
    )

    assert tailored.remote.text.startswith("Eigene Worte bei der MainArbeit.\n\n")
    assert item.title not in tailored.remote.text
    assert "Foto: Jana Beispiel" in tailored.remote.text
    assert "#StarkSozialVorOrt" in tailored.remote.text


def test_an_override_written_for_the_other_address_only_leaves_the_template(organisations, texts, fakes, item):
    override = Override(du="", sie="Nur für Sie.")
    tailored = tailor(
        item, organisations["offenbach-stadt"], texts["x"], fakes["x"], link=LINK, media=(), override=override
    )

    assert tailored.remote.text.startswith(item.title)


def test_an_override_that_is_too_long_is_kept_whole_and_blocks(organisations, texts, fakes, item):
    override = Override(du="d" * 300, sie="s" * 300)
    tailored = tailor(item, organisations["fulda"], texts["x"], fakes["x"], link=LINK, media=(), override=override)

    assert "s" * 300 in tailored.remote.text
    assert [problem.rule for problem in tailored.problems] == ["text.too_long"]


def test_an_officers_words_are_the_whole_text_and_are_never_shortened(organisations, texts, fakes, item):
    officer_text = "Kommt {{kjc.bei}} vorbei. " * 20
    tailored = tailor(
        item, organisations["bergstrasse"], texts["x"], fakes["x"], link=LINK, media=(), officer_text=officer_text
    )

    assert tailored.variant.text == ("Kommt bei Neue Wege vorbei. " * 20).strip()
    assert [problem.rule for problem in tailored.problems] == ["text.too_long"]


def test_an_unknown_placeholder_stays_visible_and_blocks(organisations, texts, fakes, item):
    tailored = tailor(
        item, organisations["fulda"], texts["x"], fakes["x"], link=LINK, media=(), officer_text="Ruf an: {{telefon}}"
    )

    assert "{{telefon}}" in tailored.remote.text
    assert [problem.rule for problem in tailored.problems] == ["placeholder.unresolved"]


def test_an_item_without_words_blocks(organisations, texts, fakes, picture):
    content = FeedItem("1", "", "https://portal.example/1")
    tailored = tailor(content, organisations["fulda"], texts["x"], fakes["x"], link=LINK, media=())

    assert [problem.rule for problem in tailored.problems] == ["text.empty"]


def test_what_the_channel_adds_is_counted(organisations, texts, make_connector, item):
    connector = make_connector(signature=" " + "s" * 60, text=250)
    tailored = tailor(item, organisations["fulda"], texts["facebook"], connector, link=LINK, media=())

    assert tailored.length <= 250
    assert tailored.remote.text.endswith("s" * 60)


def test_a_long_item_takes_few_renderings(organisations, texts, make_connector, item):
    connector = make_connector(text=200, links="text")
    content = replace(item, title="wort " * 20_000, summary="Ein Satz. " * 20_000)
    tailored = tailor(content, organisations["fulda"], texts["x"], connector, link=LINK, media=())

    assert tailored.length <= 200
    assert connector.rendered < 150


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    slug=st.sampled_from(["fulda", "offenbach-stadt", "kreis-offenbach", "hochtaunus"]),
    channel=st.sampled_from(["instagram", "facebook", "x"]),
    title=st.text(max_size=400),
    summary=st.text(max_size=700),
    topics=st.lists(st.text(max_size=25), max_size=6),
    limit=st.integers(260, 900),
)
def test_any_item_fits_any_limit(organisations, texts, make_connector, slug, channel, title, summary, topics, limit):
    connector = make_connector(text=limit, links="text")
    content = FeedItem("1", title, "https://portal.example/1", summary, topics=tuple(topics))
    first, second = (
        tailor(content, organisations[slug], texts[channel], connector, link=LINK, media=()) for _ in range(2)
    )

    assert first == second
    assert LINK in first.remote.text
    if first.length > limit:
        assert len(title.split()) <= 1 or max(map(len, title.split())) > 60


def test_every_channel_that_exists_takes_the_texts(organisations, texts, item, picture):
    found = {name: connector for name, connector in connectors.discover().items() if name in texts}
    assert found.keys() == texts.keys()
    for name, connector in found.items():
        for organisation in organisations.values():
            tailored = tailor(item, organisation, texts[name], connector, link=LINK, media=(picture,))

            assert [problem for problem in tailored.problems if problem.severity == "block"] == []
            assert tailored.length <= connector.limits.text
            assert tailored.remote == connector.render(tailored.variant)


def test_an_item_that_leads_nowhere_still_makes_a_whole_post(organisations, texts, fakes, item):
    tailored = tailor(item, organisations["fulda"], texts["x"], fakes["x"], link="", media=())

    assert tailored.problems == ()
    assert "Mehr für Sie" not in tailored.remote.text
