"""Whose token is it: ``/me``, ``/me/accounts`` and ``/debug_token`` of graph.facebook.com.

Shapes after Meta's access-token guides (developers.facebook.com/docs/facebook-login/guides/access-tokens, read
2026-11-21).
"""

from __future__ import annotations

import secrets
from dataclasses import replace

from connectors.sandbox.facebook_reads import read_page
from connectors.sandbox.graph import Edges
from connectors.sandbox.graph_call import Call, GraphRefusal, Json, missing, select
from connectors.sandbox.instagram_reads import read_user
from connectors.sandbox.state import Account

SCOPES = (
    *("instagram_basic", "instagram_content_publish", "instagram_manage_contents"),
    *("pages_manage_posts", "pages_read_engagement", "pages_show_list"),
)
"""What a token is granted unless its account was registered with ``lacks``."""

_LONG = 5_183_944
"""Seconds that a long-lived token lives: about sixty days."""


async def me(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /me: the account of a Page token, the person behind a user token."""
    if opens == "user":
        return select(call, "User", {"id": f"9{account.id}", "name": "Sandbox-Person"}, "id,name")
    return await (read_page if account.channel == "facebook" else read_user)(call, account, account, opens)


async def my_accounts(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /me/accounts: the Pages a user token manages, with their tokens."""
    if opens != "user":
        raise GraphRefusal(100, "(#100) Tried accessing nonexisting field (accounts) on node type (Page)")
    if call.world.options.graph_hides_business_pages:
        return {"data": []}
    pages = [
        held for held, kind in call.world.state.holders(call.token) if (held.channel, kind) == ("facebook", "user")
    ]
    return {"data": [await read_page(call, held, held, opens) for held in pages]}


async def debug_token(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /debug_token, or POST with ``method=get``: what the token in ``input_token`` is worth."""
    if call.method == "POST" and call.text("method").lower() != "get":
        raise missing("debug_token", call.method)
    holder = next(call.world.state.holders(call.text("input_token")), None)
    if holder is None or holder[0].revoked:
        error = {"code": 190, "message": "Invalid OAuth access token.", "subcode": 467}
        return {"data": {"is_valid": False, "scopes": [], "error": error}}
    scopes = [scope for scope in SCOPES if scope not in holder[0].lacks]
    data = {
        "app_id": holder[0].app_id,
        "type": "PAGE" if holder[1] == "page" else "USER",
        "application": "Sandbox",
        "is_valid": True,
        "expires_at": holder[0].ends,
        "data_access_expires_at": holder[0].ends,
        "scopes": scopes,
        "granular_scopes": [{"scope": scope, **_targets(call, holder, scope)} for scope in scopes],
        "profile_id": holder[0].id,
    }
    return {"data": data}


def _targets(call: Call, holder: tuple[Account, str], scope: str) -> Json:
    """Return what a person's consent to a scope names; a Page's own token names nothing."""
    if holder[1] != "user":
        return {}
    channel = "instagram" if scope.startswith("instagram_") else "facebook"
    held = call.world.state.holders(call.text("input_token"))
    return {"target_ids": [account.id for account, kind in held if (account.channel, kind) == (channel, "user")]}


async def exchange(call: Call, node: Account, account: Account, opens: str) -> Json:
    """POST /oauth/access_token: a code for a person's token, or a short one for one that lives sixty days."""
    if opens != "app" or (call.text("client_id"), call.text("client_secret")) != tuple(call.token.split("|", 1)):
        raise GraphRefusal(101, "Error validating application. Cannot get application info due to a system error.")
    if call.text("grant_type") == "fb_exchange_token":
        return {"access_token": _long(call), "token_type": "bearer", "expires_in": _LONG}
    back = call.text("redirect_uri")
    who = call.world.state.consents.redeem(call.text("code"), call.text("client_id"), back, "", call.now)
    if who is None:
        raise GraphRefusal(100, "This authorization code has been used.", subcode=36009)
    return {"access_token": f"short-{call.world.state.accounts[who].secret('user_token')}", "token_type": "bearer"}


def _long(call: Call) -> str:
    """Return the long-lived token for a short one, or a fresh one for one that has not ended; the old one is void."""
    given = call.text("fb_exchange_token")
    if given.startswith("short-"):
        return given.removeprefix("short-")
    held = [account for account, kind in call.world.state.holders(given) if kind == "user"]
    ended = [account for account in held if account.revoked or 0 < account.ends <= call.now.timestamp()]
    if ended or not held:
        raise GraphRefusal(190, "Error validating access token: Session has expired.", subcode=463)
    fresh = secrets.token_urlsafe(24)
    for account in held:
        ends = int(call.now.timestamp()) + _LONG
        call.world.state.register(replace(account, ends=ends, secrets={**account.secrets, "user_token": fresh}))
    return fresh


EDGES: Edges = {
    ("GET", "/me", ""): me,
    ("GET", "/me", "accounts"): my_accounts,
    ("GET", "/debug_token", ""): debug_token,
    ("POST", "/debug_token", ""): debug_token,
    ("POST", "/oauth", "access_token"): exchange,
}
