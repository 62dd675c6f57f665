"""Where a person says yes: the consent pages of the pretended Mastodon server and of Facebook, and the codes they give.

Shapes after docs.joinmastodon.org/methods/oauth/ (read 2026-11-30) and Meta's guide to a manually built login flow
(read 2026-11-21). Whose account it is the person picks from a list; a code is good once, for ten minutes.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.sandbox.consents import BY_HAND, Consent
from connectors.sandbox.state import Account
from connectors.sandbox.world import World

_LIVES = timedelta(minutes=10)
_HOSTS = {"/mastodon/oauth/authorize": ("mastodon",), "/www.facebook.com/{version}/dialog/oauth": ("facebook",)}


def routes(world: World) -> list[Route]:
    """Return the two consent pages."""

    def page_for(channels: Sequence[str]) -> Route:
        async def page(request: Request) -> Response:
            return await _page(world, channels, request)

        path = next(path for path, played in _HOSTS.items() if played == channels)
        return Route(path, page, methods=["GET", "POST"])

    return [page_for(channels) for channels in _HOSTS.values()]


async def _page(world: World, channels: Sequence[str], request: Request) -> Response:
    query = request.query_params
    back = query.get("redirect_uri", "")
    app = world.state.consents.app(query.get("client_id", ""))
    known = app is not None and app.back == back if "mastodon" in channels else bool(query.get("client_id") and back)
    if not known or query.get("response_type") != "code":
        return HTMLResponse("<h1>Diese Anwendung oder ihre Adresse ist hier nicht bekannt.</h1>", 400)
    accounts = [account for account in world.state.accounts.values() if account.channel in channels]
    if request.method == "GET":
        return HTMLResponse(_form(accounts))
    form = await request.form()
    account = next((account for account in accounts if account.id == form.get("account")), None)
    if account is None:
        return RedirectResponse(_with(back, error="access_denied", state=query.get("state", "")), 302)
    consent = Consent(
        query["client_id"],
        back,
        query.get("code_challenge", ""),
        (account.channel, account.id),
        world.clock.now() + _LIVES,
    )
    code = world.state.consents.agree(consent)
    if back == BY_HAND:
        return HTMLResponse(f"<p>Ihr Code: <code>{code}</code></p>")
    return RedirectResponse(_with(back, code=code, state=query.get("state", "")), 302)


def _with(back: str, **told: str) -> str:
    return f"{back}?{urlencode(told)}"


def _form(accounts: Sequence[Account]) -> str:
    buttons = "".join(
        f'<p><button name="account" value="{html.escape(account.id)}">Als {html.escape(account.name)}</button>'
        for account in accounts
    )
    return (
        '<!doctype html><html lang="de"><title>Zustimmen</title><h1>Darf der KJC-Verteiler posten?</h1>'
        f'<form method="post">{buttons}<p><button name="account" value="">Ablehnen</button></form>'
    )
