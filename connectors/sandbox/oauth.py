"""Whose request to X it is: OAuth 1.0a signatures, verified over the address as it was received, or a bearer token.

The age of ``oauth_timestamp`` is not judged: clients sign with their own wall clock, while the sandbox's may stand
somewhere else. A nonce is good once.
"""

from __future__ import annotations

from collections.abc import Iterable

from oauthlib.common import Request as SignedRequest
from oauthlib.oauth1.rfc5849 import signature
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header, unescape
from starlette.requests import Request

from connectors.sandbox.state import Account


class Signatures:
    """Verifies requests and remembers the nonces it has seen."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, str]] = set()

    def caller(self, request: Request, body: bytes, accounts: Iterable[Account]) -> Account | None:
        """Return the account a request is signed for, None if the signature does not hold."""
        header = request.headers.get("authorization", "")
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "bearer":
            return next((account for account in accounts if rest and account.secret("token") == rest), None)
        claimed = claims(header)
        account = claimed_account(claimed, accounts)
        if account is None or claimed.get("oauth_signature_method") != "HMAC-SHA1":
            return None
        nonce = (claimed["oauth_token"], claimed.get("oauth_nonce", ""), claimed.get("oauth_timestamp", ""))
        secret = account.secret("access_token_secret")
        if not all(nonce) or nonce in self._seen or not _holds(request, body, claimed, account, secret):
            return None
        self._seen.add(nonce)
        return account


def claims(header: str) -> dict[str, str]:
    """Return the ``oauth_…`` parameters of an Authorization header, none if it is no OAuth header."""
    try:
        pairs = parse_authorization_header(header) if header[:6].lower() == "oauth " else []
        return {name: unescape(value) for name, value in pairs}
    except ValueError:
        return {}


def claimed_account(claimed: dict[str, str], accounts: Iterable[Account]) -> Account | None:
    """Return the account whose keys a header names, proven or not."""
    keys = (claimed.get("oauth_consumer_key", ""), claimed.get("oauth_token", ""))
    if not all(keys):
        return None
    for account in accounts:
        if (account.secret("consumer_key"), account.secret("access_token")) == keys:
            return account
    return None


def signed_by(request: Request, claimed: dict[str, str], app: Account, token_secret: str) -> bool:
    """Tell whether a request without a body is signed with an app's secret and that of a request token."""
    return _holds(request, b"", claimed, app, token_secret)


def _holds(request: Request, body: bytes, claimed: dict[str, str], account: Account, token_secret: str) -> bool:
    path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope.get("query_string", b"").decode()
    kind = request.headers.get("content-type", "")
    form = body.decode("utf-8", "replace") if kind.startswith("application/x-www-form-urlencoded") else None
    headers = {"Authorization": request.headers["authorization"]}
    signed = SignedRequest(
        uri=f"{request.url.scheme}://{request.headers['host']}{path.decode()}", http_method=request.method
    )
    try:
        signed.params = signature.collect_parameters(uri_query=query, body=form or [], headers=headers)
    except ValueError:
        return False
    signed.signature = claimed.get("oauth_signature", "")
    secrets = (account.secret("consumer_secret"), token_secret)
    return bool(signature.verify_hmac_sha1(signed, *secrets))
