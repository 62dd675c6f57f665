"""Mastodon, pretended: what server, account, media and statuses look like when read back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.mastodon_call import NOT_FOUND, Call, MastodonRefusal, number_of
from connectors.sandbox.mastodon_text import LINK_LENGTH, as_html
from connectors.sandbox.state import Account, Picture, Post, Upload

_PAGE = 20
_MOST = 40


def written(moment: datetime) -> str:
    """Write a moment as Mastodon does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _configuration(call: Call) -> dict[str, Any]:
    return {
        "statuses": {
            "max_characters": call.world.options.mastodon_characters,
            "max_media_attachments": 4,
            "characters_reserved_per_url": LINK_LENGTH,
        },
        "media_attachments": {
            "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"],
            "description_limit": 1500,
            "image_size_limit": 16_777_216,
            "image_matrix_limit": 33_177_600,
            "video_size_limit": 103_809_024,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
    }


async def read_instance(call: Call, name: str) -> tuple[int, Any]:
    """GET /api/v2/instance: what this server allows."""
    version = call.world.options.mastodon_version
    title = {"domain": "mastodon.sandbox", "title": "Sandbox", "source_url": "https://github.com/mastodon/mastodon"}
    return 200, {**title, "version": version, "configuration": _configuration(call)}


async def read_old_instance(call: Call, name: str) -> tuple[int, Any]:
    """GET /api/v1/instance."""
    version = call.world.options.mastodon_version
    return 200, {
        "uri": "mastodon.sandbox",
        "title": "Sandbox",
        "version": version,
        "configuration": _configuration(call),
    }


async def read_me(call: Call, name: str) -> tuple[int, Any]:
    """GET /api/v1/accounts/verify_credentials."""
    return 200, account_shown(call, call.account)


def account_shown(call: Call, account: Account) -> dict[str, Any]:
    """Return an account as the API shows it."""
    return {
        "id": number_of(account),
        "username": account.id,
        "acct": account.id,
        "display_name": account.organisation,
        "url": f"{call.server}/@{account.id}",
        "bot": False,
    }


def media_shown(call: Call, kept: Upload) -> dict[str, Any]:
    """Return an upload; without an address while it is processed."""
    ready = kept.ready_at is None or kept.ready_at <= call.now
    url = f"{call.server.removesuffix('/mastodon')}/media/{kept.picture.sha256}" if ready else None
    return {"id": kept.id, "type": _kind(kept.picture), "url": url, "description": kept.picture.alt or None}


def _kind(picture: Picture) -> str:
    return picture.mime.partition("/")[0]


def status_shown(call: Call, post: Post) -> dict[str, Any]:
    """Return a status as the API shows it."""
    account = call.world.state.accounts[("mastodon", post.account)]
    media = [
        {"id": f"{post.id}{number}", "type": _kind(picture), "description": picture.alt or None}
        for number, picture in enumerate(post.pictures)
    ]
    return {
        "id": post.id,
        "created_at": written(post.made),
        "visibility": "public",
        "language": "de",
        "url": f"{call.server}/@{account.id}/{post.id}",
        "content": as_html(post.text, call.server),
        "account": account_shown(call, account),
        "media_attachments": media,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
    }


async def read_status(call: Call, name: str) -> tuple[int, Any]:
    """GET /api/v1/statuses/:id."""
    post = call.world.state.posts.get(name)
    if post is None or post.channel != "mastodon" or not post.is_public(call.now) or post.made > call.horizon:
        raise MastodonRefusal(404, NOT_FOUND)
    return 200, status_shown(call, post)


async def read_statuses(call: Call, name: str) -> tuple[int, Any]:
    """GET /api/v1/accounts/:id/statuses: newest first, 20 to 40 at a time, older than ``max_id``."""
    accounts = [account for account in call.world.state.accounts.values() if account.channel == "mastodon"]
    account = next((account for account in accounts if number_of(account) == name), None)
    if account is None:
        raise MastodonRefusal(404, NOT_FOUND)
    _ = call.account
    below = call.query.get("max_id", "")
    limit = call.query.get("limit", "")
    posts = [
        post
        for post in reversed(call.world.state.posts_of("mastodon", account.id))
        if post.is_public(call.now) and post.made <= call.horizon and (not below or int(post.id) < int(below))
    ]
    most = min(int(limit), _MOST) if limit.isdecimal() else _PAGE
    return 200, [status_shown(call, post) for post in posts[:most]]
