"""German words for states and times, used wherever a person reads them. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from distributor.domain import Severity, State
from distributor.locale import N_

STATE_WORDS: dict[State, str] = {
    State.DRAFTED: N_("Entwurf"),
    State.AWAITING: N_("zur Freigabe"),
    State.SCHEDULED: N_("freigegeben"),
    State.STAGED: N_("vorbereitet"),
    State.PUBLISHING: N_("wird gesendet"),
    State.UNCERTAIN: N_("ungeklärt"),
    State.PUBLISHED: N_("veröffentlicht"),
    State.RETRACTING: N_("wird zurückgenommen"),
    State.RETRACTED: N_("zurückgenommen"),
    State.FAILED: N_("fehlgeschlagen"),
    State.MISSED: N_("verpasst"),
    State.CLOSED: N_("geschlossen"),
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
    "tailored": N_("Neu zugeschnitten"),
    "post.approved": N_("Freigegeben"),
    "post.approved_first": N_("Erste von zwei Freigaben"),
    "post.approved_alone": N_("Ohne zweite Person freigegeben"),
    "training.opened": N_("In der Schulung geöffnet"),
    "training.seen": N_("In der Schulung an der Wand angesehen"),
    "approval.undone": N_("Freigabe zurückgenommen"),
    "post.edited": N_("Text bearbeitet"),
    "post.moved": N_("Zeit geändert"),
    "post.rejected": N_("Abgelehnt"),
    "post.retried": N_("Erneut versucht"),
    "post.hurried": N_("Sofort veröffentlichen"),
    "post.seen_absent": N_("Nachgesehen: nicht öffentlich"),
    "post.seen_public": N_("Nachgesehen: öffentlich"),
    "post.recall": N_("Rücknahme verlangt"),
    "post.recalled": N_("Zurückgenommen"),
    "recall.reminded": N_("An das Löschen erinnert"),
    "post.missed": N_("Zeit verpasst"),
    "post.taken_back": N_("Freigabe vom Kalender zurückgenommen"),
    "post.corrects": N_("Als Korrektur angelegt"),
    "post.ticked_off": N_("Von Hand Erledigtes abgehakt"),
    "post.corrected": N_("Text durch eine Korrektur geändert"),
    "post.repeated": N_("Wiederholung angelegt"),
    "post.expired": N_("Verfallen"),
    "post.handed_over": N_("Andere Zuständigkeit"),
    "post.left": N_("Geschlossen, weil das Konto aufgegeben wird"),
    "staging": N_("Wird vorbereitet"),
    "staged": N_("Beim Netzwerk vorbereitet"),
    "staging.failed": N_("Vorbereitung fehlgeschlagen"),
    "release.claimed": N_("Wird gesendet"),
    "release.failed": N_("Senden fehlgeschlagen"),
    "guard.refused": N_("Vor dem Senden angehalten"),
    "release.partly": N_("Ein Teil ist öffentlich"),
    "release.by_hand": N_("Zum Posten von Hand übergeben"),
    "post.reminded": N_("An das Posten erinnert"),
    "withheld": N_("Nicht gesendet"),
    "published": N_("Veröffentlicht"),
    "receipt.refused": N_("Beleg gehört zu einem anderen Post"),
    "looked": N_("Nachgesehen"),
    "look.failed": N_("Nachsehen fehlgeschlagen"),
    "owner.died": N_("Dienst wurde unterbrochen"),
    "leftover.removed": N_("Rest beim Netzwerk von Hand entfernt"),
    "post.doubted": N_("Nach einer Rücksicherung: wird gesucht"),
    "retracted": N_("Vom Netzwerk gelöscht"),
    "retract.failed": N_("Löschen fehlgeschlagen"),
    "retract.by_hand": N_("Muss von Hand gelöscht werden"),
}
"""For the events in a Post's story."""

WHO_WORDS: dict[str, str] = {
    "officer": N_("Kanalverantwortliche"),
    "editor": N_("Redaktion"),
    "operator": N_("Betrieb"),
    "daemon": N_("der Dienst, von selbst"),
}
"""For whoever acts next on a Post."""

_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
BERLIN = ZoneInfo("Europe/Berlin")


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a German day begins and when the next one does."""
    begins, ends = (datetime.combine(each, time(), BERLIN) for each in (day, day + timedelta(days=1)))
    return begins, ends


def day_span(first: date, last: date) -> str:
    """Return "24.12.2026" or "24.12.2026 bis 31.12.2026"."""
    return f"{first:%d.%m.%Y}" if first == last else f"{first:%d.%m.%Y} bis {last:%d.%m.%Y}"


def day_name(day: date | str) -> str:
    """Return "Mo 24.11.2026"; ISO 8601 is taken too."""
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{_DAYS[found.weekday()]} {found:%d.%m.%Y}"


def local_time(moment: datetime) -> str:
    """Return "Mo 24.11.2026, 12:30 Uhr" in German time."""
    local = moment.astimezone(BERLIN)
    return f"{_DAYS[local.weekday()]} {local:%d.%m.%Y, %H:%M} Uhr"


def span_words(length: timedelta) -> str:
    """Return "3 Stunden", "90 Minuten" or "eine Stunde"; seconds are left out."""
    minutes = length // timedelta(minutes=1)
    if minutes % 60 == 0 and minutes:
        return "eine Stunde" if minutes == 60 else f"{minutes // 60} Stunden"
    return "eine Minute" if minutes == 1 else f"{minutes} Minuten"


def stamp(moment: datetime | None) -> str | None:
    """Return ISO 8601 in UTC with a Z, or None."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
