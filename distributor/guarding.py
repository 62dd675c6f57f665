"""Whether a Post may be released at this very moment, asked immediately before its release. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from distributor.domain import Reason, State
from distributor.lifecycle import Move, Policy

S = State


@dataclass(frozen=True, slots=True)
class Permission:
    """What the guard asks about a Post immediately before its release."""

    approved_digest: str
    staged_digest: str
    due_at: datetime
    cleared: bool
    withdrawn: bool
    recalled: bool
    embargo_until: datetime | None
    valid_until: datetime | None
    stopped: str | None
    account_paused: bool
    leaving: bool = False
    trouble: str = ""
    missing: Reason | None = None
    rendered_digest: str | None = None
    gate: Reason | None = None


def guard(asked: Permission, now: datetime, policy: Policy) -> Move | None:
    """Return None if the release may happen, else where the Post goes instead (its own state: it simply waits)."""
    if asked.recalled or asked.withdrawn:
        return _closed("withdrawn", "Der Post wurde zurückgezogen.")
    if asked.leaving:
        return _closed("account.retired", "Das Konto ist stillgelegt; auf ihm erscheint nichts mehr.")
    if asked.valid_until is not None and now >= asked.valid_until:
        return _closed("expired", "Die Gültigkeit des Beitrags ist abgelaufen.")
    if asked.stopped is not None:
        text = f"Zur geplanten Zeit galt die Notbremse ({asked.stopped}). Bitte neu bestätigen."
        return Move(S.MISSED, Reason("stopped", text, "officer"), drop_stage=True)
    if asked.approved_digest != asked.staged_digest:
        return _void("Der vorbereitete Post ist nicht der freigegebene; bitte neu freigeben.")
    if asked.rendered_digest is not None and asked.rendered_digest != asked.approved_digest:
        return _void("Der Post hat sich seit der Freigabe geändert; bitte neu prüfen und freigeben.")
    if not asked.cleared:
        return _void("Die Rechteklärung des Beitrags ist nicht mehr vollständig; bitte nach der Klärung neu freigeben.")
    if asked.embargo_until is not None and now < asked.embargo_until:
        return _void("Die geplante Zeit liegt vor dem Ende der Sperrfrist; bitte eine spätere Zeit wählen.")
    if now - asked.due_at > policy.lateness:
        return late(asked.due_at, asked.trouble)
    return _held_up(asked, now, policy)


def _held_up(asked: Permission, now: datetime, policy: Policy) -> Move | None:
    """Return what keeps a Post back whose content and time are right; an unfinished one is not asked for its gates."""
    if asked.missing is not None:
        return Move(S.STAGED, asked.missing, next_try_at=now + _patience(now - asked.due_at, policy))
    if asked.gate is not None:
        return Move(S.AWAITING, asked.gate, drop_stage=True)
    if asked.account_paused:
        return Move(S.STAGED, Reason("account.paused", "Das Konto ist angehalten.", "operator"), next_try_at=now)
    return None


def _patience(late_by: timedelta, policy: Policy) -> timedelta:
    """Return how long a Post waits for something else before it is asked again: ever longer, as it waits longer."""
    return min(max(policy.backoff_base / 5, late_by / 4), policy.backoff_cap / 3)


def _closed(code: str, text: str) -> Move:
    return Move(S.CLOSED, Reason(code, text), drop_stage=True)


def _void(text: str) -> Move:
    return Move(S.AWAITING, Reason("approval.void", text, "officer"), drop_stage=True)


def late(due_at: datetime, trouble: str = "") -> Move:
    """Return the Move of a Post whose time has passed too far; ``trouble`` is what last held it up."""
    text = "Die geplante Zeit ist zu lange vorbei. Bitte eine neue Zeit wählen oder verwerfen."
    told = f"{text} Zuletzt: {trouble}" if trouble else text
    return Move(S.MISSED, Reason("late", told, "officer"), drop_stage=True)
