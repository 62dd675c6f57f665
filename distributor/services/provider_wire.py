"""What is said to an OpenID Connect provider, and what of its answers is believed.

The code flow with PKCE, state and nonce (OpenID Connect Core 1.0, section 3.1; RFC 7636). The ID token's signature,
issuer, audience, time and nonce are checked, whatever way it came.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from connectors._http import GuardedSession
from connectors.base import ConnectorError
from distributor.domain import Refused
from distributor.services.deps import Deps

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""Signatures that are believed; none without a key of the provider."""

PATH = "/anmelden/haus/zurueck"
"""Where the provider sends people back to, at the desk."""

_LEEWAY = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What a provider was asked, to be known again when it answers."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who it is, by the provider's word; ``logged_in_at`` is when they last showed it there, in Unix seconds."""

    issuer: str
    subject: str
    login: str
    name: str
    groups: frozenset[str]
    logged_in_at: int | None


def question() -> Asked:
    """Return fresh secrets for one question."""
    return Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


def address(deps: Deps, asked: Asked, *, again: bool) -> str:
    """Return where the person logs in; ``again`` although they are logged in there. Raises: Refused."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    fields = {
        "response_type": "code",
        "client_id": deps.settings.oidc_client_id,
        "redirect_uri": deps.settings.desk_url + PATH,
        "scope": deps.settings.oidc_scope,
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"prompt": "login", "max_age": "0"} if again else {}),
    }
    where = str(_described(deps)["authorization_endpoint"])
    return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(fields)}"


def exchanged(deps: Deps, asked: Asked, code: str, now: datetime) -> Told:
    """Return who it is, for the code that the person brought. Raises: Refused."""
    described = _described(deps)
    settings = deps.settings
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": settings.desk_url + PATH,
        "code_verifier": asked.verifier,
    }
    given = _asked(
        deps, "POST", str(described["token_endpoint"]), data=form,
        auth=(settings.oidc_client_id, settings.oidc_client_secret),
    )  # fmt: skip
    keys = _asked(deps, "GET", str(described["jwks_uri"]))
    claims = believed(str(given.get("id_token", "")), keys, settings.oidc_issuer, settings.oidc_client_id,
                      asked.nonce, now)  # fmt: skip
    if settings.oidc_groups_claim not in claims and described.get("userinfo_endpoint"):
        bearer = {"Authorization": f"Bearer {given.get('access_token', '')}"}
        more = _asked(deps, "GET", str(described["userinfo_endpoint"]), headers=bearer)
        if more.get("sub") != claims["sub"]:
            raise _unbelieved("userinfo names somebody else")
        claims = {**more, **claims}
    return _told(claims, settings.oidc_issuer, settings.oidc_groups_claim)


def believed(
    token: str, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: datetime
) -> dict[str, Any]:
    """Return what an ID token says. Raises: Refused for one that is forged, old, or meant for somebody else."""
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        read = jwt.decode(token, KeySet.import_key_set({"keys": list(keys.get("keys", []))}), algorithms=ALGORITHMS)
        rules.validate(read.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _unbelieved(type(error).__name__) from error
    several = isinstance(read.claims["aud"], list) and len(read.claims["aud"]) > 1
    if (several or "azp" in read.claims) and read.claims.get("azp") != client_id:
        raise _unbelieved("azp")
    return dict(read.claims)


def _told(claims: Mapping[str, Any], issuer: str, groups_claim: str) -> Told:
    groups = claims.get(groups_claim, [])
    known = groups if isinstance(groups, Sequence) and not isinstance(groups, str) else [groups]
    login = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    return Told(
        issuer, str(claims["sub"]), login.partition("@")[0].lower(), str(claims.get("name") or ""),
        frozenset(str(each) for each in known), _seconds(claims.get("auth_time")),
    )  # fmt: skip


def _seconds(claim: object) -> int | None:
    return int(claim) if isinstance(claim, int | float) and not isinstance(claim, bool) else None


def _described(deps: Deps) -> dict[str, Any]:
    """Return what the provider says of itself. Raises: Refused if it calls itself by another name."""
    issuer = deps.settings.oidc_issuer
    if not issuer:
        raise Refused("Eine Anmeldung des Hauses ist hier nicht eingerichtet.", code="provider.none")
    found = _asked(deps, "GET", f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise _unbelieved("issuer")
    return found


def _asked(deps: Deps, method: str, url: str, **more: Any) -> dict[str, Any]:
    """Ask the provider. Raises: Refused."""
    away = "Die Anmeldung des Hauses antwortet gerade nicht; bitte später noch einmal oder mit Kennwort anmelden."
    inside = deps.settings.allow_private | {urlsplit(deps.settings.oidc_issuer).netloc}
    try:
        with GuardedSession(inside=inside) as way:
            answer = way.request(method, url, **more)
            read = answer.json()
    except (requests.RequestException, ConnectorError, ValueError) as error:
        raise Refused(away, code="provider.away") from error
    if answer.status_code >= 500:
        raise Refused(away, code="provider.away")
    if answer.status_code >= 400 or not isinstance(read, dict):
        raise _unbelieved(str(answer.status_code))
    return read


def _unbelieved(why: str) -> Refused:
    text = f"Die Anmeldung des Hauses gab eine Antwort, die hier nicht gilt ({why}); bitte von vorn beginnen."
    return Refused(text, code="provider.answer")
