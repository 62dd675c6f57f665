"""Candidates laid into slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.book import Row
from schedules.calendar import Calendar, Duty, QuietHours, WeeklySlot
from schedules.campaigns import Campaign
from schedules.days import Occasion
from schedules.objections import why_not
from schedules.plan import Candidate, Lane, Placement, Taken, Unplaced, plan, rank, stagger
from schedules.slots import Slot, expand
from tests.support.effort import effort

BERLIN = ZoneInfo("Europe/Berlin")
HORIZON = timedelta(days=14)
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)  # a Monday, 08:00 in Berlin
WORKDAYS = tuple(WeeklySlot(day, at) for day in range(5) for at in (time(12, 30), time(17)))
PLAIN = Calendar("probe", slots=WORKDAYS, min_distance=timedelta(hours=3), max_per_day=2)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BERLIN).astimezone(UTC)


def candidate(
    key: int, *, before: datetime = NOW, after: datetime | None = None, priority: int = 0, lane: str = "one"
) -> Candidate:
    return Candidate(key, lane, before, after, NOW - timedelta(days=1) + timedelta(seconds=key), priority)


def lay(
    *candidates: Candidate, calendar: Calendar = PLAIN, taken: tuple[datetime, ...] = (), now: datetime = NOW
) -> list[str]:
    lanes = {"one": Lane("one", "a", calendar)}
    outcome = plan(candidates, lanes, [Taken("one", at) for at in taken], now)
    return [f"{one.key} {one.why}" for one in outcome]


def test_each_candidate_gets_the_earliest_free_slot_and_the_reason_is_said() -> None:
    assert lay(candidate(1), candidate(2), candidate(3)) == [
        "1 Mo 23.11., 12:30 frei",
        "2 Mo 23.11., 17:00 frei; 12:30 belegt",
        "3 Di 24.11., 12:30 frei; Mo 23.11., 17:00 belegt; Mo 23.11., 12:30 belegt",
    ]


def test_many_passed_over_slots_are_counted() -> None:
    assert lay(*(candidate(key) for key in range(5)))[-1] == (
        "4 Mi 25.11., 12:30 frei; Di 24.11., 17:00 belegt; Di 24.11., 12:30 belegt; 2 weitere davor verworfen"
    )


def test_higher_priority_goes_first_then_age_then_key() -> None:
    assert [one.split(" frei")[0] for one in lay(candidate(1), candidate(2), candidate(3, priority=1))] == [
        "3 Mo 23.11., 12:30",
        "1 Mo 23.11., 17:00",
        "2 Di 24.11., 12:30",
    ]


def test_an_embargo_is_kept_to_the_minute_and_said() -> None:
    until = berlin("11-24T12:30")

    assert lay(candidate(1, before=until)) == ["1 Di 24.11., 12:30 frei; frühestens ab Di 24.11., 12:30 Uhr"]
    assert lay(candidate(1, before=until + timedelta(seconds=1)))[0].startswith("1 Di 24.11., 17:00")


def test_the_end_of_validity_is_kept_to_the_minute() -> None:
    ends = berlin("11-23T12:30")

    assert lay(candidate(1, after=ends)) == ["1 Mo 23.11., 12:30 frei"]
    assert lay(candidate(1, after=ends - timedelta(seconds=1))) == [
        "1 Von Mo 23.11., 08:00 Uhr bis Mo 23.11., 12:29 Uhr hat der Kalender „probe“ keine Zeit für diesen Kanal. "
        "Bitte Zeiten eintragen oder den Post von Hand legen."
    ]


def test_a_slot_in_the_past_is_not_used_and_one_at_this_moment_is() -> None:
    noon = berlin("11-23T12:30")

    assert lay(candidate(1), now=noon)[0].startswith("1 Mo 23.11., 12:30")
    assert lay(candidate(1), now=noon + timedelta(seconds=1))[0].startswith("1 Mo 23.11., 17:00")


@pytest.mark.parametrize("embargo", ["11-01T12:00", "11-23T08:00"])
def test_an_expired_candidate_is_told_so(embargo: str) -> None:
    assert lay(candidate(1, before=berlin(embargo), after=berlin("11-20T12:00"))) == [
        "1 Die Gültigkeit endet am Fr 20.11., 12:00 Uhr und ist vorbei. "
        "Bitte die Gültigkeit verlängern oder den Post verwerfen."
    ]


def test_a_validity_that_ends_before_the_embargo_is_told_so() -> None:
    assert lay(candidate(1, before=berlin("11-25T12:00"), after=berlin("11-24T12:00"))) == [
        "1 Die Gültigkeit endet am Di 24.11., 12:00 Uhr, erscheinen darf der Post erst ab Mi 25.11., 12:00 Uhr. "
        "Bitte die Gültigkeit verlängern oder den Post verwerfen."
    ]


def test_an_embargo_past_the_horizon_waits_even_at_the_end_of_all_time() -> None:
    (said,) = lay(candidate(1, before=datetime.max.replace(tzinfo=UTC), after=datetime.max.replace(tzinfo=UTC)))

    assert said.endswith("Er wird später eingeplant.")


def test_a_channel_without_slots_is_told_so() -> None:
    assert "keine Zeit für diesen Kanal" in lay(candidate(1), calendar=Calendar("leer"))[0]


def test_a_full_lane_is_told_so_with_what_was_in_the_way() -> None:
    (said,) = lay(candidate(1, after=berlin("11-23T18:00")), taken=(berlin("11-23T12:30"), berlin("11-23T15:00")))

    assert said == (
        "1 Von Mo 23.11., 08:00 Uhr bis Mo 23.11., 18:00 Uhr ist kein Platz frei "
        "(Mo 23.11., 17:00 wegen Mindestabstand verworfen; Mo 23.11., 12:30 belegt). "
        "Bitte den Post von Hand legen oder einen anderen verschieben."
    )


def test_a_validity_that_ends_at_a_taken_slot_leaves_no_place() -> None:
    ends = berlin("11-23T12:30")

    assert "kein Platz frei (Mo 23.11., 12:30 belegt)" in lay(candidate(1, after=ends), taken=(ends,))[0]


def test_slots_past_the_validity_are_not_named_as_the_reason() -> None:
    soon = berlin("11-23T12:00")

    assert "keine Zeit für diesen Kanal" in lay(candidate(1), candidate(2), candidate(3), candidate(4, after=soon))[-1]


def test_an_unknown_account_is_told_so() -> None:
    assert plan([candidate(1, lane="weg")], {}, [], NOW) == [
        Unplaced(1, "Das Konto „weg“ ist nicht bekannt. Bitte das Konto anlegen.")
    ]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("11-23T14:00", "17:00 frei; 12:30 wegen Mindestabstand verworfen"),
        ("11-23T14:01", "Di 24.11., 12:30 frei; Mo 23.11., 17:00 wegen Mindestabstand verworfen"),
        ("11-23T09:30", "12:30 frei"),
        ("11-23T09:31", "17:00 frei; 12:30 wegen Mindestabstand verworfen"),
    ],
)
def test_the_distance_to_what_is_taken_is_kept_on_both_sides(held: str, expected: str) -> None:
    assert expected in lay(candidate(1), taken=(berlin(held),))[0]


def test_what_was_published_earlier_today_counts_for_the_day() -> None:
    calendar = Calendar("probe", slots=WORKDAYS, max_per_day=1)

    assert lay(candidate(1), calendar=calendar, taken=(berlin("11-23T00:05"),)) == [
        "1 Di 24.11., 12:30 frei; Mo 23.11., 17:00 wegen Tagesgrenze verworfen; "
        "Mo 23.11., 12:30 wegen Tagesgrenze verworfen"
    ]


def test_the_day_limit_counts_local_days() -> None:
    calendar = Calendar("probe", slots=WORKDAYS, max_per_day=1)
    just_before_midnight = berlin("11-22T23:59")

    assert lay(candidate(1), calendar=calendar, taken=(just_before_midnight,))[0].startswith("1 Mo 23.11., 12:30")


def test_a_slot_takes_as_many_as_it_may_and_the_distance_does_not_count_within() -> None:
    calendar = Calendar("probe", slots=WORKDAYS, per_slot=2, min_distance=timedelta(hours=3))

    assert [one.split(" frei")[0] for one in lay(*(candidate(key) for key in range(3)), calendar=calendar)] == [
        "0 Mo 23.11., 12:30",
        "1 Mo 23.11., 12:30",
        "2 Mo 23.11., 17:00",
    ]


def test_lanes_do_not_see_each_other() -> None:
    lanes = {name: Lane(name, "a", PLAIN, stagger(PLAIN, 0)) for name in ("one", "two")}
    outcome = plan([candidate(1), candidate(2, lane="two")], lanes, [Taken("two", berlin("11-23T12:30"))], NOW)

    assert [one.at for one in outcome if isinstance(one, Placement)] == [berlin("11-23T12:30"), berlin("11-23T17:00")]


OFFICE = Duty("Ada", (0, 1, 2, 3, 4), time(9), time(16))
THEMED = (
    WeeklySlot(0, time(9)),
    WeeklySlot(0, time(12, 30), topics=("Geld", "Wohnen")),
    WeeklySlot(0, time(17), forms=("reel",)),
    WeeklySlot(1, time(9), topics=("Geld",), forms=("reel",)),
    WeeklySlot(2, time(9)),
)


def wishing(key: int, *topics: str, form: str = "feed", campaign: Campaign | None = None) -> Candidate:
    return Candidate(key, "one", NOW, None, NOW - timedelta(days=1), 0, topics, form, campaign)


@pytest.mark.parametrize(
    ("wish", "patience", "expected"),
    [
        (wishing(1), 48, "1 Mo 23.11., 09:00 frei"),
        (
            wishing(1, "geld"),
            48,
            "1 Mo 23.11., 12:30 frei; passt zu Thema oder Form; 09:00 zurückgestellt, weil weniger passend",
        ),
        (wishing(1, "geld"), 3, "1 Mo 23.11., 09:00 frei"),
        (
            wishing(1, form="reel"),
            48,
            "1 Mo 23.11., 17:00 frei; passt zu Thema oder Form; 12:30 zurückgestellt, weil weniger passend; "
            "09:00 zurückgestellt, weil weniger passend",
        ),
        (
            wishing(1, "Wohnen", form="reel"),
            48,
            "1 Mo 23.11., 12:30 frei; passt zu Thema oder Form; 09:00 zurückgestellt, weil weniger passend",
        ),
    ],
)
def test_a_slot_made_for_such_posts_wins_within_the_patience(wish: Candidate, patience: int, expected: str) -> None:
    calendar = Calendar("probe", slots=THEMED, patience=timedelta(hours=patience))

    assert lay(wish, calendar=calendar) == [expected]


def test_a_slot_made_for_others_is_taken_only_if_no_other_is_near() -> None:
    calendar = Calendar("probe", slots=THEMED, patience=timedelta(hours=48))
    held = (berlin("11-23T09:00"),)

    assert lay(wishing(1), calendar=calendar, taken=held) == [
        "1 Mi 25.11., 09:00 frei; Di 24.11., 09:00 zurückgestellt, weil weniger passend; "
        "Mo 23.11., 17:00 zurückgestellt, weil weniger passend; 2 weitere davor verworfen"
    ]
    assert lay(wishing(1), calendar=replace(calendar, patience=timedelta(hours=20)), taken=held) == [
        "1 Mo 23.11., 12:30 frei; 09:00 belegt"
    ]


@pytest.mark.parametrize(
    ("topics", "day"), [(("ausbildung",), "Di 24.11."), ((), "Mo 23.11."), (("Geld",), "Mo 23.11.")]
)
def test_an_action_day_goes_to_the_topics_it_names(topics: tuple[str, ...], day: str) -> None:
    action = Occasion(date(2026, 11, 24), date(2026, 11, 24), "action", "Tag der Ausbildung", ("Ausbildung",))
    calendar = Calendar("probe", slots=WORKDAYS, occasions=(action,), patience=timedelta(hours=24))

    (said,) = lay(wishing(1, *topics), calendar=calendar)

    assert said.startswith(f"1 {day}, 12:30 frei")
    assert ("; Aktionstag Tag der Ausbildung; Mo 23.11., 17:00 zurückgestellt, weil kein Aktionstag" in said) is (
        day == "Di 24.11."
    )


@pytest.mark.parametrize(
    ("topics", "form", "slot", "expected"),
    [
        ((), "", Slot(NOW, NOW), (True, True, 0)),
        (("geld",), "", Slot(NOW, NOW, cover=("Ada",)), (False, False, 0)),
        (("geld",), "", Slot(NOW, NOW, ("Geld", "Wohnen")), (True, False, -1)),
        (("Wohnen",), "", Slot(NOW, NOW, ("Geld", "Wohnen")), (True, True, -1)),
        ((), "feed", Slot(NOW, NOW, ("Geld",)), (True, True, 1)),
        ((), "reel", Slot(NOW, NOW, (), ("reel",)), (True, True, -1)),
        ((), "feed", Slot(NOW, NOW, (), ("reel",)), (True, True, 1)),
        (("Wohnen",), "feed", Slot(NOW, NOW, ("Wohnen",), ("reel",)), (True, True, 1)),
        (("Wohnen",), "reel", Slot(NOW, NOW, ("Wohnen",), ("reel",)), (True, True, -1)),
    ],
)
def test_a_slot_is_ranked_by_cover_then_action_day_then_fit(
    topics: tuple[str, ...], form: str, slot: Slot, expected: tuple[bool, bool, int]
) -> None:
    action = Occasion(NOW.date(), NOW.date(), "action", "Weltspartag", ("Geld",))
    row = Row(Calendar("probe", occasions=(action,), duty=(OFFICE,)), "a", timedelta(), NOW, NOW + HORIZON)

    assert rank(wishing(1, *topics, form=form), slot, row) == expected


def test_an_action_day_is_no_reason_to_break_an_embargo_or_a_validity() -> None:
    action = Occasion(date(2026, 11, 24), date(2026, 11, 24), "action", "Tag der Ausbildung", ("Ausbildung",))
    calendar = Calendar("probe", slots=WORKDAYS, occasions=(action,), patience=timedelta(days=7))
    early = replace(wishing(1, "Ausbildung"), not_after=berlin("11-23T18:00"))
    late = replace(wishing(1, "Ausbildung"), not_before=berlin("11-25T08:00"))

    assert lay(early, calendar=calendar)[0].startswith("1 Mo 23.11., 12:30")
    assert lay(late, calendar=calendar)[0].startswith("1 Mi 25.11., 12:30")


def test_a_slot_where_somebody_answers_wins_before_all_other_wishes() -> None:
    slots = (WeeklySlot(0, time(17), topics=("Geld",)), WeeklySlot(1, time(10)))
    calendar = Calendar("probe", slots=slots, duty=(OFFICE,), patience=timedelta(hours=24))

    assert lay(wishing(1, "Geld"), calendar=calendar) == [
        "1 Di 24.11., 10:00 frei; Mo 23.11., 17:00 ohne Kommentardienst zurückgestellt"
    ]


def test_an_uncovered_slot_is_planned_with_a_warning_or_not_at_all_where_cover_is_needed() -> None:
    calendar = Calendar("probe", slots=(WeeklySlot(0, time(17)), WeeklySlot(3, time(10))), duty=(OFFICE,))
    lanes = {"one": Lane("one", "a", calendar)}
    needed = {"one": Lane("one", "a", replace(calendar, cover_needed=True))}
    commentless = {"one": Lane("one", "a", replace(calendar, cover_needed=True, no_comments=("a",)))}

    (warned,) = plan([candidate(1)], lanes, [], NOW)
    (covered,) = plan([candidate(1)], needed, [], NOW)
    (unasked,) = plan([candidate(1)], commentless, [], NOW)

    assert warned == Placement(
        1, berlin("11-23T17:00"), "Mo 23.11., 17:00 frei", ("Mo 23.11., 17:00 Uhr hat niemand Kommentardienst.",)
    )
    assert covered == Placement(
        1, berlin("11-26T10:00"), "Do 26.11., 10:00 frei; Mo 23.11., 17:00 ohne Kommentardienst verworfen"
    )
    assert unasked == Placement(1, berlin("11-23T17:00"), "Mo 23.11., 17:00 frei")


def test_where_nobody_ever_answers_and_cover_is_needed_the_plan_says_so() -> None:
    (said,) = lay(candidate(1), calendar=Calendar("probe", slots=THEMED, cover_needed=True))

    assert "ohne Kommentardienst verworfen" in said


def test_days_that_keep_slots_away_are_named_and_holidays_of_schools_noted() -> None:
    days = [
        Occasion(date(2026, 11, 23), date(2026, 11, 24), "blackout", "Umstellung"),
        Occasion(date(2026, 11, 25), date(2026, 11, 25), "quiet", "Gedenktag"),
        Occasion(date(2026, 11, 28), date(2026, 11, 29), "closing", "Wochenende"),
        Occasion(date(2026, 11, 26), date(2026, 11, 30), "school", "Ferien"),
        Occasion(date(2026, 11, 26), date(2026, 11, 26), "pre_election", "Landratswahl"),
    ]
    lanes = {"one": Lane("one", "a", replace(PLAIN, occasions=tuple(days)))}

    (found,) = plan([candidate(1)], lanes, [], NOW)

    assert found == Placement(
        1,
        berlin("11-26T12:30"),
        "Do 26.11., 12:30 frei; Mi 25.11. stiller Tag (Gedenktag); 23.11. bis 24.11. Sperrzeit (Umstellung); Ferien",
        ("Do 26.11.2026: Zeit vor einer Wahl (Landratswahl). Bitte prüfen, ob der Post dazu passt.",),
    )


def test_a_blackout_over_the_whole_time_is_the_reason() -> None:
    blackout = Occasion(date(2026, 11, 1), date(2027, 3, 1), "blackout", "Umstellung")

    (said,) = lay(candidate(1), calendar=replace(PLAIN, occasions=(blackout,)))

    assert "ist kein Platz frei (01.11. bis 01.03. Sperrzeit (Umstellung))" in said


WEEKLY = Campaign(7, date(2026, 11, 24), date(2026, 12, 15), timedelta(days=7))


def test_a_campaign_keeps_its_weeks_and_its_distance_in_the_order_of_age() -> None:
    wanted = [wishing(key, campaign=WEEKLY) for key in range(4)]

    assert lay(*wanted, wishing(9)) == [
        "0 Di 24.11., 12:30 frei; frühestens ab Di 24.11., 00:00 Uhr",
        "1 Di 01.12., 12:30 frei; frühestens ab Di 24.11., 00:00 Uhr; "
        "Mo 30.11., 17:00 wegen Abstand in der Kampagne verworfen; "
        "Mo 30.11., 12:30 wegen Abstand in der Kampagne verworfen; 8 weitere davor verworfen",
        "2 Di 08.12., 12:30 frei; frühestens ab Di 24.11., 00:00 Uhr; "
        "Mo 07.12., 17:00 wegen Abstand in der Kampagne verworfen; "
        "Mo 07.12., 12:30 wegen Abstand in der Kampagne verworfen; 18 weitere davor verworfen",
        "3 Di 15.12., 12:30 frei; frühestens ab Di 24.11., 00:00 Uhr; "
        "Mo 14.12., 17:00 wegen Abstand in der Kampagne verworfen; "
        "Mo 14.12., 12:30 wegen Abstand in der Kampagne verworfen; 28 weitere davor verworfen",
        "9 Mo 23.11., 12:30 frei",
    ]


def test_a_week_of_a_campaign_is_a_week_over_the_clock_change() -> None:
    now = datetime(2027, 3, 22, 7, tzinfo=UTC)
    campaign = Campaign(1, date(2027, 3, 22), date(2027, 4, 30), timedelta(days=7))
    calendar = Calendar("probe", slots=(WeeklySlot(0, time(12)), WeeklySlot(1, time(8))))
    wanted = [replace(wishing(key, campaign=campaign), not_before=now) for key in range(2)]

    outcome = plan(wanted, {"one": Lane("one", "a", calendar)}, [], now)

    assert [one.at.astimezone(BERLIN).date() for one in outcome if isinstance(one, Placement)] == [
        date(2027, 3, 22),
        date(2027, 3, 29),
    ]


def test_what_a_campaign_already_has_keeps_the_distance_too() -> None:
    lanes = {"one": Lane("one", "a", PLAIN)}
    taken = [Taken("one", berlin("11-27T20:00"), WEEKLY.key), Taken("one", berlin("12-10T08:00"), WEEKLY.key + 1)]

    (found,) = plan([wishing(1, campaign=WEEKLY)], lanes, taken, NOW)

    assert isinstance(found, Placement)
    assert found.at == berlin("12-04T12:30")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-01", "2026-11-22", "Die Kampagne endet am So 22.11., 23:59 Uhr und ist vorbei."),
        ("2026-11-28", "2026-11-29", "hat der Kalender „probe“ keine Zeit für diesen Kanal"),
        ("2027-05-01", "2027-05-31", "Der Post darf erst ab Sa 01.05., 00:00 Uhr erscheinen"),
        ("0001-01-01", "9999-12-31", "Mo 23.11., 12:30 frei"),
    ],
)
def test_a_campaign_out_of_reach_is_told_so(first: str, last: str, said: str) -> None:
    campaign = Campaign(1, date.fromisoformat(first), date.fromisoformat(last), timedelta(days=1))

    assert said in lay(wishing(1, campaign=campaign))[0]


def test_the_row_of_organisations_begins_anew_at_the_end_of_its_span() -> None:
    calendar = Calendar("probe", stagger=timedelta(minutes=2), stagger_span=timedelta(minutes=32))

    assert [stagger(calendar, position) for position in (0, 15, 16, 17, 1000)] == [
        timedelta(minutes=minutes) for minutes in (0, 30, 0, 2, 16)
    ]


def test_organisations_stand_apart_by_their_position() -> None:
    calendar = Calendar("probe", stagger=timedelta(minutes=2))

    assert [stagger(calendar, position) for position in (0, 1, 15)] == [
        timedelta(),
        timedelta(minutes=2),
        timedelta(minutes=30),
    ]
    with pytest.raises(ValueError, match="negative"):
        stagger(calendar, -1)


def test_twelve_items_fit_into_the_fortnight_over_christmas_and_over_easter(
    delivered: Callable[[str], Calendar],
) -> None:
    calendar = delivered("hessen")
    lanes = {
        f"{position}/{channel}": Lane(f"{position}/{channel}", channel, calendar, stagger(calendar, position))
        for position in range(16)
        for channel in ("instagram", "facebook", "x")
    }
    days = [date(year, month, day) for year in range(2026, 2031) for month, day in ((12, 20), (3, 20), (4, 5), (5, 10))]
    for day in days:
        now = datetime.combine(day, time(18, 30), tzinfo=BERLIN)
        wanted = [Candidate(number, lane, now, now + timedelta(days=14), now) for lane in lanes for number in range(12)]
        outcome = plan(wanted, lanes, [], now, timedelta(days=14))
        assert not [one for one in outcome if isinstance(one, Unplaced)]


@pytest.mark.parametrize(("accounts", "each", "placed"), [(2025, 1, 2025), (48, 1000, 48 * 76)])
def test_a_whole_land_is_planned_in_seconds(
    delivered: Callable[[str], Calendar], accounts: int, each: int, placed: int
) -> None:
    calendar = delivered("hessen")
    lanes = {
        str(number): Lane(
            str(number), ("instagram", "facebook", "x")[number % 3], calendar, stagger(calendar, number // 3 % 16)
        )
        for number in range(accounts)
    }
    wanted = [candidate(key, lane=lane) for lane in lanes for key in range(each)]

    with effort(100):
        outcome = plan(wanted, lanes, [], NOW)

    assert sum(isinstance(one, Placement) for one in outcome) == placed
    assert len(outcome) == len(wanted)


@st.composite
def worlds(
    draw: st.DrawFn, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> tuple[list[Candidate], dict[str, Lane], list[Taken], datetime]:
    """Draw two accounts, what they already hold, and what wants in, over two weeks."""
    now = draw(moments)
    minutes = st.integers(-2 * 1440, 16 * 1440).map(lambda number: timedelta(minutes=number))
    offsets = st.integers(0, 45).map(lambda number: timedelta(minutes=number))
    lanes = {name: Lane(name, "a", draw(calendars), draw(offsets)) for name in ("one", "two")}
    taken = [Taken(draw(st.sampled_from(["one", "two"])), now + draw(minutes)) for _ in range(draw(st.integers(0, 5)))]
    for name, lane in lanes.items():
        slots = list(expand(lane.calendar, "a", now, now + timedelta(days=4), offset=lane.offset))[:10]
        taken += [Taken(name, slot.at) for slot in slots if draw(st.booleans())]
    campaigns = [
        Campaign(key, now.date() + timedelta(days=first), now.date() + timedelta(days=first + length), every)
        for key, (first, length, every) in enumerate(draw(st.lists(CAMPAIGNS, max_size=2)))
    ]
    wishes = [*product([0, 1], [(), ("geld",), ("Wohnen", "Ausbildung")], ["", "reel", "feed"], [None, *campaigns])]
    candidates = [
        Candidate(
            key,
            draw(st.sampled_from(["one", "two"])),
            now + draw(minutes),
            draw(st.one_of(st.none(), minutes.map(lambda delta: now + delta))),
            now - timedelta(minutes=draw(st.integers(1, 5))),
            *draw(st.sampled_from(wishes)),
        )
        for key in range(draw(st.integers(0, 25)))
    ]
    taken += [Taken("one", now + draw(minutes), each.key) for each in campaigns]
    return candidates, lanes, taken, now


CAMPAIGNS = st.tuples(st.integers(-3, 10), st.integers(0, 14), st.integers(1, 8).map(lambda days: timedelta(days=days)))


def answered(calendar: Calendar, at: datetime) -> bool:
    """Ask minute by minute whether anybody answers after a moment."""
    there = at.astimezone(BERLIN)
    minute, day = there.hour * 60 + there.minute, there.date()
    length = max(1, int(calendar.answer_within.total_seconds()) // 60)
    for person in {one.person for one in calendar.duty}:
        hours: dict[bool, set[int]] = {True: set(), False: set()}
        for one in calendar.duty:
            bounds = (one.first or date.min) <= day <= (one.last or date.max)
            if one.person == person and bounds and day.weekday() in one.days:
                end = one.end.hour * 60 + one.end.minute or 1440
                hours[one.absent] |= set(range(one.start.hour * 60 + one.start.minute, end))
        if (hours[False] - hours[True]) & set(range(minute, minute + length)):
            return True
    return False


def unwanted(calendar: Calendar, one: Candidate, slot: Slot) -> tuple[int, int, int]:
    """Write the order of wishes down a second time, from the documentation."""
    asked = "a" not in calendar.no_comments and (calendar.duty or calendar.cover_needed)
    alone = 1 if asked and not answered(calendar, slot.at) else 0
    topics = {topic.lower() for topic in one.topics}
    action = any(
        calendar.effect(each.kind) == "suggest"
        and each.first <= slot.local.date() <= each.last
        and topics.intersection(topic.lower() for topic in each.topics)
        for each in calendar.occasions
    )
    verdicts = set()
    if slot.topics:
        verdicts.add(bool(topics.intersection(topic.lower() for topic in slot.topics)))
    if slot.forms:
        verdicts.add(one.form in slot.forms)
    return alone, 0 if action else 1, 1 if False in verdicts else 0 if not verdicts else -1


def slow_plan(
    candidates: list[Candidate], lanes: dict[str, Lane], taken: list[Taken], now: datetime
) -> dict[int, datetime]:
    """Plan by trying every slot against every rule, remembering nothing."""
    held = {name: [(one.at, one.campaign) for one in taken if one.lane == name] for name in lanes}
    placed: dict[int, datetime] = {}
    for one in sorted(candidates, key=lambda one: (-one.priority, one.created, one.key)):
        lane, mine = lanes[one.lane], [at for at, _ in held[one.lane]]
        rules, wish = lane.calendar, one.campaign
        friends = [at.astimezone(BERLIN).date() for at, key in held[one.lane] if wish and key == wish.key]
        free = []
        for slot in expand(rules, lane.channel, now, now + HORIZON, offset=lane.offset):
            day = slot.local.date()
            same_day = sum(at.astimezone(BERLIN).date() == day for at in mine)
            if (
                slot.at >= one.not_before
                and (one.not_after is None or slot.at <= one.not_after)
                and mine.count(slot.at) < rules.per_slot
                and all(at == slot.at or abs(at - slot.at) >= rules.min_distance for at in mine)
                and (rules.max_per_day is None or same_day < rules.max_per_day)
                and not (rules.cover_needed and "a" not in rules.no_comments and not answered(rules, slot.at))
                and (wish is None or wish.first <= day <= wish.last)
                and all(abs(day - friend) >= wish.every for friend in friends if wish)
            ):
                free.append(slot)
        near = [slot for slot in free if slot.at <= free[0].at + rules.patience]
        if near:
            best = min(near, key=lambda slot: (unwanted(rules, one, slot), slot.at))
            placed[one.key] = best.at
            held[one.lane].append((best.at, wish.key if wish else None))
    return placed


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_plan_keeps_every_rule_and_loses_nobody(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> None:
    candidates, lanes, taken, now = data.draw(worlds(calendars, moments))

    outcome = plan(candidates, lanes, taken, now, HORIZON)

    assert sorted(one.key for one in outcome) == [one.key for one in candidates]
    assert all(one.why for one in outcome)
    by_key = {one.key: one for one in candidates}
    for name, lane in lanes.items():
        rules = lane.calendar
        mine = [one.at for one in outcome if isinstance(one, Placement) and by_key[one.key].lane == name]
        others = [one.at for one in taken if one.lane == name]
        assert not [at for at in mine if why_not(rules, "a", at)]
        for at in mine:
            assert all(at == other or abs(at - other) >= rules.min_distance for other in mine + others)
            assert (mine + others).count(at) <= rules.per_slot
        if rules.max_per_day is not None:
            per_day = Counter(at.astimezone(BERLIN).date() for at in mine + others)
            assert all(per_day[at.astimezone(BERLIN).date()] <= rules.max_per_day for at in mine)
    for one in outcome:
        if isinstance(one, Placement):
            wish = by_key[one.key]
            assert max(now, wish.not_before) <= one.at < now + HORIZON
            assert wish.not_after is None or one.at <= wish.not_after
    keeps_campaigns(candidates, outcome)


def keeps_campaigns(candidates: list[Candidate], outcome: list[Placement | Unplaced]) -> None:
    by_key = {one.key: one for one in candidates}
    days: dict[tuple[str, Campaign], list[date]] = {}
    for one in outcome:
        wish = by_key[one.key]
        if isinstance(one, Placement) and wish.campaign:
            days.setdefault((wish.lane, wish.campaign), []).append(one.at.astimezone(BERLIN).date())
    for (_, campaign), found in days.items():
        assert all(campaign.first <= day <= campaign.last for day in found)
        assert all(later - earlier >= campaign.every for earlier, later in pairwise(sorted(found)))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_plan_equals_the_slow_plan_in_whatever_order_things_come(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> None:
    candidates, lanes, taken, now = data.draw(worlds(calendars, moments))

    outcome = plan(candidates, lanes, taken, now, HORIZON)

    assert {one.key: one.at for one in outcome if isinstance(one, Placement)} == slow_plan(
        candidates, lanes, taken, now
    )
    shuffled = plan(
        data.draw(st.permutations(candidates)),
        dict(reversed(lanes.items())),
        data.draw(st.permutations(taken)),
        now,
        HORIZON,
    )
    assert shuffled == outcome


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_newcomer_moves_nobody(
    data: st.DataObject, calendars: st.SearchStrategy[Calendar], moments: st.SearchStrategy[datetime]
) -> None:
    candidates, lanes, taken, now = data.draw(worlds(calendars, moments))
    newcomer = Candidate(999, data.draw(st.sampled_from(["one", "two"])), now, None, now)

    before = plan(candidates, lanes, taken, now, HORIZON)
    after = plan([newcomer, *candidates], lanes, taken, now, HORIZON)

    assert [one for one in after if one.key != 999] == before


def test_quiet_hours_hold_in_a_plan_with_offsets() -> None:
    calendar = Calendar("probe", slots=(WeeklySlot(0, time(19, 50)),), quiet=(QuietHours(time(20), time(7)),))
    lanes = {str(number): Lane(str(number), "a", calendar, timedelta(minutes=2 * number)) for number in range(16)}
    outcome = plan([candidate(number, lane=str(number)) for number in range(16)], lanes, [], NOW)

    assert [f"{one.at.astimezone(BERLIN):%H:%M}" for one in outcome if isinstance(one, Placement)] == [
        "19:50",
        "19:52",
        "19:54",
        "19:56",
        "19:58",
        *["19:59"] * 11,
    ]


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        plan([], {}, [], NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        plan([], {}, [Taken("one", NOW.replace(tzinfo=None))], NOW)
