"""X, pretended: what accounts and posts look like when read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.clock import read_moment
from connectors.sandbox.state import Account, Post
from connectors.sandbox.x_call import Call, Json, invalid, not_found
from connectors.sandbox.x_text import as_returned

_BEYOND = 10**20


def created_at(moment: datetime) -> str:
    """Write a moment as X does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def read_me(call: Call, name: str) -> tuple[int, Json]:
    """GET /2/users/me."""
    return 200, {"data": _user(call.account)}


async def read_user(call: Call, name: str) -> tuple[int, Json]:
    """GET /2/users/{id}."""
    account = call.world.state.accounts.get(("x", name))
    if account is None:
        raise not_found(name)
    return 200, {"data": _user(account)}


def _user(account: Account) -> Json:
    return {"id": account.id, "name": account.name, "username": account.username}


async def read_post(call: Call, name: str) -> tuple[int, Json]:
    """GET /2/tweets/{id}."""
    post = call.world.state.posts.get(name)
    if post is None or post.channel != "x" or not post.is_public(call.now) or post.made > call.horizon:
        raise not_found(name)
    return 200, {"data": _shown(call, post)}


async def read_timeline(call: Call, name: str) -> tuple[int, Json]:
    """GET /2/users/{id}/tweets: newest first, 5 to 100 at a time."""
    if ("x", name) not in call.world.state.accounts:
        raise not_found(name)
    asked = call.query.get("max_results", "10")
    if not asked.isdecimal() or not 5 <= int(asked) <= 100:
        raise invalid("max_results must be between 5 and 100.", max_results=[asked])
    start, end = _bound(call, "start_time"), _bound(call, "end_time")
    after, before = _number(call, "since_id", 0), min(_number(call, "until_id", _BEYOND), _token(call))
    posts = [
        post
        for post in reversed(call.world.state.posts_of("x", name))
        if post.is_public(call.now)
        and post.made <= call.horizon
        and (start is None or post.made.replace(microsecond=0) >= start)
        and (end is None or post.made < end)
        and after < int(post.id) < before
    ]
    shown = posts[: int(asked)]
    meta: Json = {"result_count": len(shown)}
    if not shown:
        return 200, {"meta": meta}
    meta |= {"newest_id": shown[0].id, "oldest_id": shown[-1].id}
    if len(posts) > len(shown):
        meta["next_token"] = f"t{shown[-1].id}"
    return 200, {"data": [_shown(call, post) for post in shown], "meta": meta}


def _bound(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    try:
        return read_moment(text) if text else None
    except ValueError as error:
        raise invalid(f"{name} is no ISO 8601 time.", **{name: [str(text)]}) from error


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, "")
    if text and not text.isdecimal():
        raise invalid(f"{name} is no id.", **{name: [text]})
    return int(text) if text else default


def _token(call: Call) -> int:
    text = call.query.get("pagination_token", "")
    if text and not (text[0] == "t" and text[1:].isdecimal()):
        raise invalid("The pagination_token is not valid.", pagination_token=[text])
    return int(text[1:]) if text else _BEYOND


def _shown(call: Call, post: Post) -> Json:
    account = call.world.state.accounts.get(("x", post.account))
    text, urls = as_returned(post.id, account.username if account else "", post.text, len(post.pictures))
    kind = call.world.options.x_names
    counts = {"repost_count" if kind == "post" else "retweet_count": 0}
    more: dict[str, Any] = {
        "created_at": created_at(post.made),
        "author_id": post.account,
        "conversation_id": post.id,
        "entities": {"urls": urls} if urls else None,
        "public_metrics": counts | {"reply_count": 0, "like_count": 0, "quote_count": 0, "impression_count": 0},
        "lang": "de",
        "text": text,
    }
    asked = (call.query.get("tweet.fields") or call.query.get("post.fields") or "").split(",")
    base = {"id": post.id, "text": text, f"edit_history_{kind}_ids": [post.id]}
    return base | {name: more[name] for name in asked if more.get(name) is not None}
