"""German words for states and times, used wherever a person reads them. Pure."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from distributor.domain import Severity, State

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

SEVERITY_WORDS: dict[Severity, str] = {"block": "verhindert die Freigabe", "warn": "Warnung", "hint": "Hinweis"}

STAGE_WORDS: dict[str, str] = {
    "active": "in Arbeit",
    "held": "angehalten",
    "history": "Archiv",
    "withdrawn": "zurückgezogen",
}
"""For the stages of an Item."""

EVENT_WORDS: dict[str, str] = {
    "tailored": "Neu zugeschnitten",
    "post.approved": "Freigegeben",
    "post.approved_first": "Erste von zwei Freigaben",
    "post.approved_alone": "Ohne zweite Person freigegeben",
    "post.edited": "Text bearbeitet",
    "post.moved": "Zeit geändert",
    "post.rejected": "Abgelehnt",
    "post.retried": "Erneut versucht",
    "post.hurried": "Sofort veröffentlichen",
    "post.seen_absent": "Nachgesehen: nicht öffentlich",
    "post.seen_public": "Nachgesehen: öffentlich",
    "post.recall": "Rücknahme verlangt",
    "post.recalled": "Zurückgenommen",
    "recall.reminded": "An das Löschen erinnert",
    "post.missed": "Zeit verpasst",
    "post.taken_back": "Freigabe vom Kalender zurückgenommen",
    "post.repeated": "Wiederholung angelegt",
    "post.expired": "Verfallen",
    "post.handed_over": "Andere Zuständigkeit",
    "post.left": "Geschlossen, weil das Konto aufgegeben wird",
    "staging": "Wird vorbereitet",
    "staged": "Beim Netzwerk vorbereitet",
    "staging.failed": "Vorbereitung fehlgeschlagen",
    "release.claimed": "Wird gesendet",
    "release.failed": "Senden fehlgeschlagen",
    "guard.refused": "Vor dem Senden angehalten",
    "withheld": "Nicht gesendet",
    "published": "Veröffentlicht",
    "receipt.refused": "Beleg gehört zu einem anderen Post",
    "looked": "Nachgesehen",
    "look.failed": "Nachsehen fehlgeschlagen",
    "owner.died": "Dienst wurde unterbrochen",
    "retracted": "Vom Netzwerk gelöscht",
    "retract.failed": "Löschen fehlgeschlagen",
    "retract.by_hand": "Muss von Hand gelöscht werden",
}
"""For the events in a Post's story."""

_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
BERLIN = ZoneInfo("Europe/Berlin")


def day_span(first: date, last: date) -> str:
    """Return "24.12.2026" or "24.12.2026 bis 31.12.2026"."""
    return f"{first:%d.%m.%Y}" if first == last else f"{first:%d.%m.%Y} bis {last:%d.%m.%Y}"


def local_time(moment: datetime) -> str:
    """Return "Mo 24.11.2026, 12:30 Uhr" in German time."""
    local = moment.astimezone(BERLIN)
    return f"{_DAYS[local.weekday()]} {local:%d.%m.%Y, %H:%M} Uhr"
