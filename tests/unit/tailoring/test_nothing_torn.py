"""Whole posts of wild items on every measure: what is shortened loses sentences, never a piece of anything."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors
from connectors import _bluesky_text, _mastodon_text
from connectors.base import Medium
from distributor.domain import FeedItem
from distributor.tailoring import graphemes, hashtags, sentences, tailor
from distributor.tailoring.placeholders import ADDRESS

LINK = "https://kjc.example/s/aB3xK9mQ"
HAND_WRITTEN = (Path(__file__).parent / "data" / "sentences.txt").read_text("utf-8").splitlines()
WILD = (
    *(
        "👩🏽‍🚀 fliegt.",
        "Der e\u0301rste Tag 🇩🇪🇪🇺!",
        "Komm! 🎉",
        "Familie 👨‍👩‍👧‍👦 heißt alle.",
        "Los #FreiePlätze und #U25.",
    ),
    *("Folg uns @kjc@social.bund.de heute.", "Frag @kjc.bsky.social.", "Mehr auf Jobcenter-Fulda.de/u25 hier."),
    *("Siehe https://kjc.de/x?y=1#z(a) dort.", "„Ich war da. Und nun?“, fragt Mia.", "»So. Oder so«, sagt er."),
    *("Das (Mo. bis Fr. (auch spät)) gilt z. B. heute.", "Sie sagt: „Oma rief: ‚Los!‘ Dann ging ich.“"),
    *("Am 3. Mai um 14.30 Uhr in Raum Nr. 5.", "§ 16 Abs. 2 SGB II gilt.", "Für Bürger:innen und Schüler*innen."),
    *(
        "Was nun?",
        "Wirklich?!",
        "Ohne Punkt am Ende",
        "1.200 Euro im 2. Lehrjahr.",
        "Im Café der MainArbeit. gibt es Tee.",
    ),
)
SENTENCES = st.one_of(st.sampled_from(WILD), st.sampled_from(HAND_WRITTEN))
MENTION = re.compile(r"(?<![\w/.])@[\w.@-]*\w")
PAIRS = (("„", "“"), ("»", "«"), ("(", ")"))


def joined(listed: list[tuple[str, str]]) -> str:
    return "".join(sentence + blank for sentence, blank in listed).strip()


TEXTS = st.lists(st.tuples(SENTENCES, st.sampled_from([" ", " ", "\n", "\n\n"])), max_size=14).map(joined)


class Measured:
    """A channel of ours with another network's measure and bound."""

    def __init__(self, inner: connectors.base.Connector, text: int, measure: object) -> None:
        self._inner = inner
        self.limits = type(inner.limits)(
            **{name: getattr(inner.limits, name) for name in inner.limits.__dataclass_fields__}
            | {"text": text, "measure": measure}
        )

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def channel(name: str) -> object:
    found = connectors.discover()
    if name in found:
        return found[name]
    bound, measure = {"mastodon": (500, _mastodon_text.length), "bluesky": (300, _bluesky_text.length)}[name]
    return Measured(found["x"], bound, measure)


@pytest.mark.parametrize("name", ["facebook", "instagram", "x", "mastodon", "bluesky"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=SENTENCES, summary=TEXTS, text=TEXTS, slug=st.sampled_from(["hersfeld-rotenburg", "offenbach-stadt"]))
def test_a_post_of_any_item_is_whole(organisations, texts, name, title, summary, text, slug):
    organisation, connector = organisations[slug], channel(name)
    content = FeedItem("1", title, "https://portal.example/1", summary, text, topics=("Ausbildung", "Erste Hilfe"))
    medium = Medium("a" * 64, "image/jpeg", 1080, 1080, 200_000, "Ein Wegweiser")
    made = tailor(
        content,
        organisation,
        texts[name],
        connector,
        link=LINK,
        media=(medium,),
        credit="J. B.",
        today=date(2026, 11, 21),
    )
    post, source = made.remote.text, f"{title}\n{summary}\n{text}"
    house = {*organisation.voice.hashtags, "#Ausbildung", "#ErsteHilfe"}
    frame = f"{LINK} {organisation.voice.names.at} {organisation.voice.region_inside}"

    assert made.length <= connector.limits.text
    assert set(ADDRESS.findall(post)) <= {*ADDRESS.findall(source), LINK}
    assert set(hashtags.found(post)) <= {*hashtags.found(source), *house}
    assert set(MENTION.findall(post)) <= set(MENTION.findall(source))
    assert {each for each in graphemes.split(post) if not each.isascii()} <= {
        *graphemes.split(source + frame + "".join(house)),
        *"äöüßÄÖÜ…“«‘",
    }
    signs = Counter(post)
    assert all(signs[first] == signs[last] for first, last in PAIRS)
    if "…" not in post:
        known = {unit.strip() for each in (title, summary, text) for unit in sentences.split(each)}
        body = [line for line in post.splitlines() if line and not all(word[0] == "#" for word in line.split())]
        told = [unit.strip() for line in body[: 1 if name == "x" else 2] for unit in sentences.split(line)]
        assert told[:1] == [sentences.split(title)[0].strip()]
        assert any(unit in known for unit in told)
