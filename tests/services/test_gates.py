"""Rights and consents as gates: asked when posts are made, when they are approved, and inside the claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from distributor.consent import SCOPES
from distributor.domain import Refused
from distributor.services import (
    accounts,
    approving,
    clearing,
    consent_views,
    consents,
    documents,
    health,
    views,
    withdrawing,
)
from distributor.services.clearing import Answer
from distributor.services.consents import Signed
from distributor.services.deps import Deps
from distributor.store import posts, pseudonyms
from distributor.store.tables import EventRow
from distributor.vault import Vault, new_key
from tests.services.conftest import Reaches
from tests.support.world import World

CHANNELS = ("facebook", "instagram", "x")
TODAY = date(2026, 11, 23)


def answers(world: World, *given: Answer) -> None:
    clearing.clear(world.deps, world.person("redaktion"), world.posts()[0]["item"], given, world.clock.now())


def person(world: World, organisation: str = "fulda", *, signed: bool = True, **form: Any) -> str:
    """Enter somebody who consented to everything on every channel, but for what ``form`` says otherwise."""
    editor, now = world.person("redaktion"), world.clock.now()
    minor = {name: form.pop(name) for name in ("adult_on", "asked") if name in form}
    asked = minor.get("asked", 0)
    key = consents.add_person(world.deps, editor, organisation, now, adult_on=minor.get("adult_on"), guardians=asked)
    if signed:
        said = {"scopes": tuple(SCOPES), "channels": CHANNELS, "guardians": asked, **form}
        consents.add_consent(world.deps, editor, key, Signed("A1", TODAY, document=b"Ada Beispiel", **said), now)
    return key


def shows(world: World, key: str, *what: str) -> None:
    """Say that the only item shows this person."""
    item = world.posts()[0]["item"]
    consents.link(world.deps, world.person("redaktion"), key, item, what or ("image",), world.clock.now())
    answers(world, Answer("people", "shown"))


def by_channel(world: World) -> dict[str, str]:
    return {post["channel"]: post["state"] for post in world.posts()}


def rules(world: World, channel: str) -> set[str]:
    return {problem["rule"] for post in world.posts(channel=channel) for problem in post["problems"]}


class TestRights:
    @pytest.mark.parametrize("channel", CHANNELS)
    def test_rights_on_one_channel_block_the_posts_on_the_others_only(self, reaches: Reaches, channel: str) -> None:
        world = reaches("awaiting", *CHANNELS)

        answers(world, Answer("channels", channel))

        assert by_channel(world) == {each: "awaiting" if each == channel else "drafted" for each in CHANNELS}
        assert all("rights.channel" in rules(world, each) for each in CHANNELS if each != channel)

    def test_rights_of_one_jobcenter_block_the_others(self, reaches: Reaches) -> None:
        world = reaches("scheduled", "facebook", organisations=("fulda", "marburg-biedenkopf"))

        answers(world, Answer("organisations", "fulda"))

        states = {post["organisation"]: post["state"] for post in world.posts()}
        assert states == {"fulda": "scheduled", "marburg-biedenkopf": "drafted"}

    @pytest.mark.parametrize(("question", "name"), [("channels", "tiktok"), ("organisations", "atlantis")])
    def test_rights_bound_to_what_does_not_exist_are_refused(self, reaches: Reaches, question: str, name: str) -> None:
        world = reaches("awaiting")

        with pytest.raises(Refused):
            answers(world, Answer(question, name))

    def test_a_time_after_the_rights_end_is_refused_at_approval_and_shown_before(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        answers(world, Answer("until", world.due().date().isoformat()))
        later = world.due() + timedelta(days=1)

        with pytest.raises(Refused) as refused:
            approving.approve(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), at=later)

        assert refused.value.code == "rights.until"
        approving.move(world.deps, world.person("fulda"), world.post()["id"], later, world.clock.now())
        assert "rights.until" in rules(world, "facebook")

    @pytest.mark.parametrize("verb", [approving.publish_now, approving.retry])
    def test_rights_that_ended_are_refused_to_those_in_a_hurry_too(
        self, reaches: Reaches, verb: Callable[..., object]
    ) -> None:
        world = reaches("missed" if verb is approving.retry else "scheduled")
        with world.deps.store.write() as session:
            item = clearing.item_in(session, world.post()["item"])
            sha256 = world.post()["media"] and next(
                question["subject"]
                for question in views.item_show(world.deps, item.id)["questions"]
                if question["question"] == "until"
            )
            clearing._keep(
                session, item.id, "until", sha256, "2026-11-01", world.person("redaktion"), world.clock.now()
            )

        with pytest.raises(Refused) as refused:
            verb(world.deps, world.person("fulda"), world.post()["id"], world.clock.now())

        assert refused.value.code == "rights.until"

    def test_rights_that_end_between_approval_and_release_keep_the_post_back(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        answers(world, Answer("until", world.due().date().isoformat()))
        world.clock.set(world.due())
        number = world.post()["id"]
        with world.deps.store.write() as session:  # the hand on the clock: due only tomorrow, when nobody looks again
            post = posts.fresh(session, number)
            assert post is not None and post.due_at is not None
            post.due_at, post.next_try_at = post.due_at + timedelta(days=1), post.due_at + timedelta(days=1)
        world.clock.advance(days=1)

        world.works()

        assert world.state() in ("awaiting", "drafted")
        assert (world.post()["reason"] or {}).get("code") == "rights.until"
        assert world.network.public() == []


class TestConsents:
    def test_people_without_a_link_keep_every_post_back(self, reaches: Reaches) -> None:
        world = reaches("awaiting")

        answers(world, Answer("people", "shown"))

        assert world.state() == "drafted"
        assert rules(world, "facebook") == {"people.unlinked"}

    def test_a_person_who_consented_may_be_shown_and_appears(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        shows(world, person(world))

        world.approves()
        world.runs_until(world.due())

        assert world.state() == "published"

    @pytest.mark.parametrize("channel", CHANNELS)
    def test_a_consent_covers_the_channels_it_was_signed_for(self, reaches: Reaches, channel: str) -> None:
        world = reaches("awaiting", *CHANNELS)

        shows(world, person(world, channels=(channel,)))

        assert by_channel(world) == {each: "awaiting" if each == channel else "drafted" for each in CHANNELS}

    def test_another_jobcenter_may_not_use_it_without_the_word_on_reuse(self, reaches: Reaches) -> None:
        world = reaches("awaiting", "facebook", organisations=("fulda", "marburg-biedenkopf"))

        shows(world, person(world, scopes=("image",)))

        states = {post["organisation"]: post["state"] for post in world.posts()}
        assert states == {"fulda": "awaiting", "marburg-biedenkopf": "drafted"}

    def test_what_is_shown_beyond_the_consent_voids_an_approval(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        key = person(world, scopes=("image",))
        shows(world, key)
        world.approves()

        shows(world, key, "image", "full_name")

        assert world.state() == "drafted"
        assert rules(world, "facebook") == {"consent.scope"}

    @pytest.mark.parametrize("state", ["scheduled", "staged"])
    def test_a_withdrawal_takes_everything_back(self, reaches: Reaches, state: str) -> None:
        world = reaches("awaiting")
        key = person(world)
        shows(world, key)
        world.approves()
        if state == "staged":
            world.clock.set(world.due() - timedelta(minutes=5))
            world.works()
        assert world.state() == state

        withdrawing.withdraw_person(world.deps, world.person("redaktion"), key, "Widerruf", world.clock.now())
        world.runs_until(world.due() if world.post()["due_at"] else world.clock.now() + timedelta(hours=1))

        assert world.state() == "closed"
        assert world.network.public() == []

    def test_who_comes_of_age_before_the_release_is_not_shown(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        birthday = TODAY + timedelta(days=2)
        shows(world, person(world, adult_on=birthday, asked=2))
        at = world.clock.now() + timedelta(days=3)

        with pytest.raises(Refused) as refused:
            approving.approve(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), at=at)

        assert refused.value.code == "consent.adult"

    @pytest.mark.parametrize(("days", "reminded"), [(20, True), (200, False)])
    def test_who_comes_of_age_soon_is_reminded_of_before(self, reaches: Reaches, days: int, reminded: bool) -> None:
        world = reaches("awaiting")
        key = person(world, adult_on=TODAY + timedelta(days=days), asked=1)
        shows(world, key)

        found = [one for one in health.examine(world.deps, world.clock.now()) if key in one.subject]

        assert bool(found) is reminded
        assert all("erneuern" in one.text and not one.ok for one in found)

    def test_a_consent_withdrawn_in_the_database_is_seen_by_the_guard(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        key = person(world)
        shows(world, key)
        world.approves()
        with world.deps.store.write() as session:
            consents.withdraw_consent(session, key, world.person("redaktion"), world.clock.now())

        world.dies_and_restarts()
        world.clock.set(world.due())
        world.works()

        assert (world.post()["reason"] or {}).get("code") == "consent.withdrawn"
        assert world.network.public() == []


class TestTheDocument:
    def test_it_lies_encrypted_and_each_reading_is_an_event(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        key = person(world)
        folder = world.deps.settings.data_dir / "consents"
        [path] = folder.iterdir()

        assert b"Ada" not in path.read_bytes()
        assert (path.stat().st_mode & 0o077, folder.stat().st_mode & 0o077) == (0, 0)
        assert consents.read_document(world.deps, world.person("pruefung"), key, world.clock.now()) == b"Ada Beispiel"
        with world.deps.store.read() as session:
            [event] = [row for row in session.query(EventRow) if row.what == "consent.read"]
            assert pseudonyms.names(session, [event.actor])[event.actor] == "pruefung"
            assert (event.subject_id, event.digest, event.organisation) == (key, path.name, "fulda")

    def test_is_locked_anew_with_the_newest_key_and_read_as_before(self, reaches: Reaches) -> None:
        """The old key may go then; with the old one alone nothing opens, and without it nothing is exchanged."""
        world = reaches("awaiting")
        person(world)
        [path] = (world.deps.settings.data_dir / "consents").iterdir()
        old, new = world.environment["DISTRIBUTOR_KEY"], new_key()
        before, operator, now = path.read_bytes(), world.person("betrieb"), world.clock.now()

        def with_keys(keys: str) -> Deps:
            return replace(world.deps, vault=Vault(keys))

        with pytest.raises(Refused):
            accounts.rotate_keys(with_keys(new), operator, now)
        assert path.read_bytes() == before
        accounts.rotate_keys(with_keys(f"{new},{old}"), operator, now)

        assert path.read_bytes() != before
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        assert documents.read(with_keys(new), path.name) == b"Ada Beispiel"
        with pytest.raises(Refused):
            documents.read(with_keys(old), path.name)

    @pytest.mark.parametrize("login", ["fulda", "betrieb"])
    def test_few_may_read_it(self, reaches: Reaches, login: str) -> None:
        world = reaches("awaiting")
        key = person(world)

        with pytest.raises(Refused) as refused:
            consents.read_document(world.deps, world.person(login), key, world.clock.now())

        assert refused.value.code == "forbidden"

    def test_one_that_was_exchanged_is_noticed(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        one = person(world)
        other = consents.add_person(world.deps, world.person("redaktion"), "fulda", world.clock.now())
        form = Signed("A1", TODAY, ("image",), ("x",), b"Bea Muster")
        consents.add_consent(world.deps, world.person("redaktion"), other, form, world.clock.now())
        paths = {path.name: path for path in (world.deps.settings.data_dir / "consents").iterdir()}
        shown = consent_views.person_show(world.deps, world.person("pruefung"), one, world.clock.now())
        mine = paths.pop(shown["consents"][0]["document"])
        [theirs] = paths.values()
        mine.write_bytes(theirs.read_bytes())

        with pytest.raises(Refused):
            consents.read_document(world.deps, world.person("pruefung"), one, world.clock.now())

    @pytest.mark.parametrize("size", [0, documents.MOST_BYTES + 1])
    def test_nothing_and_too_much_are_refused(self, reaches: Reaches, size: int) -> None:
        world = reaches("awaiting")
        key = person(world, signed=False)

        with pytest.raises(Refused) as refused:
            form = Signed("A1", TODAY, ("image",), ("x",), b"x" * size)
            consents.add_consent(world.deps, world.person("redaktion"), key, form, world.clock.now())

        assert refused.value.code == "consent.document"

    def test_an_erased_person_leaves_hashes_and_no_document(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        key = person(world)
        shows(world, key)
        editor = world.person("redaktion")
        with pytest.raises(Refused) as refused:
            consents.erase(world.deps, editor, key, "Antrag", world.clock.now())
        assert refused.value.code == "person.shown"

        withdrawing.withdraw_person(world.deps, editor, key, "Widerruf", world.clock.now())
        consents.erase(world.deps, editor, key, "Antrag", world.clock.now())

        shown = consent_views.person_show(world.deps, editor, key, world.clock.now())
        assert (shown["erased"], shown["adult_on"], len(shown["consents"])) == (True, None, 1)
        assert list((world.deps.settings.data_dir / "consents").iterdir()) == []


def test_what_is_missing_names_channels_as_they_call_themselves(reaches: Reaches) -> None:
    world = reaches("awaiting", *CHANNELS)
    key = person(world, channels=("facebook",))
    shows(world, key)

    [shown] = consent_views.of_item(world.deps, world.posts()[0]["item"], world.clock.now())["persons"]

    assert [gap for gap in shown["gaps"] if gap.endswith("(Instagram, X)")], shown["gaps"]


def test_what_is_paid_for_begins_with_the_label(reaches: Reaches) -> None:
    world = reaches("awaiting", *CHANNELS)

    answers(world, Answer("partner", "paid"))
    number = world.posts(channel="x")[0]["id"]
    approving.edit(world.deps, world.person("fulda"), number, "Eigener Text.", world.clock.now())

    assert all(post["text"].startswith("Anzeige\n") for post in world.posts())
    said = world.post(number)["text"]
    approving.edit(world.deps, world.person("fulda"), number, said, world.clock.now())
    assert world.post(number)["text"].count("Anzeige") == 1
