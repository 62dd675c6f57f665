"""What an entered day does at once to what was proposed and approved, and who may enter it for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from distributor.domain import Refused
from distributor.services import approving, configuration, occasions, planning, views
from distributor.services.occasions import Entered
from schedules.days import Kind
from tests.support.world import SETUP, World, _files

Reaches = Callable[..., World]
DAY = timedelta(days=1)


def enters(world: World, kind: Kind, first: date, last: date | None = None, **more: Any) -> Entered:
    """Let the editor (or ``who``) enter days for all (or one ``organisation``)."""
    given = {"organisation": None, "title": "Umzug", **more}
    who = world.person(given.pop("who", "redaktion"))
    return occasions.enter(world.deps, who, world.clock.now(), kind=kind, first=first, last=last or first, **given)


def day_of(world: World, number: int = 0) -> date:
    return world.due(number).date()


@pytest.mark.parametrize("state", ["scheduled", "staged"])
def test_a_blackout_takes_approvals_in_it_back_and_says_why(state: str, reaches: Reaches) -> None:
    world = reaches(state)
    due = world.due()

    done = enters(world, "blackout", due.date(), title="Trauerfall")

    post = world.post()
    assert done.consequences.taken_back == (post["id"],)
    assert (post["state"], post["approved_digest"], post["reason"]["code"]) == ("awaiting", None, "calendar.forbidden")
    assert "Trauerfall" in post["reason"]["text"]
    assert [event["what"] for event in post["events"]][-1] == "post.taken_back"
    planning.propose(world.deps, world.clock.now())
    assert world.due().date() > due.date()
    world.runs_until(due + DAY)
    assert world.network.public() == []


def test_a_blackout_of_one_jobcenter_leaves_the_others_alone(reaches: Reaches) -> None:
    world = reaches("scheduled", organisations=("fulda", "marburg-biedenkopf"))

    enters(world, "blackout", day_of(world, 1), organisation="fulda", who="fulda")

    assert {post["organisation"]: post["state"] for post in world.posts()} == {
        "fulda": "awaiting",
        "marburg-biedenkopf": "scheduled",
    }


def test_only_days_of_the_span_count_both_ends_included(reaches: Reaches) -> None:
    world = reaches("scheduled")
    in_a_week = world.due() + 7 * DAY
    approving.move(world.deps, world.person("fulda"), world.post()["id"], in_a_week, world.clock.now())
    day = day_of(world)

    enters(world, "closing", day + DAY, day + 3 * DAY)
    enters(world, "closing", day - 3 * DAY, day - DAY)
    assert world.state() == "scheduled"
    enters(world, "closing", day - DAY, day)
    assert world.state() == "awaiting"


def test_on_a_quiet_day_proposals_move_and_approvals_stand_and_are_named(reaches: Reaches) -> None:
    proposed, approved = reaches("awaiting"), None
    day = day_of(proposed)

    done = enters(proposed, "quiet", day, title="Trauertag")

    assert done.consequences.replanned == 1
    planning.propose(proposed.deps, proposed.clock.now())
    assert day_of(proposed) > day
    approved = reaches("scheduled")
    done = enters(approved, "quiet", day_of(approved), title="Trauertag")
    assert done.consequences.standing == (approved.post()["id"],)
    assert approved.state() == "scheduled"
    assert "Trauertag" in " ".join(approved.post()["notes"])


def test_a_struck_day_is_free_again_and_moves_nothing(reaches: Reaches) -> None:
    world = reaches("awaiting")
    day = day_of(world)
    number = enters(world, "closing", day).number
    planning.propose(world.deps, world.clock.now())
    moved = world.due()

    occasions.strike(world.deps, world.person("redaktion"), number, world.clock.now())
    planning.propose(world.deps, world.clock.now())

    assert world.due() == moved
    assert occasions.entered(world.deps) == []
    approving.move(
        world.deps, world.person("fulda"), world.post()["id"], moved - (moved.date() - day), world.clock.now()
    )


@pytest.mark.parametrize(
    ("who", "organisation", "may"),
    [
        ("fulda", "fulda", True),
        ("fulda", "marburg-biedenkopf", False),
        ("fulda", None, False),
        ("redaktion", None, True),
        ("betrieb", "fulda", True),
        ("pruefung", "fulda", False),
    ],
)
def test_who_may_enter_and_strike_for_whom(who: str, organisation: str | None, may: bool, world: World) -> None:
    far = date(2027, 6, 1)
    held = enters(world, "blackout", far, organisation=organisation).number
    acts: list[Callable[[], object]] = [
        lambda: enters(world, "blackout", far, organisation=organisation, who=who, title="Trauerfall"),
        lambda: occasions.strike(world.deps, world.person(who), held, world.clock.now()),
    ]
    for act in acts:
        if may:
            act()
        else:
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("last", "organisation", "code"),
    [(date(2027, 5, 31), None, "calendar.entry"), (date(2027, 6, 1), "nirgends", "organisation.unknown")],
)
def test_what_cannot_be_entered_is_refused(last: date, organisation: str | None, code: str, world: World) -> None:
    with pytest.raises(Refused) as refused:
        enters(world, "closing", date(2027, 6, 1), last, organisation=organisation)
    assert refused.value.code == code


def test_an_officer_is_told_who_may_enter_and_strike_days_of_all(world: World) -> None:
    far = date(2027, 6, 1)
    number = enters(world, "blackout", far).number
    acts: list[Callable[[], object]] = [
        lambda: enters(world, "blackout", far, title="Trauerfall", who="fulda"),
        lambda: occasions.strike(world.deps, world.person("fulda"), number, world.clock.now()),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.text.endswith(
            " darf das für alle Jobcenter nicht; nötig ist die Rolle Redaktion oder Betrieb."
        )


@pytest.mark.parametrize("scope", [None, "fulda"])
def test_the_same_entry_twice_is_refused_with_the_number_of_the_first(scope: str | None, world: World) -> None:
    day = date(2027, 6, 1)
    number = enters(world, "closing", day, organisation=scope).number

    with pytest.raises(Refused) as refused:
        enters(world, "closing", day, organisation=scope, title=" Umzug ")
    assert refused.value.code == "calendar.twice"
    assert f"Eintrag {number}" in refused.value.text

    enters(world, "closing", day, organisation="marburg-biedenkopf")
    enters(world, "blackout", day, organisation=scope)
    enters(world, "closing", day, day + DAY, organisation=scope)
    enters(world, "closing", day, organisation=scope, title="Umbau")
    assert len(occasions.entered(world.deps)) == 5


@pytest.mark.parametrize("scope", [None, "fulda"])
def test_of_two_who_enter_the_same_at_once_the_database_refuses_one(
    scope: str | None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither sees the other's entry when looking for it."""
    monkeypatch.setattr(occasions, "_not_twice", lambda *_: None)
    day = date(2027, 6, 1)
    enters(world, "closing", day, organisation=scope)

    with pytest.raises(Refused) as refused:
        enters(world, "closing", day, organisation=scope)

    assert refused.value.code == "calendar.twice"
    assert len(occasions.entered(world.deps)) == 1


def test_an_entry_is_past_when_its_last_day_is_over_in_germany(world: World) -> None:
    today = date(2026, 11, 24)
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    given: Any = {"kind": "closing", "title": "Umzug", "organisation": None}

    with pytest.raises(Refused) as refused:
        occasions.enter(world.deps, world.person("redaktion"), late, first=today - 2 * DAY, last=today - DAY, **given)
    assert refused.value.text == "Die Tage sind vorbei (letzter Tag: 23.11.2026); bitte das Datum prüfen."
    occasions.enter(world.deps, world.person("redaktion"), late, first=today - 2 * DAY, last=today, **given)


@pytest.mark.parametrize(
    ("kind", "topics", "said"),
    [("action", [" "], "braucht mindestens ein Thema"), ("closing", ["Geld"], "Themen hat nur ein Aktionstag")],
)
def test_topics_are_asked_for_action_days_only(kind: Kind, topics: list[str], said: str, world: World) -> None:
    with pytest.raises(Refused) as refused:
        enters(world, kind, date(2027, 6, 1), topics=topics)

    assert refused.value.code == "calendar.topics"
    assert said in refused.value.text


class TestATimeThatIsWarnedOf:
    def at_noon_of_a_quiet_day(self, world: World) -> datetime:
        day = day_of(world) + DAY
        enters(world, "quiet", day, title="Trauertag")
        return world.due() + DAY

    @pytest.mark.parametrize("state", ["awaiting", "scheduled"])
    def test_is_taken_only_by_somebody_who_knows(self, state: str, reaches: Reaches) -> None:
        world = reaches(state)
        at, post = self.at_noon_of_a_quiet_day(world), world.post()["id"]
        officer = world.person("fulda")

        with pytest.raises(Refused) as refused:
            approving.move(world.deps, officer, post, at, world.clock.now())
        assert (refused.value.code, "Trauertag" in refused.value.text) == ("time.warned", True)
        approving.move(world.deps, officer, post, at, world.clock.now(), despite=True)

        assert (world.due(), world.state()) == (at, state)

    def test_is_approved_only_by_somebody_who_knows(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        at, post = self.at_noon_of_a_quiet_day(world), world.post()["id"]
        officer = world.person("fulda")

        with pytest.raises(Refused) as refused:
            approving.approve(world.deps, officer, post, world.clock.now(), at=at)
        assert refused.value.code == "time.warned"
        assert approving.approve(world.deps, officer, post, world.clock.now(), at=at, despite=True) == at

    def test_that_was_chosen_by_hand_is_kept_till_the_calendar_forbids_it(self, reaches: Reaches) -> None:
        world = reaches("awaiting")
        at = self.at_noon_of_a_quiet_day(world)
        approving.move(world.deps, world.person("fulda"), world.post()["id"], at, world.clock.now(), despite=True)

        enters(world, "action", at.date(), title="Aktionstag", topics=["Geld"])
        assert world.due() == at
        enters(world, "blackout", at.date())
        assert world.post()["due_at"] is None


def test_who_saw_another_proposed_time_approves_nothing(reaches: Reaches) -> None:
    world = reaches("awaiting")
    seen = world.due()
    enters(world, "closing", seen.date())
    planning.propose(world.deps, world.clock.now())

    with pytest.raises(Refused) as refused:
        approving.approve(world.deps, world.person("fulda"), world.post()["id"], world.clock.now(), proposed=seen)

    assert (refused.value.code, world.state()) == ("post.stale", "awaiting")


class TestACalendarFile:
    def file(self, title: str, day: date, *, uid: str = "ferientag-1@schule.example") -> bytes:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//DE", "BEGIN:VEVENT", f"UID:{uid}",
                 "DTSTAMP:20261101T000000Z", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                 f"DTEND;VALUE=DATE:{day + DAY:%Y%m%d}", f"SUMMARY:{title}", "END:VEVENT", "END:VCALENDAR"]  # fmt: skip
        return "\r\n".join([*lines, ""]).encode()

    def taken(self, world: World, data: bytes, **more: Any) -> occasions.Imported:
        who = world.person(more.pop("who", "redaktion"))
        given = {"kind": "closing", "organisation": "fulda", **more}
        return occasions.take_in(world.deps, who, data, world.clock.now(), **given)

    def test_takes_effect_and_read_again_changes_its_own_days(self, reaches: Reaches) -> None:
        world = reaches("scheduled")
        day = day_of(world)

        first = self.taken(world, self.file("Ferientag", day))
        again = self.taken(world, self.file("Ferientag", day))
        moved = self.taken(world, self.file("Ferientag", day + DAY))

        assert (len(first.added), first.consequences.taken_back) == (1, (world.post()["id"],))
        assert (len(again.added), len(again.changed), again.unchanged) == (0, 0, 1)
        assert (len(moved.added), len(moved.changed)) == (0, 1)
        assert [(each["first"], each["title"]) for each in occasions.entered(world.deps)] == [
            ((day + DAY).isoformat(), "Ferientag")
        ]

    def test_can_be_tried_without_changing_anything(self, reaches: Reaches) -> None:
        world = reaches("scheduled")

        tried = self.taken(world, self.file("Ferientag", day_of(world)), dry_run=True)

        assert (len(tried.added), occasions.entered(world.deps), world.state()) == (1, [], "scheduled")

    def test_of_two_jobcenters_may_name_their_days_alike(self, world: World) -> None:
        data = self.file("Ferientag", date(2027, 2, 8))

        self.taken(world, data)
        self.taken(world, data, organisation="marburg-biedenkopf")

        assert [each["organisation"] for each in occasions.entered(world.deps)] == ["fulda", "marburg-biedenkopf"]

    def test_that_is_none_is_refused(self, world: World) -> None:
        with pytest.raises(Refused) as refused:
            self.taken(world, b"<html>Not found</html>")
        assert refused.value.code == "calendar.file"

    def test_of_strangers_is_not_taken_from_an_officer_for_all(self, world: World) -> None:
        with pytest.raises(Refused) as refused:
            self.taken(world, self.file("Ferientag", date(2027, 2, 8)), organisation=None, who="fulda")
        assert refused.value.code == "forbidden"


def test_the_post_names_who_answers_comments(reaches: Reaches) -> None:
    world = reaches("awaiting")
    roster(
        world, [{"person": "Ada Beispiel", "days": ["Mo", "Di", "Mi", "Do", "Fr"], "start": "09:00", "end": "20:00"}]
    )
    assert world.post()["cover"] == ["Ada Beispiel"]

    roster(world, [{"person": "Ada Beispiel", "days": ["So"], "start": "09:00", "end": "10:00"}])
    assert world.post()["cover"] == []
    assert "niemand Kommentardienst" in " ".join(world.post()["notes"])


def test_the_roster_file_brings_its_own_days_and_they_take_effect(reaches: Reaches) -> None:
    world = reaches("scheduled")

    roster(world, [], [{"kind": "closing", "title": "Umzug", "first": day_of(world).isoformat()}])

    assert world.state() == "awaiting"


def roster(world: World, duty: list[dict[str, Any]], own: list[dict[str, Any]] | None = None) -> None:
    """Import Fulda's file with this comment duty and these days of its own."""
    document = {**_files().organisations["fulda"], "duty": duty, "occasions": own or []}
    files = replace(_files(), organisations={"fulda": document}, accounts={"fulda": ()})
    configuration.take_over(world.deps, SETUP, files, world.clock.now())


def test_views_tell_why_a_time_was_proposed(reaches: Reaches) -> None:
    world = reaches("awaiting")

    assert "frei" in views.post_show(world.deps, world.post()["id"])["why"]
