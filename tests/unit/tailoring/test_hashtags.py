"""Hashtags as written, as found in a text, and as chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.tailoring import hashtags


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        ("freie Ausbildungsplätze", "#FreieAusbildungsplätze"),
        ("#Stark.Sozial.VorOrt", "#StarkSozialVorOrt"),
        ("#StarkSozialVorOrt", "#StarkSozialVorOrt"),
        ("#KJC-Hessen", "#KJCHessen"),
        ("Groß-Gerau", "#GroßGerau"),
        ("u25", "#U25"),
        ("ausbil\u00addung", "#Ausbildung"),
        ("A\u0308pfel", "#Äpfel"),
        ("Job 🎉", "#Job"),
        ("2026", ""),
        ("🎉", ""),
        ("", ""),
    ],
)
def test_a_tag_is_written_in_camel_case(tag, wanted):
    assert hashtags.normalise(tag) == wanted


@given(st.text(max_size=30))
def test_a_normalised_tag_stays_as_it_is_and_is_found_whole(tag):
    once = hashtags.normalise(tag)

    assert hashtags.normalise(once) == once
    assert hashtags.found(once) == ([once] if once else [])


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Los! #Ausbildung, #U25.", ["#Ausbildung", "#U25"]),
        ("https://x.example/seite#teil und Nr.#5", []),
        ("(#Geld)", ["#Geld"]),
        ("Platz #1 und #2, #3.", []),
        ("#2027er #1a", ["#2027er", "#1a"]),
    ],
)
def test_hashtags_are_found_in_running_text(text, wanted):
    assert hashtags.found(text) == wanted


OWN = ("#Stark.Sozial.VorOrt", "#KreisGroßGerau")


@pytest.mark.parametrize(
    ("topics", "limit", "wanted"),
    [
        (["Ausbildung", "Geld", "Wohnen", "U25"], 9, "Stark Ausbildung Geld U25 Kreis Wohnen"),
        (["Ausbildung", "Geld", "Wohnen", "U25"], 5, "Stark Ausbildung Geld U25 Kreis"),
        (["Ausbildung", "Geld", "Wohnen", "U25"], 2, "Stark Ausbildung"),
        (["Jugendliche in Arbeit"], 5, "Stark JugendlicheInArbeit U25 Kreis"),
        (["Geld & Wohnen"], 5, "Stark Geld Wohnen Kreis"),
        (["ausbildung", "Ausbildung", "AUSBILDUNG"], 5, "Stark Ausbildung Kreis"),
        (["Allgemein", "Ein Thema, das viel zu lang ist für ein Schlagwort am Ende"], 5, "Stark EinThema Kreis"),
        ([], 0, ""),
    ],
)
def test_the_choice_is_ranked_and_cut_from_the_end(topics, limit, wanted):
    names = {"#StarkSozialVorOrt": "Stark", "#KreisGroßGerau": "Kreis"}

    assert " ".join(names.get(tag, tag[1:]) for tag in hashtags.choose(OWN, topics, limit)) == wanted


def test_tags_that_stand_in_the_text_count_and_are_not_repeated():
    assert hashtags.choose(OWN, ["Geld"], 3, present=["#geld"]) == ("#StarkSozialVorOrt", "#KreisGroßGerau")
    assert hashtags.choose(OWN, ["Geld"], 1, present=["#U25"]) == ()


TAGS = st.lists(
    st.sampled_from(["Geld", "geld", "Wohnen", "U25", "Jugend", "Job & Geld", "#Fulda", "Allgemein"]), max_size=8
)


@given(own=TAGS, topics=TAGS, limit=st.integers(0, 9))
def test_a_smaller_limit_cuts_the_same_ranking_from_its_end(own, topics, limit):
    chosen = hashtags.choose(own, topics, limit)

    assert chosen == hashtags.choose(own, topics, limit + 1)[:limit]
    assert len({tag.casefold() for tag in chosen}) == len(chosen) <= limit


@given(own=TAGS, topics=TAGS, limit=st.integers(1, 5))
def test_what_gives_way_first_is_what_the_choice_would_not_have_taken(own, topics, limit):
    present = list(hashtags.choose(own, topics, 99))
    while len(present) > limit:
        present.remove(hashtags.least(present, own, topics))

    assert tuple(present) == hashtags.choose(own, topics, limit)


def test_a_tag_that_nobody_ranked_gives_way_before_all_others():
    assert hashtags.least(["#Mehr", "#StarkSozialVorOrt", "#Geld", "#Viel"], OWN, ["Geld"]) == "#Viel"
    assert hashtags.least(["#Geld", "#StarkSozialVorOrt"], OWN, ["Geld"]) == "#Geld"


def test_what_portals_sort_by_is_no_hashtag():
    assert hashtags.choose(["#Marke"], ["Featured", "In eigener Sache", "Pressemitteilung", "Wohnen"], 5) == (
        "#Marke",
        "#Wohnen",
    )
