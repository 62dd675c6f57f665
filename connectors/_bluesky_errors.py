"""What Bluesky's answers mean, as a table. No call is made here.

An error is ``{"error": "Name", "message": "…"}``: https://atproto.com/specs/xrpc and the server's own code,
packages/pds/src/api/com/atproto (github.com/bluesky-social/atproto, read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import requests

from connectors._pace import EVERYTHING, Pace, Told, window
from connectors._refusals import ALL, PUBLISHING, RELEASE, STAGE, Duty, Refusal, Row, meaning, not_before
from connectors.base import ConnectorError, OutcomeUnknown, Rejected, StageLost, Throttled, Unauthorised

LABEL = "Bluesky"
NO_RECORD = "RecordNotFound"
_WINDOW = timedelta(minutes=5)

ROWS: tuple[Row, ...] = (
    Row(
        401,
        Unauthorised,
        "Bluesky verlangt einen zweiten Faktor; das geht nur mit dem Kontokennwort so. Bitte ein App-Passwort anlegen "
        "und eintragen.",
        names=("AuthFactorTokenRequired",),
    ),
    Row(
        401,
        Unauthorised,
        "Das Bluesky-Konto ist gesperrt oder stillgelegt. Bitte bei Bluesky anmelden und nachsehen.",
        names=("AccountTakedown", "AccountDeactivated"),
    ),
    Row(
        401,
        Unauthorised,
        "Bluesky erkennt Handle oder App-Passwort nicht an. Bitte beides prüfen und nötigenfalls ein neues "
        "App-Passwort anlegen.",
        own=False,
    ),
    Row(
        400,
        Unauthorised,
        "Bluesky erkennt die Anmeldung nicht mehr an. Bitte das Bluesky-Konto neu verbinden.",
        names=("ExpiredToken", "InvalidToken"),
    ),
    Row(
        400,
        Unauthorised,
        "Das Bluesky-Konto ist gesperrt, stillgelegt oder umgezogen. Bitte bei Bluesky anmelden und nachsehen.",
        names=(
            "AccountTakedown",
            "AccountDeactivated",
            "RepoTakendown",
            "RepoDeactivated",
            "RepoSuspended",
            "RepoNotFound",
        ),
    ),
    Row(
        400,
        OutcomeUnknown,
        "Bluesky meldet, dass es diesen Post schon gibt; es wird nachgesehen, ob er bereits öffentlich ist.",
        names=("InvalidSwap",),
        scope="post",
        duties=RELEASE,
    ),
    Row(
        400,
        StageLost,
        "Bluesky hat die hochgeladenen Bilder nicht mehr; sie werden noch einmal hochgeladen.",
        names=("BlobNotFound",),
        scope="post",
        duties=RELEASE,
    ),
    Row(
        400,
        StageLost,
        "Bluesky hat die hochgeladenen Bilder nicht mehr; sie werden noch einmal hochgeladen.",
        words=("could not find blob", "blob not found"),
        scope="post",
        duties=RELEASE,
    ),
    Row(
        400,
        Rejected,
        "Bluesky lehnt ein Bild ab: die Datei ist zu groß oder im falschen Format. Bitte ein anderes Bild nehmen.",
        names=("BlobTooLarge", "InvalidMimeType", "InvalidImage"),
        scope="post",
        who="officer",
        duties=RELEASE | STAGE,
    ),
    Row(
        400,
        Rejected,
        "Bluesky lehnt diesen Post ab: der Text ist zu lang. Bitte kürzen.",
        words=("grapheme", "string too big", "string too long"),
        scope="post",
        who="officer",
        duties=RELEASE,
    ),
    Row(
        400,
        Rejected,
        "Bluesky lehnt ein Bild ab. Bitte das Bild ersetzen.",
        scope="post",
        who="officer",
        duties=STAGE,
    ),
    Row(
        400,
        Rejected,
        "Bluesky lehnt diesen Post als ungültig ab. Bitte Text und Bilder prüfen und den Post ändern.",
        scope="post",
        who="officer",
        duties=RELEASE,
    ),
    Row(
        400,
        Unauthorised,
        "Bluesky versteht die Angaben des Kontos nicht. Bitte Handle und Serveradresse prüfen.",
        duties=ALL - PUBLISHING,
    ),
    Row(403, Unauthorised, "Bluesky verweigert den Zugriff. Bitte ein neues App-Passwort anlegen und eintragen."),
    Row(
        413,
        Rejected,
        "Bluesky lehnt ein Bild ab: die Datei ist zu groß. Bitte ein kleineres Bild nehmen.",
        scope="post",
        who="officer",
        duties=STAGE,
        own=False,
    ),
    Row(
        429,
        Throttled,
        "Bluesky nimmt gerade keine weiteren Aufrufe an; es geht später von selbst weiter.",
        own=False,
    ),
)


def refused(response: requests.Response, *, duty: Duty, now: datetime, hide: Iterable[str] = ()) -> ConnectorError:
    """Return the error that an answer outside 200-299 is."""
    body = document(response)
    name = str(body.get("error", "")) if body else ""
    words = "; ".join(filter(None, (name, str(body.get("message") or "")))) if body else response.text[:2000]
    until = reset_of(response.headers, now) or now + _WINDOW
    refusal = Refusal(response.status_code, name, words, own=body is not None, until=until)
    return meaning(ROWS, refusal, duty=duty, label=LABEL, hide=hide)


def document(response: requests.Response) -> Mapping[str, object] | None:
    """Return the error document that the server itself, not a proxy on the way, gave; None if it is none."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return None
    return body if isinstance(body, Mapping) and isinstance(body.get("error"), str) else None


def reset_of(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when the server takes calls again, between a second and a day from now; None if it does not say."""
    reset, wait = headers.get("ratelimit-reset", ""), headers.get("retry-after", "")
    if reset.isdecimal() and reset.isascii() and len(reset) <= 11:
        return not_before(datetime.fromtimestamp(int(reset), UTC), now)
    if wait.isdecimal() and len(wait) < 6:
        return not_before(now + timedelta(seconds=int(wait)), now)
    return None


def pace(told: Told, now: datetime) -> tuple[Pace, ...]:
    """Return what must wait: https://docs.bsky.app/docs/advanced-guides/rate-limits, read 2026-11-22.

    Logins and writes are counted by account and reads by host, and every call needs a login, so all of it waits.
    """
    return window(calls_left(told.headers), reset_of(told.headers, now), EVERYTHING)


def calls_left(headers: Mapping[str, str]) -> int | None:
    """Return how many calls of this kind the server still takes in this window; None if it does not say."""
    left = headers.get("ratelimit-remaining", "")
    return int(left) if left.isdecimal() and left.isascii() and len(left) < 9 else None
