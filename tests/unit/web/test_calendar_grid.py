"""Which days each view of the calendar shows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.web.calendar_grid import DAY, LIST, MONTH, SHOWN, WEEK, Place, day_of, span, view_of

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
ONE = timedelta(days=1)


@given(day=DAYS)
def test_a_month_is_weeks_that_hold_each_of_its_days_once_under_its_weekday(day: date) -> None:
    found = span(MONTH, day)
    weeks = found.weeks
    shown = [each for week in weeks for each in week if each is not None]
    assert all(each is None or each.weekday() == place for week in weeks for place, each in enumerate(week))
    assert {len(week) for week in weeks} == {7}
    assert all(any(week) for week in weeks)
    assert [each.day for each in shown] == list(range(1, len(shown) + 1))
    assert {(each.year, each.month) for each in shown} == {(day.year, day.month)}
    assert (found.after - shown[-1]).days == 1


@given(day=DAYS, view=st.sampled_from(sorted(SHOWN)))
def test_going_on_and_back_leaves_no_day_out_and_comes_back(day: date, view: str) -> None:
    found = span(view, day)
    assert found.first <= day <= found.last
    following, before = span(view, found.after), span(view, found.before)
    assert following.first <= found.last + ONE <= following.last
    assert before.first <= found.first - ONE <= before.last
    assert span(view, following.before) == found == span(view, before.after)


@pytest.mark.parametrize(
    ("view", "day", "first", "last", "name"),
    [
        (MONTH, "2026-10-25", "2026-10-01", "2026-10-31", "Oktober 2026"),
        (MONTH, "2027-02-10", "2027-02-01", "2027-02-28", "Februar 2027"),
        (MONTH, "2027-01-01", "2027-01-01", "2027-01-31", "Januar 2027"),
        (WEEK, "2027-01-01", "2026-12-28", "2027-01-03", "Woche 53: 28.12.2026 bis 03.01.2027"),
        (LIST, "2026-12-31", "2026-12-28", "2027-01-24", "28.12.2026 bis 24.01.2027"),
        (DAY, "2026-03-29", "2026-03-29", "2026-03-29", "So 29.03.2026"),
    ],
)
def test_the_nights_of_the_clock_and_of_the_year_change_nothing(
    view: str, day: str, first: str, last: str, name: str
) -> None:
    found = span(view, date.fromisoformat(day))
    assert (found.first.isoformat(), found.last.isoformat(), found.name) == (first, last, name)


@pytest.mark.parametrize("written", ["", "Quatsch", "0001-01-01", "9999-12-31", "2026-13-01"])
def test_an_odd_day_is_today(written: str) -> None:
    assert day_of(written, date(2026, 11, 23)) == date(2026, 11, 23)


def test_an_odd_view_is_the_list_and_an_address_names_its_place() -> None:
    assert [view_of(each) for each in ("monat", "jahr", "")] == [MONTH, LIST, LIST]
    assert Place(MONTH, "fulda", date(2026, 11, 1)).href == "/kalender?ansicht=monat&kjc=fulda&ab=2026-11-01"
    assert Place(DAY, "", date(2026, 11, 1), 2).href == "/kalender?ansicht=tag&ab=2026-11-01&seite=2"
