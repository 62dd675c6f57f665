"""Whose token is it: ``/me``, ``/me/accounts`` and ``/debug_token`` of graph.facebook.com.

Shapes after Meta's access-token guides (developers.facebook.com/docs/facebook-login/guides/access-tokens, read
2026-11-21).
"""

from __future__ import annotations

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


async def me(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /me: the account of a Page token, the person behind a user token."""
    if opens == "user":
        return select(call, "User", {"id": f"9{account.id}", "name": "Sandbox-Person"}, "id,name")
    return await (read_page if account.channel == "facebook" else read_user)(call, account, account, opens)


async def my_accounts(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /me/accounts: the Pages a user token manages, with their tokens."""
    if opens != "user":
        raise GraphRefusal(100, "(#100) Tried accessing nonexisting field (accounts) on node type (Page)")
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
        "granular_scopes": [{"scope": scope} for scope in scopes],
        "profile_id": holder[0].id,
    }
    return {"data": data}


EDGES: Edges = {
    ("GET", "/me", ""): me,
    ("GET", "/me", "accounts"): my_accounts,
    ("GET", "/debug_token", ""): debug_token,
    ("POST", "/debug_token", ""): debug_token,
}
