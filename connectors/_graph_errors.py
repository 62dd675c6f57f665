"""From an answer of Meta's Graph API to one of the six errors. The codes themselves are data in ``_graph_codes``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import facebook

from connectors._graph_codes import (
    PERMISSION,
    REACTIONS,
    TOO_MANY,
    UNCLEAR,
    UNKNOWN,
    UNKNOWN_2207,
    USE_CASE,
    Reaction,
)
from connectors._http import redact
from connectors._pace import CAN_WAIT, EVERYTHING, Pace, Reach, Told
from connectors.base import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    StageLost,
    Throttled,
    Unauthorised,
    Unavailable,
)

_LONGEST_WAIT = timedelta(hours=24)
_NEARLY, _FULL = timedelta(minutes=5), timedelta(minutes=15)
_USAGE = ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage")
"""How long usage is given to fall, where Meta does not say; our own choice."""

_BY_NUMBER = {subcode or code: reaction for (code, subcode), reaction in REACTIONS.items() if (subcode or code) >= 1000}


class GraphError(facebook.GraphAPIError):  # type: ignore[misc]
    """An answer that is not the one asked for: Meta's error object, or something that is no answer at all.

    Keeps the few parts that are needed, without headers or request, so that no secret can be read out of it.
    ``regain`` is how long Meta wants to be left alone, where it says so.
    """

    def __init__(self, status: int, error: Mapping[str, Any], *, regain: timedelta | None = None) -> None:
        self.status = status
        self.subcode = _number(error.get("error_subcode"))
        self.user_text = " ".join(str(error[key]) for key in ("error_user_title", "error_user_msg") if error.get(key))
        self.transient = error.get("is_transient") is True
        self.trace = str(error.get("fbtrace_id") or "")
        self.regain = regain
        super().__init__({"error": {"message": str(error.get("message") or "no message")}})
        self.code = _number(error.get("code"))

    @classmethod
    def of(
        cls, status: int, body: object, headers: Mapping[str, str], hide: Sequence[str] = (), *, ok: bool = False
    ) -> GraphError:
        """Build the error from a decoded body, with every string in ``hide`` blotted out of the platform's words."""
        error = body.get("error") if isinstance(body, dict) else None
        if not isinstance(error, dict):
            what = "an unexpected body" if ok else "no error object"
            error = {"message": f"HTTP {status} with {what}"}
        shown = {key: _blot(value, hide) for key, value in error.items()}
        return cls(status, shown, regain=regain(headers))

    @property
    def number(self) -> str:
        """The platform's own code as people quote it: ``190/463``, or the HTTP status where there is none."""
        if self.code is None:
            return f"HTTP {self.status}"
        return f"{self.code}/{self.subcode}" if self.subcode is not None else str(self.code)

    @property
    def gone(self) -> bool:
        """Whether Meta says that the object is not there, or not there for us (it does not tell the two apart)."""
        return (self.code, self.subcode) == (100, 33)

    @property
    def reaction(self) -> Reaction:
        """What this answer makes us do, before it is asked which call got it."""
        if self.code is None:
            return TOO_MANY if self.status == 429 else UNCLEAR
        known = reaction_to(self.code, self.subcode)
        if known is None:
            return UNCLEAR if self.transient or self.status >= 500 else UNKNOWN
        if known.kind is Rejected and self.transient:
            return UNCLEAR
        return known


def reaction_to(code: int, subcode: int | None = None) -> Reaction | None:
    """Return the line of the table for a code and subcode, most particular first; None if nobody knows the code."""
    exact = REACTIONS.get((code, subcode)) or _BY_NUMBER.get(subcode or code)
    if exact is not None:
        return exact
    general = REACTIONS.get((code, None)) or _BY_NUMBER.get(code) or _range(code)
    strange = any(2_207_000 <= number <= 2_207_999 for number in (code, subcode or 0))
    if strange and (general is None or general.kind is Rejected or code < 0):
        return UNKNOWN_2207
    return general


def _range(code: int) -> Reaction | None:
    if 200 <= code <= 299:
        return PERMISSION
    return USE_CASE if 80_000 <= code <= 80_099 else None


def classify(error: GraphError, *, label: str, now: datetime, changes: bool, releasing: bool) -> ConnectorError:
    """Return the error for our caller: what the code means for a look, for staging, or for the release.

    A look says nothing about the content. Staging makes nothing public, so an unclear answer may be repeated. On the
    release only a white-listed code is a "no": everything else may have been published all the same.
    """
    reaction = error.reaction
    detail = redact(f"{error.message} {error.user_text} [HTTP {error.status}, fbtrace_id {error.trace or '-'}]")
    if releasing and not reaction.certain:
        text = f"{label} hat mit einem Fehler geantwortet ({error.number}); ob der Post öffentlich ist, wird geprüft."
        return OutcomeUnknown(text, detail=detail, code=error.number)
    text = reaction.text.format(label=label)
    if reaction.kind is Throttled:
        until = now + (error.regain or reaction.wait)
        return Throttled(text, until=until, detail=detail, code=error.number, scope=reaction.scope, who=reaction.who)
    kind = reaction.kind
    if kind is OutcomeUnknown or (kind is Rejected and not changes):
        kind = Unavailable
    return kind(text, detail=detail, code=error.number, scope=reaction.scope, who=reaction.who)


def spoilt(status: str, *, label: str) -> ConnectorError:
    """Return what a container's ERROR status means, by the code inside its free text.

    What may pass on a second try is StageLost here: the container itself can only be made anew.
    """
    found = re.search(r"\b\d{4,7}\b", status)
    number = int(found.group()) if found else 0
    reaction = reaction_to(number) or UNKNOWN_2207
    kind = reaction.kind if reaction.kind in {Rejected, Unauthorised} else StageLost
    text = reaction.text.format(label=label)
    return kind(text, detail=redact(status), code=str(number or "ERROR"), scope=reaction.scope, who=reaction.who)


def pace(told: Told, now: datetime) -> tuple[Pace, ...]:
    """Return what must wait by the usage that an answer tells, in per cent of what is allowed.

    From 90 on what can wait does, for a few minutes; at 100 everything, for as long as Meta says. X-Page-Usage is in
    older pages only (UNVERIFIED that it is still sent).
    Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting, read on 2026-11-21.
    """
    if not any(name in told.headers for name in _USAGE):
        return ()
    app, page, business_uses = (told.headers.get(name, "") for name in _USAGE)
    objects = _json(business_uses)
    uses = [use for group in objects.values() if isinstance(group, list) for use in group if isinstance(use, dict)]
    business = max([_usage(page), *(_percent(use) for use in uses)])
    found: tuple[tuple[Reach, float, timedelta | None], ...] = (
        ("account", business, regain(told.headers)),
        ("app", _usage(app), None),
    )
    return tuple(
        Pace(EVERYTHING, now + (wait or _FULL), scope) if used >= 100 else Pace(CAN_WAIT, now + _NEARLY, scope)
        for scope, used, wait in found
        if used >= 90
    )


def _usage(header: str) -> float:
    return _percent(_json(header))


def _percent(use: Mapping[str, Any]) -> float:
    numbers = [use.get(name) for name in ("call_count", "total_cputime", "total_time")]
    return max((float(one) for one in numbers if isinstance(one, int | float) and not isinstance(one, bool)), default=0)


def _json(header: str) -> Mapping[str, Any]:
    try:
        told = json.loads(header)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def regain(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long Meta wants to be left alone (``estimated_time_to_regain_access``, minutes), if it says so.

    Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting, read on 2026-11-21.
    """
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", ""))
        minutes = max(float(use.get("estimated_time_to_regain_access", 0)) for uses in usage.values() for use in uses)
        return min(timedelta(minutes=minutes), _LONGEST_WAIT) if minutes > 0 else None
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _blot(value: object, hide: Sequence[str]) -> object:
    if not isinstance(value, str):
        return value
    for secret in hide:
        value = value.replace(secret, "…")
    return value
