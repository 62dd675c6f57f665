"""Measure the plan: a whole Land over eight weeks, and a thousand posts of one account. CPU seconds, best of three.

Run it with ``python tests/measure/plan.py`` in the project's folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import process_time

from schedules.calendar import Calendar, Duty, with_own
from schedules.campaigns import Campaign
from schedules.days import Occasion
from schedules.document import calendar_of
from schedules.plan import Candidate, Lane, Placement, Unplaced, plan, stagger

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
CHANNELS = ("website", "instagram", "facebook", "x", "mastodon", "bluesky", "manual", "other")
TOPICS = (("Geld",), ("Ausbildung",), ("Wohnen",), ())


def shared() -> Calendar:
    """Return the delivered calendar with a slot a day for the eighth channel."""
    document = tomllib.loads(Path("config/calendars/hessen.toml").read_text(encoding="utf-8"))
    document["slots"].append({"days": ["Mo", "Di", "Mi", "Do", "Fr"], "at": "14:00", "channels": ["other"]})
    return calendar_of(document)


def own(calendar: Calendar, position: int) -> Calendar:
    """Return one organisation's calendar: a closing day and a comment duty of its own."""
    closing = Occasion(date(2026, 12, 1 + position), date(2026, 12, 1 + position), "closing", "Betriebsausflug")
    duty = Duty("Ada", (0, 1, 2, 3, 4), time(9), time(16))
    return with_own(calendar, [closing], [duty, Duty("Ada", first=date(2026, 12, 23), absent=True)])


def candidates(lane: str, number: int, campaign: Campaign | None = None) -> list[Candidate]:
    return [
        Candidate(key, lane, NOW, None, NOW - timedelta(minutes=key), key % 2, TOPICS[key % 4], "feed", campaign)
        for key in range(number)
    ]


def measured(work: Callable[[], list[Placement | Unplaced]]) -> str:
    seconds = []
    for _ in range(3):
        begin = process_time()
        outcome = work()
        seconds.append(process_time() - begin)
    placed = sum(isinstance(one, Placement) for one in outcome)
    return f"{min(seconds):6.2f} s, {placed} of {len(outcome)} placed"


def main() -> None:
    calendar = shared()
    own_calendars = [own(calendar, position) for position in range(16)]
    land = {
        f"{position}/{channel}": Lane(f"{position}/{channel}", channel, mine, stagger(mine, position))
        for position, mine in enumerate(own_calendars)
        for channel in CHANNELS
    }
    wanted = [one for lane in land for one in candidates(lane, 12)]
    one = {"a": Lane("a", "instagram", own_calendars[0])}
    campaign = Campaign(1, date(2026, 11, 23), date(2027, 1, 17), timedelta(days=7))
    print(f"16 organisations x 8 channels x 12 items: {measured(lambda: plan(wanted, land, [], NOW))}")
    print(f"a thousand posts of one account:          {measured(lambda: plan(candidates('a', 1000), one, [], NOW))}")
    print(
        "the same in one campaign:                 "
        f"{measured(lambda: plan(candidates('a', 1000, campaign), one, [], NOW))}"
    )


if __name__ == "__main__":
    main()
