"""What a token of Meta's may do and until when: the platform's own look into it.

Source: https://developers.facebook.com/docs/graph-api/reference/debug_token, read on 2026-11-21. Only the app may look,
so without its number and secret nothing is told. Meta's examples put both tokens into the address, where no secret of
ours ever stands; that it takes the app's in the header and the other in the body of a POST with ``method=get`` is
UNVERIFIED. Where it does not, nothing is told either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connectors._graph import GraphClient, answers, open_graph
from connectors.base import Access, ConnectorError, Field, Identity, Unauthorised

APP_ID = Field(
    "app_id",
    "App-ID",
    required=False,
    help="Steht im App-Dashboard. Mit ihr und dem App-Geheimnis sagt die Prüfung des Kontos, was erlaubt ist.",
)

Needed = Mapping[str, str]
"""The scopes that a token needs, and what each is good for, in German."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token may do; when it ends, and when its right to read data does; None for never or untold."""

    scopes: frozenset[str]
    ends_at: datetime | None
    reads_until: datetime | None


def grant_of(access: Access, token_field: str, node: str, label: str, *, of_node: str) -> Grant | None:
    """Ask what one of the account's tokens is worth for ``node``; None where that is not told.

    The scopes about nodes of its kind begin with ``of_node``.

    Raises: Unauthorised if it is worth nothing any more.
    """
    app, secret = (access.fields.get(name, "").strip() for name in ("app_id", "app_secret"))
    if not (app and secret and access.fields.get(token_field, "").strip()):
        return None
    token = access.fields[token_field].strip()
    version = open_graph(access, token_field, label).version
    client = GraphClient(
        f"{app}|{secret}",
        base_url=access.urls["graph"],
        version=version,
        session=access.session,
        app_secret=secret,
        hide=[token],
    )
    try:
        with answers(access, label):
            told = client.update_object("debug_token", input_token=token, method="get")
    except ConnectorError:
        return None
    data = told.get("data")
    if not isinstance(data, dict) or "is_valid" not in data:
        return None
    if data["is_valid"] is not True:
        text = f"Der Zugangsschlüssel für {label} gilt nicht mehr. Bitte das Konto neu verbinden."
        raise Unauthorised(text, code="debug_token")
    moments = (_moment(data.get(name)) for name in ("expires_at", "data_access_expires_at"))
    return Grant(frozenset(_granted(data, node, of_node)), *moments)


def with_grants(identity: Identity, *known: tuple[Grant | None, Needed], reads: bool) -> Identity:
    """Return the identity with what its tokens were granted, what they lack, and when the first of them ends.

    Each token comes with the scopes that it needs and what each is good for; ``reads`` tells that the right to read
    data counts too. Of a token that nothing is told about nothing is said.
    """
    told = [(grant, needed) for grant, needed in known if grant is not None]
    if not told:
        return identity
    ends = [grant.ends_at for grant, _ in told] + [grant.reads_until for grant, _ in told if reads]
    return replace(
        identity,
        expires_at=min((end for end in ends if end is not None), default=None),
        granted=tuple(sorted(set().union(*(grant.scopes for grant, _ in told)))),
        lacks=tuple(
            f"{purpose} ({scope})"
            for grant, needed in told
            for scope, purpose in needed.items()
            if scope not in grant.scopes
        ),
    )


def _granted(data: Mapping[str, Any], node: str, of_node: str) -> Iterator[str]:
    """Yield the scopes that hold for the node: of those about its kind, one that names targets holds for them only."""
    targets = {entry.get("scope"): entry.get("target_ids") for entry in data.get("granular_scopes") or ()}
    for scope in map(str, data.get("scopes") or ()):
        named = targets.get(scope) if scope.startswith(of_node) else None
        if not named or node in map(str, named):
            yield scope


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
        return None
    return datetime.fromtimestamp(seconds, UTC)
