"""Facebook Pages, pretended: what a Page, its posts and its photos look like when read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.graph_call import Call, Json, page, select, stamp
from connectors.sandbox.state import Account, Photo, Post


async def read_post(call: Call, post: Post, account: Account, opens: str) -> Json:
    """GET /{post}."""
    return shown(call, post)


def shown(call: Call, post: Post) -> Json:
    public = post.is_public(call.horizon)
    when = (post.public_at or post.made) if call.world.options.fb_created_time == "public" else post.made
    address = call.wall("facebook", post.account, post.id)
    counted = {"data": [], "summary": {"total_count": 0}}
    values = {
        "id": post.id,
        "message": post.text or None,
        "created_time": stamp(when),
        "updated_time": stamp(when),
        "permalink_url": address,
        "status_type": "added_photos" if post.pictures else "mobile_status_update",
        "is_published": public,
        "scheduled_publish_time": int(post.public_at.timestamp()) if post.public_at and not public else None,
        "from": {"id": post.account},
        "attachments": _attachments(call, post, address),
        "comments": counted,
        "reactions": counted,
        "shares": None,
    }
    return select(call, "PagePost", values, "id,created_time,message")


def _attachments(call: Call, post: Post, address: str) -> Json | None:
    pictures = [
        {"media_type": "photo", "url": address, "media": {"image": {"src": f"{call.base}/media/{picture.sha256}"}}}
        for picture in post.pictures
    ]
    if len(pictures) > 1:
        return {"data": [{"media_type": "album", "url": address, "subattachments": {"data": pictures}}]}
    if pictures:
        return {"data": pictures}
    return {"data": [{"media_type": "link", "url": post.link}]} if post.link else None


def _listed(call: Call, account: Account, *, drafts: bool, public: bool) -> Json:
    rows = []
    for post in call.world.state.posts_of("facebook", account.id):
        seen = post.is_public(call.horizon)
        if post.deleted_at is None and post.made <= call.horizon and ((seen and public) or (not seen and drafts)):
            when = post.public_at if seen and post.public_at else post.made
            rows.append((when, post.id, shown(call, post)))
    return page(call, rows)


async def list_published(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{page}/published_posts: what is public, newest first."""
    return _listed(call, account, drafts=False, public=True)


async def list_feed(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{page}/feed: drafts as well, which callers must filter out by ``is_published``."""
    return _listed(call, account, drafts=True, public=True)


async def list_scheduled(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{page}/scheduled_posts."""
    rows = [
        (post.made, post.id, shown(call, post))
        for post in call.world.state.posts_of("facebook", account.id)
        if post.deleted_at is None and post.public_at is not None and post.public_at > call.now
    ]
    return page(call, rows)


async def read_photo(call: Call, photo: Photo, account: Account, opens: str) -> Json:
    """GET /{photo}."""
    values = {
        "id": photo.id,
        "name": photo.caption or None,
        "alt_text_custom": photo.picture.alt or None,
        "created_time": stamp(photo.made),
        "width": photo.picture.width,
        "height": photo.picture.height,
        "page_story_id": photo.post or None,
        "link": f"{call.base}/media/{photo.picture.sha256}",
    }
    return select(call, "Photo", values, "id,created_time")


async def read_page(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{page}."""
    return select(call, "Page", _page_values(call, node, opens), "id,name")


def _linked(call: Call, account: Account) -> Json | None:
    """Return the Instagram account on the Page: the one of the same organisation."""
    for other in call.world.state.accounts.values():
        if (other.channel, other.organisation) == ("instagram", account.organisation):
            return {"id": other.id, "username": other.username}
    return None


def _page_values(call: Call, account: Account, opens: str) -> Mapping[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "username": account.username,
        "link": f"{call.base}/wall/facebook/{account.id}",
        "access_token": account.secret("token") if opens == "user" else None,
        "category": "Government organization",
        "tasks": ["ANALYZE", "CREATE_CONTENT", "MANAGE", "MODERATE"],
        "is_published": True,
        "fan_count": 0,
        "instagram_business_account": _linked(call, account),
    }
