"""What X's answers mean, as a table. No call is made here.

Shapes of the answers: https://docs.x.com/x-api/fundamentals/response-codes-and-errors (read 2026-11-21); 402, the
duplicate and the monthly cap are not in that page and are as seen in the field.

On release only a row of the table is a "no"; whatever stands in no row may have been published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import requests

from connectors._http import redact
from connectors._pace import EVERYTHING, Pace, Reach, Told, window
from connectors.base import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    Scope,
    StageLost,
    Throttled,
    Unauthorised,
    Unavailable,
    Who,
)

Duty = Literal["read", "stage", "release", "retract"]
"""What was asked for: a look, an upload, the post itself, its removal."""

_ALL: frozenset[Duty] = frozenset(("read", "stage", "release", "retract"))
_RELEASE: frozenset[Duty] = frozenset(("release",))
_PUBLISHING: frozenset[Duty] = frozenset(("stage", "release"))
_LOOKING: frozenset[Duty] = frozenset(("read", "stage"))

_WINDOW = timedelta(minutes=15)
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of answer: its status, the words it carries (any of them; none means any answer), and what it means.

    ``problem`` asks for X's own error document, which a proxy's refusal does not have.
    """

    status: int
    error: type[ConnectorError]
    public: str
    words: tuple[str, ...] = ()
    scope: Scope = "account"
    who: Who = "operator"
    duties: frozenset[Duty] = _ALL
    problem: bool = True


ROWS: tuple[Row, ...] = (
    Row(
        400,
        StageLost,
        "X kennt die hochgeladenen Bilder nicht mehr; sie werden noch einmal hochgeladen.",
        words=("media ids are invalid",),
        scope="post",
        duties=_RELEASE,
    ),
    Row(
        400,
        Rejected,
        "X lehnt diesen Post ab: der Text ist zu lang. Bitte kürzen.",
        words=("too long",),
        scope="post",
        who="officer",
        duties=_RELEASE,
    ),
    Row(
        400,
        Rejected,
        "X lehnt diesen Post als ungültig ab. Bitte Text und Bilder prüfen und den Post ändern.",
        scope="post",
        who="officer",
        duties=_PUBLISHING,
    ),
    Row(400, Unauthorised, "X versteht die Konto-ID nicht. Bitte die Angaben des X-Kontos prüfen."),
    Row(
        401,
        Unauthorised,
        "X erkennt die Zugangsdaten nicht mehr an. Bitte das X-Konto neu verbinden.",
        problem=False,
    ),
    Row(
        402,
        Unauthorised,
        "Das Guthaben bei X ist aufgebraucht. Bitte im Entwicklungskonto von X Guthaben aufladen.",
        scope="app",
        problem=False,
    ),
    Row(
        403,
        OutcomeUnknown,
        "X meldet, dass es diesen Post schon gibt; es wird nachgesehen, ob er bereits öffentlich ist.",
        words=("duplicate content", "code 187"),
        scope="post",
        duties=_RELEASE,
    ),
    Row(
        403,
        Unauthorised,
        "Die bei X angemeldete Anwendung darf das nicht. Bitte ihre Freigabe und Rechte bei X prüfen.",
        words=("client-forbidden", "client-not-enrolled", "oauth1-permissions", "oauth1 app permissions"),
        scope="app",
    ),
    Row(
        403,
        Unauthorised,
        "Das X-Konto darf das nicht: es ist gesperrt, oder der Zugang hat kein Schreibrecht. Bitte das Konto prüfen.",
        words=("not permitted to perform this action", "suspended", "locked", "not allowed to create posts with"),
    ),
    Row(
        403,
        Rejected,
        "X lehnt diesen Post ab: der Text ist zu lang. Bitte kürzen.",
        words=("too long",),
        scope="post",
        who="officer",
        duties=_RELEASE,
    ),
    Row(
        403,
        Rejected,
        "X lehnt diesen Post ab. Bitte den Text ändern oder den Post zurückziehen.",
        scope="post",
        who="officer",
        duties=_RELEASE,
    ),
    Row(403, Unauthorised, "X verweigert den Zugriff. Bitte die Rechte des X-Kontos prüfen."),
    Row(
        404,
        Unauthorised,
        "X findet dieses Konto nicht. Bitte die Angaben des X-Kontos prüfen.",
        duties=_LOOKING,
    ),
    Row(
        413,
        Rejected,
        "X lehnt ein Bild ab: die Datei ist zu groß. Bitte ein kleineres Bild nehmen.",
        scope="post",
        who="officer",
        duties=frozenset(("stage",)),
        problem=False,
    ),
    Row(
        429,
        Throttled,
        "Die monatliche Abfragemenge bei X ist verbraucht; bis zum Monatswechsel geht dort nichts mehr hinaus.",
        words=("usagecapexceeded", "usage-capped", "usage cap"),
        scope="app",
    ),
    Row(429, Throttled, "X nimmt gerade keine weiteren Aufrufe an; es geht später von selbst weiter.", problem=False),
)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    code: str
    words: str
    problem: bool


def meaning(response: requests.Response, *, duty: Duty, now: datetime, hide: Iterable[str] = ()) -> ConnectorError:
    """Return the error that an answer outside 200-299 is; ``hide`` are secrets the answer may repeat."""
    answer = _read(response)
    hide = [*hide]
    detail = redact(f"HTTP {answer.status}: {answer.words}", hide=hide)
    code = redact(answer.code, limit=60, hide=hide)
    for row in ROWS:
        if not _fits(row, answer, duty):
            continue
        if row.error is Throttled:
            until = _next_month(now) if row.words else _reset(response.headers, now)
            return Throttled(row.public, until=until, detail=detail, code=code, scope=row.scope, who=row.who)
        return row.error(row.public, detail=detail, code=code, scope=row.scope, who=row.who)
    if duty == "release":
        text = "X hat unklar geantwortet; ob der Post öffentlich ist, wird geprüft."
        return OutcomeUnknown(text, detail=detail, code=code)
    text = "X ist gerade gestört; es wird später erneut versucht."
    return Unavailable(text, detail=detail, code=code)


def gone(response: requests.Response) -> bool:
    """Tell whether X itself, not a proxy on the way, says that there is nothing under this address."""
    try:
        return response.status_code == 404 and isinstance(response.json(), dict)
    except requests.JSONDecodeError:
        return False


def unreadable(detail: str, *, duty: Duty) -> OutcomeUnknown | Unavailable:
    """Return what an answer of 200-299 without the expected content means."""
    if duty == "release":
        text = "X hat unverständlich geantwortet; ob der Post öffentlich ist, wird geprüft."
        return OutcomeUnknown(text, detail=redact(detail))
    return Unavailable("X hat unverständlich geantwortet; es wird später erneut versucht.", detail=redact(detail))


def _fits(row: Row, answer: _Answer, duty: Duty) -> bool:
    if row.status != answer.status or duty not in row.duties or (row.problem and not answer.problem):
        return False
    return not row.words or any(word in answer.words.lower() for word in row.words)


def _read(response: requests.Response) -> _Answer:
    try:
        body = response.json()
    except requests.JSONDecodeError:
        body = None
    if not isinstance(body, Mapping) or not body.keys() & {"title", "detail", "errors", "type"}:
        return _Answer(response.status_code, str(response.status_code), response.text[:2000], problem=False)
    errors = body.get("errors")
    parts = [body, *(errors if isinstance(errors, list) else ())]
    words = [word for part in parts if isinstance(part, Mapping) for word in _words(part)]
    title = body.get("title")
    code = next((word.removeprefix("code ") for word in words if word.startswith("code ")), title or "")
    return _Answer(
        response.status_code, f"{response.status_code}/{code}", "; ".join(dict.fromkeys(words)), problem=True
    )


def _words(part: Mapping[str, Any]) -> list[str]:
    found = [str(part[key]) for key in ("title", "detail", "message", "reason", "type") if part.get(key)]
    if "code" in part:
        found.append(f"code {part['code']}")
    if isinstance(part.get("parameters"), Mapping):
        found.extend(map(str, part["parameters"]))
    return found


def _reset(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return the earliest moment of the next call: the latest window that is used up, within a day from now."""
    used_up = [
        _moment(headers.get(f"x-{family}-reset", ""))
        for family in ("user-limit-24hour", "app-limit-24hour")
        if headers.get(f"x-{family}-remaining") == "0"
    ]
    moments = [moment for moment in (*used_up, _moment(headers.get("x-rate-limit-reset", ""))) if moment]
    wait = headers.get("retry-after", "")
    if not moments and wait.isdecimal() and len(wait) < 6:
        moments.append(now + timedelta(seconds=int(wait)))
    until = max(moments, default=now + _WINDOW)
    return min(max(until, now + timedelta(seconds=1)), now + _DAY)


_KINDS = (
    ("POST", "/2/tweets", frozenset({"release"})),
    ("DELETE", "/2/tweets/", frozenset({"retract", "unstage"})),
    ("POST", "/2/media/", frozenset({"stage"})),
    ("GET", "/2/media/", frozenset({"stage"})),
    ("GET", "/2/users/", frozenset({"look"})),
)
"""Which work each of X's windows bounds: they are counted by endpoint."""


def pace(told: Told, now: datetime) -> tuple[Pace, ...]:
    """Return what must wait: https://docs.x.com/x-api/fundamentals/rate-limits, read 2026-11-21.

    The headers about 24 hours are as seen in the field: https://github.com/plhery/node-twitter-api-v2/issues/495.
    """
    headers = told.headers
    found: list[Pace] = []
    for method, path, kinds in _KINDS:
        at = told.path.find("/2/")
        if told.method == method and at >= 0 and told.path[at:].startswith(path):
            until = _soon(_moment(headers.get("x-rate-limit-reset", "")), now)
            found += window(_left(headers, "x-rate-limit-remaining"), until, kinds)
    scopes: tuple[tuple[str, Reach], ...] = (("user", "account"), ("app", "app"))
    for family, scope in scopes:
        until = _soon(_moment(headers.get(f"x-{family}-limit-24hour-reset", "")), now)
        for each in window(_left(headers, f"x-{family}-limit-24hour-remaining"), until, EVERYTHING):
            found.append(replace(each, scope=scope))
    return tuple(found)


def _left(headers: Mapping[str, str], name: str) -> int | None:
    left = headers.get(name, "")
    return int(left) if left.isdecimal() and left.isascii() and len(left) < 9 else None


def _soon(moment: datetime | None, now: datetime) -> datetime | None:
    return min(max(moment, now + timedelta(seconds=1)), now + _DAY) if moment is not None else None


def _moment(seconds: str) -> datetime | None:
    told = seconds.isdecimal() and seconds.isascii() and len(seconds) <= 11
    return datetime.fromtimestamp(int(seconds), UTC) if told else None


def _next_month(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
