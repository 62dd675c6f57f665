"""X, pretended: how an account is connected by a number that a person is shown (OAuth 1.0a, "PIN-based").

Source: docs.x.com/fundamentals/authentication/oauth-1-0a/pin-based-oauth, read 2026-11-30. Signatures are verified like
those of every other call; a request token and its number are good once.
"""

from __future__ import annotations

import html
import secrets
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.sandbox.oauth import claims, signed_by
from connectors.sandbox.state import Account
from connectors.sandbox.world import World

HOST = "/api.x.com/oauth"


@dataclass(slots=True)
class _Asked:
    """A request token: whose app asked, its secret, and the account that agreed with the number shown."""

    consumer_key: str
    secret: str = field(repr=False)
    account: str = ""
    number: str = ""


def routes(world: World) -> list[Route]:
    """Return the three addresses."""
    asked: dict[str, _Asked] = {}

    def apps() -> list[Account]:
        return [account for account in world.state.accounts.values() if account.channel == "x"]

    async def request_token(request: Request) -> Response:
        told = claims(request.headers.get("authorization", ""))
        app = next((one for one in apps() if one.secret("consumer_key") == told.get("oauth_consumer_key")), None)
        if app is None or told.get("oauth_callback") != "oob" or not signed_by(request, told, app, ""):
            return PlainTextResponse("Could not authenticate you.", 401)
        token, secret = secrets.token_hex(12), secrets.token_hex(16)
        asked[token] = _Asked(app.secret("consumer_key"), secret)
        answer = {"oauth_token": token, "oauth_token_secret": secret, "oauth_callback_confirmed": "true"}
        return PlainTextResponse(urlencode(answer))

    async def authorize(request: Request) -> Response:
        known = asked.get(request.query_params.get("oauth_token", ""))
        if known is None:
            return HTMLResponse("<h1>Diese Anwendung ist hier nicht bekannt.</h1>", 400)
        mine = [one for one in apps() if one.secret("consumer_key") == known.consumer_key]
        if request.method == "GET":
            buttons = "".join(
                f'<p><button name="account" value="{html.escape(one.id)}">Als {html.escape(one.name)}</button>'
                for one in mine
            )
            page = f'<!doctype html><html lang="de"><title>Zustimmen</title><form method="post">{buttons}</form>'
            return HTMLResponse(page)
        form = await request.form()
        chosen = next((one for one in mine if one.id == form.get("account")), None)
        if chosen is None:
            return HTMLResponse("<p>Abgelehnt.</p>")
        known.account, known.number = chosen.id, f"{secrets.randbelow(10**7):07d}"
        return HTMLResponse(f"<p>Ihre Nummer: <code>{known.number}</code></p>")

    async def access_token(request: Request) -> Response:
        told = claims(request.headers.get("authorization", ""))
        known = asked.pop(told.get("oauth_token", ""), None)
        account = world.state.accounts.get(("x", known.account)) if known else None
        proven = known is not None and account is not None and signed_by(request, told, account, known.secret)
        if known is None or account is None or not proven or told.get("oauth_verifier") != known.number:
            return PlainTextResponse("Error processing your OAuth request: Invalid oauth_verifier parameter", 401)
        fresh = {"access_token": f"{account.id}-{secrets.token_hex(12)}", "access_token_secret": secrets.token_hex(16)}
        world.state.register(replace(account, secrets={**account.secrets, **fresh}, revoked=False))
        answer = {"oauth_token": fresh["access_token"], "oauth_token_secret": fresh["access_token_secret"]}
        return PlainTextResponse(urlencode({**answer, "user_id": account.id, "screen_name": account.username}))

    return [
        Route(f"{HOST}/request_token", request_token, methods=["POST"]),
        Route(f"{HOST}/authorize", authorize, methods=["GET", "POST"]),
        Route(f"{HOST}/access_token", access_token, methods=["POST"]),
    ]
