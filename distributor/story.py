"""A post's story in German, in the order of time: what happened, by whom, what the network said, what is to do. Pure.

Everything comes in as the values that the faces are given, with moments as ISO 8601; nothing is read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from distributor.domain import State
from distributor.locale import N_
from distributor.wording import EVENT_WORDS, STATE_WORDS, local_time

Values = Mapping[str, Any]

ITEM_WORDS: dict[str, str] = {
    "item.new": N_("Beitrag vom Portal übernommen"),
    "item.captioned": N_("Untertitel eingetippt"),
    "item.changed": N_("Beitrag im Portal geändert"),
    "item.answered": N_("Klärung beantwortet"),
    "item.text": N_("Eigener Text der Redaktion"),
    "item.framed": N_("Bildausschnitt oder Bildnachweis geändert"),
    "item.held": N_("Beitrag angehalten"),
    "item.joined": N_("In eine Kampagne genommen"),
    "item.laid_aside": N_("Beitrag zurückgestellt"),
    "item.taken_up": N_("Beitrag aufgenommen"),
    "item.lost_medium": N_("Ein Bild des Beitrags wurde zurückgezogen"),
    "item.settled": N_("Über die Änderung des Beitrags entschieden"),
    "item.prioritised": N_("Vorrang des Beitrags geändert"),
    "item.parted": N_("Aus einer Kampagne genommen"),
    "item.repeated": N_("Wiederholungen bestellt"),
    "item.repeat_stopped": N_("Wiederholungen abbestellt"),
    "item.withdrawn": N_("Beitrag zurückgezogen"),
    "item.gone": N_("Beitrag steht nicht mehr im Portal"),
    "item.back": N_("Beitrag steht wieder im Portal"),
    "item.kept": N_("Beitrag bleibt, obwohl er nicht mehr im Portal steht"),
}
"""For those events of an Item that belong to the story of its posts."""

KIND_WORDS: dict[str, str] = {
    "stage": N_("Vorbereiten"),
    "release": N_("Veröffentlichen"),
    "look": N_("Nachsehen"),
    "retract": N_("Löschen"),
    "unstage": N_("Aufräumen"),
}
"""For what a call was to do."""

OUTCOME_WORDS: dict[str, str] = {
    "": N_("läuft"),
    "done": N_("erledigt"),
    "staged": N_("liegt bereit"),
    "notyet": N_("das Netzwerk braucht noch Zeit"),
    "partly": N_("ein Teil ist öffentlich, der nächste folgt"),
    "receipt": N_("ist öffentlich"),
    "found": N_("gefunden, ist öffentlich"),
    "absent": N_("nicht gefunden"),
    "retracted": N_("ist gelöscht"),
    "byhand": N_("geht nur von Hand"),
    "rejected": N_("vom Netzwerk abgelehnt"),
    "unauthorised": N_("Zugang verweigert"),
    "throttled": N_("vom Netzwerk gebremst"),
    "unavailable": N_("Netzwerk nicht erreichbar"),
    "stagelost": N_("Vorbereitetes ist beim Netzwerk verschwunden"),
    "outcomeunknown": N_("Ausgang ungewiss"),
    "withheld": N_("von uns vor dem Senden angehalten"),
    "owner_died": N_("der Dienst wurde dabei unterbrochen"),
    "never_begun": N_("gar nicht erst begonnen"),
}
"""For how a call ended; ``unsettled_…`` is one whose result could not be stored."""

UNSETTLED = N_("Ergebnis nicht verbucht")

REASON_WORDS: dict[str, str] = {
    "absent": N_("von Hand nachgesehen, nicht öffentlich"),
    "account.paused": N_("Konto angehalten"),
    "account.retired": N_("Konto stillgelegt"),
    "account.unreachable": N_("Konto war nicht erreichbar"),
    "approval.undone": N_("Freigabe zurückgenommen"),
    "approval.void": N_("Freigabe gilt nicht mehr"),
    "budget": N_("Monatsbudget reicht nicht"),
    "calendar.forbidden": N_("Kalender verbietet diese Zeit"),
    "clearance": N_("Klärung noch offen"),
    "consent": N_("Einwilligung fehlt oder gilt nicht"),
    "elected.second": N_("zweite Freigabe vor einer Wahl nötig"),
    "embargo": N_("Sperrfrist"),
    "expired": N_("verfallen"),
    "late": N_("zu spät"),
    "outcome.person": N_("bitte auf dem Konto nachsehen"),
    "outcome.unknown": N_("Ausgang ungewiss"),
    "owner.died": N_("Dienst wurde unterbrochen"),
    "people.unlinked": N_("gezeigte Personen nicht eingetragen"),
    "published.left": N_("öffentlich, etwas bleibt von Hand zu tun"),
    "post.deadly": N_("Programm ist an diesem Post gescheitert"),
    "recall": N_("wird zurückgenommen"),
    "receipt.taken": N_("Beleg gehört zu einem anderen Post"),
    "rejected": N_("abgelehnt"),
    "release.person": N_("bitte von Hand posten"),
    "requires": N_("wartet auf etwas anderes"),
    "restored": N_("Datenbank wurde zurückgesichert"),
    "retract.person": N_("bitte von Hand löschen"),
    "rights": N_("Rechte reichen nicht"),
    "stage.expired": N_("Vorbereitung beim Netzwerk abgelaufen"),
    "stopped": N_("Notbremse"),
    "withdrawn": N_("zurückgezogen"),
    **{code: OUTCOME_WORDS[code] for code in ("unauthorised", "throttled", "unavailable", "stagelost")},
    "outcomeunknown": OUTCOME_WORDS["outcomeunknown"],
}
"""For the code of a reason, or for what stands before its first dot."""

NEXT: dict[State, tuple[str, str]] = {
    State.DRAFTED: (N_("Offene Fragen zum Beitrag klären und Mängel beheben."), "editor"),
    State.AWAITING: (N_("Prüfen, dann freigeben oder ablehnen."), "officer"),
    State.SCHEDULED: (N_("Wird vor seiner Zeit beim Netzwerk vorbereitet."), "daemon"),
    State.STAGED: (N_("Erscheint zu seiner Zeit."), "daemon"),
    State.PUBLISHING: (N_("Wird gerade gesendet."), "daemon"),
    State.UNCERTAIN: (N_("Es wird nachgesehen, ob der Post öffentlich ist."), "daemon"),
    State.RETRACTING: (N_("Wird beim Netzwerk gelöscht."), "daemon"),
    State.FAILED: (N_("Inhalt oder Konto prüfen, dann erneut versuchen oder ablehnen."), "officer"),
    State.MISSED: (N_("Eine neue Zeit wählen oder ablehnen."), "officer"),
}
"""What is to do in a state, and who does it, where no reason says it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. ``platform`` is what the network itself said, redacted, with its own code."""

    at: str
    actor: str
    said: str
    moved: tuple[str, ...] = ()
    why: str = ""
    platform: str = ""


def reason_word(code: str) -> str:
    """Return the words for a reason's code; the code itself where nobody wrote any."""
    return REASON_WORDS.get(code) or REASON_WORDS.get(code.partition(".")[0]) or code


def outcome_word(outcome: str) -> str:
    """Return the words for how a call ended."""
    return OUTCOME_WORDS.get(outcome) or (UNSETTLED if outcome.startswith("unsettled_") else outcome)


def story(post: Values, item_events: Sequence[Values]) -> list[Step]:
    """Return the steps of a post as ``post_show`` gives it, those of its Item among them, the oldest first."""
    steps = [*_of_item(item_events), *_of_events(post), *_of_attempts(post)]
    return sorted(steps, key=lambda step: datetime.fromisoformat(step.at))


def todo(post: Values) -> tuple[str, str] | None:
    """Return what is to do now and who does it; None where nothing is left to do."""
    state, reason = State(post["state"]), post["reason"]
    usual = NEXT.get(state)
    if reason and usual:
        return reason["text"], reason["who"] or usual[1]
    if reason and reason["who"] and state is State.PUBLISHED:
        return reason["text"], reason["who"]
    return usual


def _of_item(events: Sequence[Values]) -> Iterator[Step]:
    for event in events:
        if event["what"] in ITEM_WORDS:
            yield Step(event["at"], event["actor"], ITEM_WORDS[event["what"]])


def _of_events(post: Values) -> Iterator[Step]:
    events, words = post["events"], _worded(post["events"], post["reason"])
    approved = {entry["at"]: entry["due_at"] for entry in post["approvals"]}
    for event, reason in zip(events, words, strict=True):
        why = reason
        states = (STATE_WORDS[State(event[side])] for side in ("from", "to") if event[side])
        due = approved.get(event["at"])
        if due and event["what"].startswith("post.approved"):
            chosen = f" {post['why']}" if post["why"] and due == post["due_at"] else ""
            why = f"für {local_time(datetime.fromisoformat(due))}.{chosen}"
        said = EVENT_WORDS.get(event["what"], event["what"])
        yield Step(event["at"], event["actor"], said, tuple(dict.fromkeys(states)), why)


def _worded(events: Sequence[Values], reason: Values | None) -> list[str]:
    """Return each event's reason in words: the record keeps codes, the sentence stands with the last moves."""
    words = [reason_word(event["reason"]) for event in events]
    moves = [number for number, event in reversed(list(enumerate(events))) if event["to"]]
    if reason and moves:
        for number in takewhile(lambda number: events[number]["reason"] == reason["code"], moves):
            words[number] = reason["text"]
    return words


def _of_attempts(post: Values) -> Iterator[Step]:
    for attempt in post["attempts"]:
        said = f"{KIND_WORDS.get(attempt['kind'], attempt['kind'])}: {outcome_word(attempt['outcome'])}"
        own = " ".join(part for part in (attempt["detail"], f"[{attempt['code']}]" if attempt["code"] else "") if part)
        yield Step(attempt["finished_at"] or attempt["started_at"], "daemon", said, platform=own)
