"""German words for states and times, used wherever a person reads them. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from distributor.domain import State

STATE_WORDS: dict[State, str] = {
    State.DRAFTED: "Entwurf",
    State.AWAITING: "zur Freigabe",
    State.SCHEDULED: "freigegeben",
    State.STAGED: "vorbereitet",
    State.PUBLISHING: "wird gesendet",
    State.UNCERTAIN: "ungeklärt",
    State.PUBLISHED: "veröffentlicht",
    State.RETRACTING: "wird zurückgenommen",
    State.RETRACTED: "zurückgenommen",
    State.FAILED: "fehlgeschlagen",
    State.MISSED: "verpasst",
    State.CLOSED: "geschlossen",
}

_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
BERLIN = ZoneInfo("Europe/Berlin")


def local_time(moment: datetime) -> str:
    """Return "Mo 24.11.2026, 12:30 Uhr" in German time."""
    local = moment.astimezone(BERLIN)
    return f"{_DAYS[local.weekday()]} {local:%d.%m.%Y, %H:%M} Uhr"
