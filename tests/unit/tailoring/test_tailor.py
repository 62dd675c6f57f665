"""From item to post: the sixteen voices, overrides, officers' words, and every limit kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors
from connectors.base import Medium
from distributor.domain import ChannelText, FeedItem, Fix, Override, Part, Wording
from distributor.tailoring import tailor
from distributor.tailoring.placeholders import resolve
from distributor.tailoring.values import values_of

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
    """Some wordings address nobody and suit both; over the sixteen the two differ all the same."""
    du, sie = (
        [
            tailor(item, with_address(one, address), texts[channel], fakes[channel], link=LINK, media=()).remote.text
            for one in organisations.values()
        ]
        for address in ("du", "sie")
    )

    assert sum(first != second for first, second in zip(du, sie, strict=True)) >= 4


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


LONG, SHORT = "Hier steht noch sehr viel mehr dazu: {{link}}", "Mehr: {{link}}"


def worded(*advice: Wording, body: str = "{{teaser?}}") -> ChannelText:
    lead = Part("lead", (Wording(body, body),), rank=3, shorten=True)
    return ChannelText("fake", (lead, Part("advice", advice, role="frame")), joiner=" ")


@pytest.mark.parametrize("first", [(LONG, SHORT), (SHORT, LONG)])
def test_a_wording_that_leaves_the_items_words_no_room_gives_way_to_the_next(
    first, organisations, make_connector, item
):
    content = replace(item, summary="Ein Satz. Noch einer.")
    template = worded(*(Wording(text, text) for text in first))
    connector = make_connector(text=len(f"Ein Satz. Mehr: {LINK}"))

    for guid in "abcd":
        made = tailor(replace(content, guid=guid), organisations["fulda"], template, connector, link=LINK, media=())
        assert made.variant.text == f"Ein Satz. Mehr: {LINK}"


def test_a_wording_for_any_topic_helps_out_where_those_for_the_topic_are_too_long(organisations, make_connector, item):
    template = worded(Wording(LONG, LONG, ("Ausbildung",)), Wording(SHORT, SHORT))
    wide, narrow = make_connector(text=500), make_connector(text=len(f"Ein Satz. Mehr: {LINK}"))
    content = replace(item, summary="Ein Satz.")

    told = [
        tailor(content, organisations["fulda"], template, each, link=LINK, media=()).variant.text
        for each in (wide, narrow)
    ]

    assert told == [f"Ein Satz. Hier steht noch sehr viel mehr dazu: {LINK}", f"Ein Satz. Mehr: {LINK}"]


def test_where_no_wording_leaves_room_the_one_that_was_meant_stays(organisations, make_connector, item):
    template = worded(Wording(LONG, LONG, ("Ausbildung",)), Wording(SHORT, SHORT))
    made = tailor(item, organisations["fulda"], template, make_connector(text=80), link=LINK, media=())

    assert made.variant.text == f"Hier steht noch sehr viel mehr dazu: {LINK}"


def test_an_editors_long_words_take_the_wording_that_lets_them_fit(organisations, make_connector, item):
    template = worded(Wording(LONG, LONG, ("Ausbildung",)), Wording(SHORT, SHORT))
    connector = make_connector(text=60)
    made = tailor(
        item, organisations["fulda"], template, connector, link=LINK, media=(), override=Override("", "s" * 20)
    )

    assert made.variant.text == f"{'s' * 20} Mehr: {LINK}"
    assert made.problems == ()


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
    found = connectors.discover()
    assert found.keys() <= texts.keys()
    for name, connector in found.items():
        for organisation in organisations.values():
            tailored = tailor(item, organisation, texts[name], connector, link=LINK, media=(picture,))

            assert [problem for problem in tailored.problems if problem.severity == "block"] == []
            assert tailored.length <= connector.limits.text
            assert tailored.remote == connector.render(tailored.variant)


@pytest.mark.parametrize(("channel", "limit"), [("mastodon", 500), ("bluesky", 300), ("website", 600), ("manual", 700)])
def test_texts_of_channels_to_come_make_whole_posts(channel, limit, organisations, texts, fakes, make_connector, item):
    connector = make_connector(channel=channel, text=limit, links="text", measure=fakes["x"].limits.measure)
    made = [tailor(item, one, texts[channel], connector, link=LINK, media=()) for one in organisations.values()]

    assert [tailored.problems for tailored in made] == [()] * 16
    assert len({tailored.remote.text for tailored in made}) == 16


def test_an_item_that_leads_nowhere_still_makes_a_whole_post(organisations, texts, fakes, item):
    for organisation in organisations.values():
        tailored = tailor(item, organisation, texts["x"], fakes["x"], link="", media=())

        assert tailored.problems == ()
        assert "Mehr" not in tailored.remote.text
        assert "weiter:" not in tailored.remote.text


def wordings(*said: str, topics: tuple[str, ...] = ()) -> tuple[Wording, ...]:
    return tuple(Wording(one, one, topics) for one in said)


def text_with(*listed: Wording) -> ChannelText:
    return ChannelText("fake", (Part("rat", listed),))


def test_a_wording_for_the_items_topic_goes_before_the_others(organisations, make_connector, item):
    for_money, for_all = wordings("Geld?", topics=("geld", "Lohn")), wordings("Fragen?")

    for topics, wanted in (
        (("Geld",), "Geld?"),
        (("Reise", "lohn"), "Geld?"),
        (("Reise",), "Fragen?"),
        ((), "Fragen?"),
    ):
        content = replace(item, topics=topics)
        tailored = tailor(
            content, organisations["fulda"], text_with(*for_money, *for_all), make_connector(), link="", media=()
        )
        assert tailored.variant.text == wanted


def test_a_part_without_a_wording_for_the_items_topic_is_left_out(organisations, make_connector, item):
    template = ChannelText(
        "fake", (Part("a", wordings("Hallo.")), Part("b", wordings("Geld?", topics=("Geld",)), role="frame"))
    )
    tailored = tailor(item, organisations["fulda"], template, make_connector(), link="", media=())

    assert tailored.variant.text == "Hallo."


def test_a_wording_that_names_what_a_jobcenter_lacks_is_passed_over(organisations, make_connector, item):
    template = text_with(*wordings("Ruf an: {{kontakt.telefon}}", "Komm vorbei."))
    told = {
        slug: tailor(item, organisation, template, make_connector(), link="", media=()).variant.text
        for slug, organisation in organisations.items()
    }

    assert {slug for slug, text in told.items() if text != "Komm vorbei."} <= {"bergstrasse", "kreis-offenbach"}


def test_item_and_jobcenter_settle_the_wording_for_good(organisations, make_connector, item):
    said = [f"Fassung {number}." for number in range(4)]

    def told(content: FeedItem) -> list[str]:
        return [
            tailor(content, one, text_with(*wordings(*said)), make_connector(), link="", media=()).variant.text
            for one in organisations.values()
        ]

    assert told(item) == told(replace(item, summary="Ein anderer Anreißer."))
    assert set(told(item)) == set(said)
    assert told(item) != told(replace(item, guid="2"))


def test_hashtags_that_the_item_itself_carries_count(organisations, texts, fakes, item):
    content = replace(item, title="Was tun mit #Ausbildung und #U25?")
    tailored = tailor(content, organisations["fulda"], texts["x"], fakes["x"], link=LINK, media=())

    assert tailored.problems == ()
    assert tailored.remote.text.count("#") == 2


def test_a_title_with_an_address_stays_whole_and_is_told_where_nobody_can_click(organisations, texts, fakes):
    content = FeedItem("1", "Mehr auf www.jobcenter-fulda.de", "https://portal.example/1")
    made = tailor(content, organisations["fulda"], texts["instagram"], fakes["instagram"], link=LINK, media=())
    (problem,) = [each for each in made.problems if each.rule == "link.raw"]

    assert made.remote.text.startswith("Mehr auf www.jobcenter-fulda.de\n")
    assert (problem.severity, problem.fix) == ("block", Fix("www.jobcenter-fulda.de", "Link in Bio"))


@pytest.mark.parametrize(("mime", "word"), [("image/jpeg", "Foto"), ("video/mp4", "Video")])
def test_the_credit_says_what_was_made(organisations, item, texts, fakes, mime, word):
    shown = (Medium("a" * 64, mime, 1280, 720, 1000, "Zwei am Tisch"),)
    for said in ("Foto: Studio Ahornhof", "Video: Studio Ahornhof", "Studio Ahornhof"):
        made = tailor(
            item, organisations["fulda"], texts["facebook"], fakes["facebook"], link=LINK, media=shown, credit=said
        )
        assert f"\n{word}: Studio Ahornhof\n" in f"{made.remote.text}\n"


class TestACorrection:
    @pytest.mark.parametrize("slug", ["fulda", "offenbach-stadt"])
    @pytest.mark.parametrize("own", [None, Override("Du: am 6. Mai.", "Sie: am 6. Mai.")])
    def test_says_first_that_it_corrects_which_post_on_every_channel(self, organisations, item, texts, slug, own):
        for channel, connector in connectors.discover().items():
            made = tailor(
                item, organisations[slug], texts[channel], connector, link=LINK, media=(), override=own,
                corrects=date(2026, 11, 24),
            )  # fmt: skip

            said = "Korrektur: In unserem Post vom 24.11.2026 stimmte etwas nicht. So ist es richtig."
            assert made.remote.text.startswith(said), channel
            assert made.length <= connector.limits.text

    def test_has_its_words_from_the_channels_text(self, organisations, item, make_connector):
        text = ChannelText(
            "fake",
            (
                Part("titel", (Wording("{{titel}}", "{{titel}}"),)),
                Part("weg", (Wording("Wir haben uns am {{korrektur.tag}} geirrt.", "x"),), role="correction"),
            ),
        )
        with_sie = replace(text.parts[1], wordings=(Wording("x", "Wir haben uns am {{korrektur.tag}} geirrt."),))
        voice = organisations["fulda"].voice.address
        text = text if voice == "du" else replace(text, parts=(text.parts[0], with_sie))

        usual = tailor(item, organisations["fulda"], text, make_connector(), link=LINK, media=())
        made = tailor(
            item, organisations["fulda"], text, make_connector(), link=LINK, media=(), corrects=date(2026, 11, 24)
        )

        assert "geirrt" not in usual.remote.text
        assert made.remote.text.startswith("Wir haben uns am 24.11.2026 geirrt.")
        assert made.variant.title == f"Korrektur: {item.title}"

    @pytest.mark.parametrize(
        ("words", "first"),
        [
            ("Am 6. Mai.", "Korrektur: In unserem Post"),
            ("Korrektur: Am 6. Mai.", "Korrektur: Am 6. Mai."),
            ("Korrekturlesen hilft.", "Korrektur: In unserem Post"),
            ("Anzeige\n\nKorrektur: Am 6. Mai.", "Anzeige\n\nKorrektur: Am 6. Mai."),
        ],
    )
    def test_says_so_whatever_an_officer_writes_and_once(
        self, organisations, item, texts, make_connector, words, first
    ):
        label = "Anzeige" if words.startswith("Anzeige") else ""
        made = tailor(
            item, organisations["fulda"], texts["facebook"], make_connector(), link=LINK, media=(), officer_text=words,
            label=label, corrects=date(2026, 11, 24),
        )  # fmt: skip

        assert made.remote.text.startswith(first)
        assert made.remote.text.count("Korrektur") == words.count("Korrektur") + (first != words)
