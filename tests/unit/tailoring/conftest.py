"""A channel that exists only here, and the roster and texts as they stand in ``config/``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Limits, Look, Medium, PictureRules, RemotePost, Source, Timing, Variant
from distributor.domain import ChannelText, FeedItem, Organisation, Problem
from distributor.roster import channel_text_of, organisation_of
from distributor.tailoring import Sibling, review

CONFIG = Path(__file__).parents[3] / "config"
ADDRESS = re.compile(r"https?://\S+")


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def addresses_count_23(text: str) -> int:
    return len(ADDRESS.sub("", text)) + 23 * len(ADDRESS.findall(text))


def bounds(
    text: int = 500,
    measure: Callable[[str], int] = len,
    hashtags: int = 5,
    links: str = "card",
    pictures: PictureRules | None = None,
    duplicates: timedelta | None = None,
) -> Limits:
    source = Source("https://example.org/limits", date(2026, 11, 20))
    return Limits(text, "Zeichen", measure, pictures or PictureRules(), hashtags, links, {"text": source}, duplicates)


@dataclass
class FakeConnector:
    """Renders text and keeps the link rules of its ``limits``; ``signature`` is what a channel may add by itself."""

    channel: str = "fake"
    label: str = "Fake"
    limits: Limits = field(default_factory=bounds)
    signature: str = ""
    hosts: dict[str, str] = field(default_factory=dict)
    timing: Timing | None = None
    fields: tuple[Any, ...] = ()
    look: Look | None = None
    rendered: int = 0

    def render(self, variant: Variant) -> RemotePost:
        self.rendered += 1
        text = variant.text
        if self.limits.links == "text" and variant.link and variant.link not in text:
            text = f"{text}\n{variant.link}"
        link = "" if self.limits.links == "none" else variant.link
        return RemotePost(self.channel, variant.form, text + self.signature, link, variant.media)


@pytest.fixture
def make_limits() -> Callable[..., Limits]:
    return bounds


@pytest.fixture
def make_connector() -> Callable[..., FakeConnector]:
    def make(signature: str = "", channel: str = "fake", **wanted: Any) -> FakeConnector:
        return FakeConnector(channel=channel, label=channel.title(), limits=bounds(**wanted), signature=signature)

    return make


@pytest.fixture
def fakes() -> dict[str, FakeConnector]:
    """Stand-ins for the three channels, with the bounds that the platforms publish."""
    picture_first = PictureRules(at_least=1, at_most=10)
    return {
        "instagram": FakeConnector("instagram", "Instagram", bounds(2200, utf16, 5, "none", picture_first)),
        "facebook": FakeConnector("facebook", "Facebook", bounds(63_206, utf16, 3, "card")),
        "x": FakeConnector("x", "X", bounds(280, addresses_count_23, 2, "text")),
    }


@pytest.fixture(scope="session")
def organisations() -> dict[str, Organisation]:
    files = sorted((CONFIG / "organisations").glob("*.toml"))
    return {file.stem: organisation_of(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files}


@pytest.fixture(scope="session")
def texts() -> dict[str, ChannelText]:
    files = sorted((CONFIG / "texts").glob("*.toml"))
    return {file.stem: channel_text_of(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files}


@pytest.fixture
def ask(
    organisations: dict[str, Organisation], item: FeedItem, make_limits: Callable[..., Limits]
) -> Callable[..., dict[str, Problem]]:
    """Review a text and return its problems by rule; of several of one rule the first."""

    def reviewed(
        words: str = "Alles gut. Foto: J. B.",
        media: Sequence[Medium] = (),
        *,
        slug: str = "fulda",
        gender: str | None = None,
        today: date | None = date(2026, 11, 21),
        content: FeedItem = item,
        decorative: Sequence[str] = (),
        captioned: Sequence[str] = (),
        due: datetime | None = None,
        siblings: Sequence[Sibling] = (),
        **bounds: Any,
    ) -> dict[str, Problem]:
        organisation = organisations[slug]
        if gender is not None:
            organisation = replace(organisation, voice=replace(organisation.voice, gender=gender))
        found = review(
            RemotePost("fake", "feed", words, "https://k.example/1", tuple(media)),
            content,
            organisation,
            make_limits(**bounds),
            tuple(media),
            today=today,
            due=due,
            decorative=frozenset(decorative),
            captioned=frozenset(captioned),
            siblings=tuple(siblings),
        )
        return {problem.rule: problem for problem in reversed(found)}

    return reviewed


@pytest.fixture
def picture() -> Medium:
    return Medium("a" * 64, "image/jpeg", 1080, 1080, 200_000, "Junge Frau an einer Werkbank")


@pytest.fixture
def item() -> FeedItem:
    return FeedItem(
        guid="1",
        title="Ausbildung abgebrochen – und jetzt?",
        link="https://portal.example/1",
        summary="Mia hat neu angefangen: erst Praktikum, dann Vertrag. Im Video erzählt sie, wie das ging.",
        topics=("Ausbildung", "Neustart", "U25"),
        credit="Foto: Jana Beispiel",
    )


@pytest.fixture
def with_address() -> Callable[[Organisation, str], Organisation]:
    def make(organisation: Organisation, address: str) -> Organisation:
        return replace(organisation, voice=replace(organisation.voice, address=address))

    return make


@pytest.fixture
def reviewed_all(
    organisations: dict[str, Organisation], item: FeedItem, make_limits: Callable[..., Limits]
) -> Callable[[str], list[str]]:
    """Review a text and return every sentence that is said of it."""

    def reviewed(words: str) -> list[str]:
        remote = RemotePost("fake", "feed", words, "")
        return [problem.text for problem in review(remote, item, organisations["fulda"], make_limits(), ())]

    return reviewed
