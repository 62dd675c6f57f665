"""``distributor calendar``: an Organisation's slots, holidays and planned posts, for people and for calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from distributor.cli.grammar import Day, Misuse, argument, as_json, command, option
from distributor.cli.parts import assemble, exists, present
from distributor.cli.printing import emit, raw, say
from distributor.domain import State
from distributor.services.previewing import as_ics, coming
from distributor.wording import STATE_WORDS

_MANY = 12


@command(
    help="Zeigt Zeitfenster, Feiertage und geplante Posts eines Jobcenters, erster und letzter Tag "
    "eingeschlossen. Ohne Datenbank sprechen die Konfigurationsdateien."
)
@argument("slug", metavar="SLUG")
@option("--from", "first", type=Day(), required=True, metavar="D", help="Erster Tag, wie 2026-11-24.")
@option("--to", "last", type=Day(), required=True, metavar="D", help="Letzter Tag, wie 2026-12-07.")
@as_json
@option("--ics", is_flag=True, help="Gibt eine iCalendar-Datei aus.")
def calendar(slug: str, first: date, last: date, as_json: bool, ics: bool) -> None:
    """Print the coming days."""
    if as_json and ics:
        raise Misuse("--json und --ics schließen einander aus.")
    deps = assemble(database=False)
    seen = coming(deps, slug, first, last, database=exists(deps))
    if as_json:
        emit(seen)
    elif ics:
        raw(as_ics(seen, present()))
    else:
        _show(seen)


def _show(seen: Mapping[str, Any]) -> None:
    origin = "Datenbank" if seen["source"] == "database" else "Konfigurationsdateien"
    say(f"{seen['organisation']}, Kalender „{seen['calendar']}“ (aus: {origin})")
    for day in seen["days"]:
        holiday = f"  Feiertag: {day['holiday']}" if day["holiday"] else ""
        none = "" if day["slots"] or holiday else "  keine Zeitfenster"
        say(f"{day['weekday']} {day['day']}{holiday}{none}")
        for channel in sorted({slot["channel"] for slot in day["slots"]}):
            say(f"    {channel}: {_times([s['local'] for s in day['slots'] if s['channel'] == channel])}")
        for post in day["posts"]:
            beside = "" if post["in_slot"] else ", neben den Zeitfenstern"
            state = STATE_WORDS[State(post["state"])]
            say(f"    * {post['local']} {post['channel']} #{post['id']} {post['title']} ({state}{beside})")


def _times(times: Sequence[str]) -> str:
    if len(times) <= _MANY:
        return ", ".join(times)
    return f"{len(times)} Zeitfenster von {times[0]} bis {times[-1]}"
