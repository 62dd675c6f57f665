"""What people consented to, and what of it is missing for one post at one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from distributor.consent import (
    SCOPES,
    SHOWABLE,
    Consent,
    Person,
    Shown,
    checked,
    ends_on,
    gaps,
    named_in,
    needed,
    without_consents,
)
from distributor.domain import Refused

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SIGNED = date(2026, 5, 4)
CONSENT = Consent(SIGNED, frozenset({"image", "first_name"}), frozenset({"one", "two"}))
ADULT = Person("P-7KQ2", "fulda", consents=(CONSENT,))
MINOR = Person("P-7KQ2", "fulda", adult_on=date(2026, 11, 25), guardians=2, consents=(replace(CONSENT, guardians=2),))


def missing(
    person: Person, *what: str, channel: str = "one", organisation: str = "fulda", at: datetime = NOON
) -> list[str]:
    found = gaps(Shown(person, frozenset(what or ("image",))), channel, organisation, at)
    assert all(gap.who == "editor" and person.key in gap.text for gap in found)
    return [gap.code.removeprefix("consent.") for gap in found]


def test_what_was_consented_to_may_be_shown() -> None:
    assert missing(ADULT, "image", "first_name") == []


@pytest.mark.parametrize("scope", [scope for scope in SHOWABLE if scope not in CONSENT.scopes])
def test_each_scope_is_asked_by_itself(scope: str) -> None:
    assert missing(ADULT, scope) == ["scope"]
    assert missing(replace(ADULT, consents=(replace(CONSENT, scopes=frozenset(SCOPES)),)), scope) == []


def test_a_story_needs_the_word_on_benefits_too() -> None:
    told = replace(ADULT, consents=(replace(CONSENT, scopes=frozenset({"story"})),))

    assert needed({"story"}) == {"story", "benefit"}
    assert missing(told, "story") == ["scope"]


def test_channels_are_fixed_at_signing() -> None:
    assert missing(ADULT, channel="three") == ["channel"]


def test_another_jobcenter_needs_the_word_on_reuse() -> None:
    assert missing(ADULT, organisation="giessen") == ["reuse"]
    shared = replace(CONSENT, scopes=CONSENT.scopes | {"reuse"})
    assert missing(replace(ADULT, consents=(shared,)), organisation="giessen") == []


@pytest.mark.parametrize(
    ("until", "at", "gap"),
    [
        (date(2026, 11, 24), datetime(2026, 11, 24, 22, 59, tzinfo=UTC), []),
        (date(2026, 11, 24), datetime(2026, 11, 24, 23, 0, tzinfo=UTC), ["expired"]),
    ],
)
def test_a_consent_ends_with_its_german_day(until: date, at: datetime, gap: list[str]) -> None:
    assert missing(replace(ADULT, consents=(replace(CONSENT, until=until),)), at=at) == gap


def test_without_any_consent_nothing_is_shown() -> None:
    assert missing(replace(ADULT, consents=())) == ["missing"]
    assert missing(replace(ADULT, consents=(replace(CONSENT, signed_on=date(2026, 11, 25)),))) == ["missing"]


def test_the_consent_signed_last_counts_even_if_it_allows_less() -> None:
    less = replace(CONSENT, signed_on=date(2026, 6, 1), scopes=frozenset({"voice"}))

    assert missing(replace(ADULT, consents=(less, CONSENT))) == ["scope"]


def test_a_withdrawn_consent_is_not_replaced_by_an_older_one() -> None:
    gone = replace(CONSENT, signed_on=date(2026, 6, 1), withdrawn=True)

    assert missing(replace(ADULT, consents=(CONSENT, gone))) == ["withdrawn"]


@pytest.mark.parametrize(
    ("asked", "signed", "gap"), [(2, 2, []), (2, 1, ["guardians"]), (1, 1, []), (0, 0, ["guardians"])]
)
def test_a_minor_needs_every_guardian(asked: int, signed: int, gap: list[str]) -> None:
    person = replace(MINOR, guardians=asked, consents=(replace(CONSENT, guardians=signed),))

    assert missing(person) == gap


def test_at_eighteen_the_guardians_word_counts_no_more() -> None:
    birthday = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    own = replace(CONSENT, signed_on=date(2026, 11, 25))

    assert missing(MINOR) == []
    assert missing(MINOR, at=birthday) == ["adult"]
    assert missing(replace(MINOR, consents=(*MINOR.consents, own)), at=birthday) == []


@pytest.mark.parametrize(
    ("person", "end"),
    [
        (ADULT, None),
        (replace(ADULT, consents=()), None),
        (replace(ADULT, consents=(replace(CONSENT, until=date(2027, 1, 1)),)), date(2027, 1, 1)),
        (MINOR, date(2026, 11, 24)),
        (replace(ADULT, consents=(replace(CONSENT, until=date(2027, 1, 1), withdrawn=True),)), None),
    ],
)
def test_the_end_of_a_consent_is_known_beforehand(person: Person, end: date | None) -> None:
    assert ends_on(person, NOON.date()) == end


def test_scopes_come_in_their_order_and_unknown_ones_are_refused() -> None:
    assert checked(["voice", "image"]) == ["image", "voice"]
    for wrong in ([], ["picture"]):
        with pytest.raises(Refused) as refused:
            checked(wrong)
        assert refused.value.code == "consent.scope"


def test_a_feed_names_persons_and_none_becomes_a_topic() -> None:
    topics = ("Wohnen", "consent:P-7KQ2", "Consent: p-9ab3", "consent:Ada Beispiel", "consent:P-7KQ2")

    assert named_in(topics) == ("P-7KQ2", "P-9AB3")
    assert without_consents(topics) == ("Wohnen",)
