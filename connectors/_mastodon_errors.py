"""What a Mastodon server's answers mean, as a table. No call is made here.

Shapes and sentences: https://docs.joinmastodon.org/methods/statuses/, …/methods/media/, …/api/rate-limits/ and the
server's own app/controllers/concerns/api/error_handling.rb (read 2026-11-22). An error is ``{"error": "…"}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import requests

from connectors._pace import EVERYTHING, Pace, Told, window
from connectors._refusals import LOOKING, PUBLISHING, RELEASE, STAGE, Duty, Refusal, Row, meaning, not_before
from connectors.base import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unauthorised,
    Unavailable,
)

LABEL = "Mastodon"
_WINDOW = timedelta(minutes=5)

ROWS: tuple[Row, ...] = (
    Row(
        401,
        Unauthorised,
        "Mastodon erkennt das Zugriffstoken nicht mehr an. Bitte das Mastodon-Konto neu verbinden.",
        own=False,
    ),
    Row(
        403,
        Unauthorised,
        "Dem Zugriffstoken für Mastodon fehlen Rechte. Nötig sind read:accounts, read:statuses, write:media und "
        "write:statuses.",
        words=("authorized scopes",),
    ),
    Row(
        403,
        Unauthorised,
        "Das Mastodon-Konto ist gesperrt oder noch nicht bestätigt. Bitte auf dem Server anmelden und nachsehen.",
        words=("disabled", "suspended", "frozen", "locked", "confirm", "pending", "deactivated"),
    ),
    Row(403, Unauthorised, "Mastodon verweigert den Zugriff. Bitte die Rechte des Mastodon-Kontos prüfen."),
    Row(
        404,
        Unauthorised,
        "Der Mastodon-Server findet dieses Konto nicht. Bitte Serveradresse und Konto prüfen.",
        duties=LOOKING,
    ),
    Row(410, Unauthorised, "Das Mastodon-Konto gibt es nicht mehr. Bitte die Angaben des Kontos prüfen."),
    Row(
        413,
        Rejected,
        "Mastodon lehnt ein Bild ab: die Datei ist zu groß. Bitte ein kleineres Bild nehmen.",
        scope="post",
        who="officer",
        duties=STAGE,
        own=False,
    ),
    # After a lost answer "already attached" says that the post stands; "not found" says that it does not. One sentence
    # says both, so only a look tells.
    Row(
        422,
        OutcomeUnknown,
        "Mastodon meldet, dass die Bilder schon verwendet oder nicht mehr da sind; es wird nachgesehen.",
        words=("already attached",),
        scope="post",
        duties=RELEASE,
    ),
    Row(
        422,
        Unavailable,
        "Mastodon verarbeitet die Bilder noch; es wird in Kürze erneut versucht.",
        words=("finished processing", "not_ready"),
        scope="post",
        duties=RELEASE,
    ),
    Row(
        422,
        Rejected,
        "Mastodon lehnt diesen Post ab: der Text ist zu lang. Bitte kürzen.",
        words=("character limit",),
        scope="post",
        who="officer",
        duties=RELEASE,
    ),
    Row(
        422,
        Rejected,
        "Mastodon lehnt ein Bild ab: es ist beschädigt oder im falschen Format. Bitte das Bild ersetzen.",
        scope="post",
        who="officer",
        duties=STAGE,
    ),
    Row(
        422,
        Rejected,
        "Mastodon lehnt diesen Post als ungültig ab. Bitte Text und Bilder prüfen und den Post ändern.",
        scope="post",
        who="officer",
        duties=RELEASE,
    ),
    Row(
        400,
        Rejected,
        "Mastodon lehnt diesen Post als ungültig ab. Bitte Text und Bilder prüfen und den Post ändern.",
        scope="post",
        who="officer",
        duties=PUBLISHING,
    ),
    Row(
        429,
        Throttled,
        "Mastodon nimmt gerade keine weiteren Aufrufe an; es geht später von selbst weiter.",
        own=False,
    ),
)


def refused(response: requests.Response, *, duty: Duty, now: datetime, hide: Iterable[str] = ()) -> ConnectorError:
    """Return the error that an answer outside 200-299 is."""
    words = own_words(response)
    refusal = Refusal(
        status=response.status_code,
        name="",
        words=words if words is not None else response.text[:2000],
        own=words is not None,
        until=reset_of(response.headers, now) or now + _WINDOW,
    )
    return meaning(ROWS, refusal, duty=duty, label=LABEL, hide=hide)


def own_words(response: requests.Response) -> str | None:
    """Return what the server itself, not a proxy on the way, says is wrong; None if it is not the server's answer."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return None
    if not isinstance(body, Mapping) or not isinstance(body.get("error"), str):
        return None
    return "; ".join(str(body[key]) for key in ("error", "error_description") if body.get(key))


def reset_of(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when the server takes calls again, between a second and a day from now; None if it does not say."""
    try:
        until = datetime.fromisoformat(headers.get("X-RateLimit-Reset", ""))
    except ValueError:
        wait = headers.get("Retry-After", "")
        if not (wait.isdecimal() and len(wait) < 6):
            return None
        until = now + timedelta(seconds=int(wait))
    return not_before(until if until.tzinfo else until.replace(tzinfo=UTC), now)


_KINDS = (
    ("POST", "/media", frozenset({"stage"})),
    ("DELETE", "/statuses/", frozenset({"retract"})),
)
"""The windows that bound one kind of work; every other answer tells of the account's common one."""


def pace(told: Told, now: datetime) -> tuple[Pace, ...]:
    """Return what must wait: https://docs.joinmastodon.org/api/rate-limits/, read 2026-11-22."""
    own = (kinds for method, path, kinds in _KINDS if told.method == method and path in told.path)
    return window(calls_left(told.headers), reset_of(told.headers, now), next(own, EVERYTHING))


def calls_left(headers: Mapping[str, str]) -> int | None:
    """Return how many calls of this kind the server still takes in this window; None if it does not say."""
    left = headers.get("X-RateLimit-Remaining", "")
    return int(left) if left.isdecimal() and left.isascii() and len(left) < 9 else None
