"""What a network's refusals mean, read from a table: for the networks whose server each account names itself.

A row is data: status, the words or the name of the error, and what follows. On release only a row is a "no"; whatever
stands in no row may have been published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from connectors._http import redact
from connectors.base import ConnectorError, OutcomeUnknown, Scope, Throttled, Unavailable, Who

Duty = Literal["read", "stage", "release", "retract"]
"""What was asked for: a look (or a login), a preparation, the post itself, its removal."""

ALL: frozenset[Duty] = frozenset(("read", "stage", "release", "retract"))
RELEASE: frozenset[Duty] = frozenset(("release",))
STAGE: frozenset[Duty] = frozenset(("stage",))
PUBLISHING: frozenset[Duty] = frozenset(("stage", "release"))
LOOKING: frozenset[Duty] = frozenset(("read", "stage"))

_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of refusal. ``names`` and ``words`` (any of them; none means any) narrow it, ``own`` asks for the
    network's own error document, which a proxy's refusal does not have.
    """

    status: int
    error: type[ConnectorError]
    public: str
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    scope: Scope = "account"
    who: Who = "operator"
    duties: frozenset[Duty] = ALL
    own: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer outside 200-299: its status, the error's ``name`` if it has one, its words, whether it is the network's
    own, and until when it asks to wait.
    """

    status: int
    name: str
    words: str
    own: bool
    until: datetime

    @property
    def code(self) -> str:
        """Return status and name as one."""
        return f"{self.status}/{self.name}" if self.name else str(self.status)


def meaning(
    rows: Sequence[Row], refusal: Refusal, *, duty: Duty, label: str, hide: Iterable[str] = ()
) -> ConnectorError:
    """Return the error that a refusal is; ``hide`` are secrets which the answer may repeat."""
    hide = [*hide]
    detail = redact(f"HTTP {refusal.status}: {refusal.words}", hide=hide)
    code = redact(refusal.code, limit=60, hide=hide)
    for row in rows:
        if _fits(row, refusal, duty):
            if row.error is Throttled:
                until = refusal.until
                return Throttled(row.public, until=until, detail=detail, code=code, scope=row.scope, who=row.who)
            return row.error(row.public, detail=detail, code=code, scope=row.scope, who=row.who)
    return unclear(detail, duty=duty, label=label, code=code)


def unclear(detail: str, *, duty: Duty, label: str, code: str = "") -> OutcomeUnknown | Unavailable:
    """Return what an answer means that nobody understands."""
    if duty == "release":
        text = f"{label} hat unklar geantwortet; ob der Post öffentlich ist, wird geprüft."
        return OutcomeUnknown(text, detail=redact(detail), code=code)
    text = f"{label} ist gerade gestört oder antwortet unverständlich; es wird später erneut versucht."
    return Unavailable(text, detail=redact(detail), code=code)


def not_before(until: datetime, now: datetime) -> datetime:
    """Return ``until`` in UTC, but no less than a second and no more than a day from now."""
    return min(max(until.astimezone(UTC), now + timedelta(seconds=1)), now + _DAY)


def _fits(row: Row, refusal: Refusal, duty: Duty) -> bool:
    if row.status != refusal.status or duty not in row.duties or (row.own and not refusal.own):
        return False
    if row.names and refusal.name not in row.names:
        return False
    words = refusal.words.lower()
    return not row.words or any(word in words for word in row.words)
