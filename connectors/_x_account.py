"""An account of X: what it supplies and chooses, and a client for one call in its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import tweepy

from connectors._costs import BUDGET
from connectors._http import not_answered
from connectors._x_client import XClient
from connectors._x_errors import Duty, meaning, unreadable
from connectors.base import Access, Field, Unauthorised

_WHO_REPLIES = {
    "": "alle",
    "following": "wem das Konto folgt",
    "mentionedUsers": "nur Genannte",
    "subscribers": "wer das Konto abonniert hat",
    "verified": "nur verifizierte Konten",
}
"""Source: https://docs.x.com/x-api/posts/create-post, read on 2026-11-21."""

REPLIES = Field(
    "replies",
    "Wer antworten darf",
    required=False,
    help="Sind es nur Genannte, antwortet fast niemand.",
    choices=_WHO_REPLIES,
    shapes=True,
)
THREADS = Field(
    "threads",
    "Threads",
    required=False,
    help="Ein langer Text wird dann an Satzenden geteilt. Ob X das diesem Konto erlaubt, zeigt ein Versuch.",
    choices={"": "aus", "on": "an"},
    shapes=True,
)
FIELDS = (
    Field(
        "consumer_key",
        "API-Schlüssel",
        secret=True,
        help="Im Entwicklungsbereich von X unter der Anwendung: „API Key“.",
    ),
    Field(
        "consumer_secret",
        "Geheimnis zum API-Schlüssel",
        secret=True,
        help="Steht bei X neben dem API-Schlüssel: „API Key Secret“.",
    ),
    Field(
        "access_token",
        "Zugriffstoken",
        secret=True,
        help="„Access Token“ des Kontos mit den Rechten „Read and write“.",
    ),
    Field(
        "access_token_secret",
        "Geheimnis zum Zugriffstoken",
        secret=True,
        help="Steht bei X neben dem Zugriffstoken: „Access Token Secret“.",
    ),
    Field(
        "user_id",
        "Konto-ID",
        help="Die Nummer des Kontos, nicht der Name mit @. Sie steht vor dem Bindestrich im Zugriffstoken.",
    ),
    REPLIES,
    THREADS,
    BUDGET,
)


@contextmanager
def asking(access: Access, duty: Duty) -> Iterator[XClient]:
    """Give a client for one account and turn whatever goes wrong into one of the six errors."""
    missing = [field.label for field in FIELDS if field.required and not access.fields.get(field.name)]
    if missing:
        raise Unauthorised(f"Für das X-Konto fehlen Angaben: {', '.join(missing)}. Bitte eintragen.")
    try:
        yield XClient(access.urls["api"], access.session, access.now, access.fields)
    except tweepy.HTTPException as error:
        hide = [access.fields[field.name] for field in FIELDS if field.secret]
        raise meaning(error.response, duty=duty, now=access.now, hide=hide) from None
    except requests.RequestException as error:
        # the causes hold the request with its signature, so they are not handed on
        raise not_answered(error, access.session, label="X", changes=duty == "release") from None


def data_of(answer: Any, duty: Duty) -> dict[str, Any]:
    """Return the object an answer is about. Raises: OutcomeUnknown, Unavailable if there is none with an id."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("id"), (str, int)) or not str(data["id"]):
        raise unreadable(f"no data.id in {shape_of(answer)}", duty=duty)
    return data | {"id": str(data["id"])}


def shape_of(answer: Any) -> str:
    """Describe an answer without repeating it: it may hold anything."""
    return f"an object of {sorted(answer)}" if isinstance(answer, dict) else type(answer).__name__


def replies_of(access: Access) -> str | None:
    """Return who may reply, None for everybody. Raises: Unauthorised for what X does not know."""
    chosen = access.fields.get(REPLIES.name, "").strip()
    if chosen not in _WHO_REPLIES:
        text = f"„{REPLIES.label}“ kennt bei X nur: {', '.join(filter(None, _WHO_REPLIES))}. Bitte am Konto ändern."
        raise Unauthorised(text, code=REPLIES.name)
    return chosen or None
