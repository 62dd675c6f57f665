"""Candidates laid into slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.calendar import Calendar, QuietHours, WeeklySlot
from schedules.plan import Candidate, Lane, Placement, Taken, Unplaced, plan, stagger
from schedules.slots import expand, why_not

BERLIN = ZoneInfo("Europe/Berlin")
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
        "1 Mo 23.11., 12:30: erster freier Platz",
        "2 Mo 23.11., 17:00: erster freier Platz; 12:30 belegt",
        "3 Di 24.11., 12:30: erster freier Platz; Mo 23.11., 17:00 belegt; Mo 23.11., 12:30 belegt",
    ]


def test_many_passed_over_slots_are_counted() -> None:
    assert lay(*(candidate(key) for key in range(5)))[-1] == (
        "4 Mi 25.11., 12:30: erster freier Platz; Di 24.11., 17:00 belegt; Di 24.11., 12:30 belegt; "
        "2 weitere davor nicht frei"
    )


def test_higher_priority_goes_first_then_age_then_key() -> None:
    assert [one.split(":")[0] for one in lay(candidate(1), candidate(2), candidate(3, priority=1))] == [
        "3 Mo 23.11., 12",
        "1 Mo 23.11., 17",
        "2 Di 24.11., 12",
    ]


def test_an_embargo_is_kept_to_the_minute_and_said() -> None:
    until = berlin("11-24T12:30")

    assert lay(candidate(1, before=until)) == [
        "1 Di 24.11., 12:30: erster freier Platz; frühestens ab Di 24.11., 12:30 Uhr"
    ]
    assert lay(candidate(1, before=until + timedelta(seconds=1)))[0].startswith("1 Di 24.11., 17:00")


def test_the_end_of_validity_is_kept_to_the_minute() -> None:
    ends = berlin("11-23T12:30")

    assert lay(candidate(1, after=ends)) == ["1 Mo 23.11., 12:30: erster freier Platz"]
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
        "1 Die Gültigkeit endet am Fr 20.11., 12:00 Uhr und ist damit vorbei. "
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
        "(Mo 23.11., 17:00 Mindestabstand; Mo 23.11., 12:30 belegt). "
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
        ("11-23T14:00", "17:00: erster freier Platz; 12:30 Mindestabstand"),
        ("11-23T14:01", "Di 24.11., 12:30: erster freier Platz; Mo 23.11., 17:00 Mindestabstand"),
        ("11-23T09:30", "12:30: erster freier Platz"),
        ("11-23T09:31", "17:00: erster freier Platz; 12:30 Mindestabstand"),
    ],
)
def test_the_distance_to_what_is_taken_is_kept_on_both_sides(held: str, expected: str) -> None:
    assert expected in lay(candidate(1), taken=(berlin(held),))[0]


def test_what_was_published_earlier_today_counts_for_the_day() -> None:
    calendar = Calendar("probe", slots=WORKDAYS, max_per_day=1)

    assert lay(candidate(1), calendar=calendar, taken=(berlin("11-23T00:05"),)) == [
        "1 Di 24.11., 12:30: erster freier Platz; Mo 23.11., 17:00 Tagesgrenze; Mo 23.11., 12:30 Tagesgrenze"
    ]


def test_the_day_limit_counts_local_days() -> None:
    calendar = Calendar("probe", slots=WORKDAYS, max_per_day=1)
    just_before_midnight = berlin("11-22T23:59")

    assert lay(candidate(1), calendar=calendar, taken=(just_before_midnight,))[0].startswith("1 Mo 23.11., 12:30")


def test_a_slot_takes_as_many_as_it_may_and_the_distance_does_not_count_within() -> None:
    calendar = Calendar("probe", slots=WORKDAYS, per_slot=2, min_distance=timedelta(hours=3))

    assert [one.split(": ")[0] for one in lay(*(candidate(key) for key in range(3)), calendar=calendar)] == [
        "0 Mo 23.11., 12:30",
        "1 Mo 23.11., 12:30",
        "2 Mo 23.11., 17:00",
    ]


def test_lanes_do_not_see_each_other() -> None:
    lanes = {name: Lane(name, "a", PLAIN, stagger(PLAIN, 0)) for name in ("one", "two")}
    outcome = plan([candidate(1), candidate(2, lane="two")], lanes, [Taken("two", berlin("11-23T12:30"))], NOW)

    assert [one.at for one in outcome if isinstance(one, Placement)] == [berlin("11-23T12:30"), berlin("11-23T17:00")]


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

    begin = process_time()
    outcome = plan(wanted, lanes, [], NOW)

    assert process_time() - begin < 10
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
    candidates = [
        Candidate(
            key,
            draw(st.sampled_from(["one", "two"])),
            now + draw(minutes),
            draw(st.one_of(st.none(), minutes.map(lambda delta: now + delta))),
            now - timedelta(minutes=draw(st.integers(1, 5))),
            draw(st.integers(0, 1)),
        )
        for key in range(draw(st.integers(0, 25)))
    ]
    return candidates, lanes, taken, now


HORIZON = timedelta(days=14)


def slow_plan(
    candidates: list[Candidate], lanes: dict[str, Lane], taken: list[Taken], now: datetime
) -> dict[int, datetime]:
    """Plan by trying every slot against every rule, remembering nothing."""
    held = {name: [one.at for one in taken if one.lane == name] for name in lanes}
    placed: dict[int, datetime] = {}
    for one in sorted(candidates, key=lambda one: (-one.priority, one.created, one.key)):
        lane, mine = lanes[one.lane], held[one.lane]
        rules = lane.calendar
        for slot in expand(rules, lane.channel, now, now + HORIZON, offset=lane.offset):
            same_day = sum(at.astimezone(BERLIN).date() == slot.local.date() for at in mine)
            if (
                slot.at >= one.not_before
                and (one.not_after is None or slot.at <= one.not_after)
                and mine.count(slot.at) < rules.per_slot
                and all(at == slot.at or abs(at - slot.at) >= rules.min_distance for at in mine)
                and (rules.max_per_day is None or same_day < rules.max_per_day)
            ):
                placed[one.key] = slot.at
                mine.append(slot.at)
                break
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
