"""Instagram, pretended: what an account, its containers and its media look like when read back."""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.sandbox.graph_call import Call, Json, missing, page, select, stamp
from connectors.sandbox.state import Account, Container, Post

CONTAINER_KEEPS = timedelta(hours=24)
WINDOW = timedelta(hours=24)

_STATUS_TEXT = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been successfully published.",
    "EXPIRED": "Expired: Media was not published within 24 hours.",
}


def status(container: Container, now: datetime) -> str:
    """Return the container's ``status_code`` at ``now`` (content-publishing guide, read 2026-11-21)."""
    if container.media_id:
        return "PUBLISHED"
    if now >= container.made + CONTAINER_KEEPS:
        return "EXPIRED"
    if container.ready_at is None or now < container.ready_at:
        return "IN_PROGRESS"
    return "ERROR" if container.trouble else "FINISHED"


def _fails_for_page_tokens(call: Call, account: Account, opens: str) -> bool:
    """The known fault of 2026: fresh containers and media are invisible to a Page token."""
    return call.world.options.ig_page_token_reads_fail and opens == "page"


async def read_container(call: Call, container: Container, account: Account, opens: str) -> Json:
    """GET /{container}: whether it is ready."""
    if _fails_for_page_tokens(call, account, opens):
        raise missing(container.id)
    code = status(container, call.now)
    said = _STATUS_TEXT.get(code, f"Error: Media upload has failed with error code {container.trouble}")
    sent = {"bytes_transferred": len(call.world.state.uploading.get(container.id, b""))}
    uploads = {"uploading_phase": sent} if container.size is not None else None
    values = {"id": container.id, "status_code": code, "status": said, "video_status": uploads}
    return select(call, "IGContainer", values, "id")


async def read_media(call: Call, post: Post, account: Account, opens: str) -> Json:
    """GET /{media}."""
    if _fails_for_page_tokens(call, account, opens):
        raise missing(post.id)
    return shown(call, post, account)


def shown(call: Call, post: Post, account: Account) -> Json:
    """Return the fields of a medium that were asked for."""
    album, film = len(post.pictures) > 1, post.pictures[0].mime.startswith("video/")
    pictures = [
        {"id": f"{post.id}{place}", "media_type": "IMAGE", "media_url": f"{call.base}/media/{picture.sha256}"}
        for place, picture in enumerate(post.pictures)
    ]
    values = {
        "id": post.id,
        "caption": post.text or None,
        "media_type": "CAROUSEL_ALBUM" if album else "VIDEO" if film else "IMAGE",
        "media_product_type": "STORY" if post.until else "REELS" if film else "FEED",
        "media_url": pictures[0]["media_url"],
        "permalink": call.wall("instagram", post.account, post.id).replace("/wall/", "/stories/wall/")
        if post.until
        else call.wall("instagram", post.account, post.id),
        "shortcode": post.id[-11:],
        "thumbnail_url": None,
        "timestamp": stamp(post.public_at or post.made),
        "username": account.username,
        "like_count": 0,
        "comments_count": 0,
        "is_comment_enabled": not post.replies,
        "alt_text": None if album else (post.pictures[0].alt or None),
        "children": {"data": pictures} if album else None,
    }
    return select(call, "IGMedia", values, "id")


async def list_media(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{ig}/media: newest first, without stories."""
    return _listed(call, account, stories=False)


async def list_stories(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{ig}/stories: those of the last 24 hours."""
    return _listed(call, account, stories=True)


def _listed(call: Call, account: Account, *, stories: bool) -> Json:
    rows = [
        (post.public_at or post.made, post.id, shown(call, post, account))
        for post in call.world.state.posts_of("instagram", account.id)
        if post.is_public(call.now) and post.made <= call.horizon and bool(post.until) is stories
    ]
    return page(call, rows)


def published_within(call: Call, account: Account, since: datetime) -> int:
    """Count what the account published after ``since``; deleting gives nothing back."""
    posts = call.world.state.posts_of("instagram", account.id)
    return sum(1 for post in posts if post.public_at is not None and post.public_at > since)


async def read_limit(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{ig}/content_publishing_limit: the moving 24 hours."""
    row: Json = {"quota_usage": published_within(call, account, call.now - WINDOW)}
    if "config" in call.text("fields"):
        row["config"] = {"quota_total": call.world.options.ig_quota, "quota_duration": int(WINDOW.total_seconds())}
    return {"data": [row]}


async def read_user(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{ig}."""
    posts = call.world.state.posts_of("instagram", node.id)
    values = {
        "id": node.id,
        "username": node.username,
        "name": node.name,
        "media_count": sum(1 for post in posts if post.is_public(call.now)),
        "followers_count": 0,
        "account_type": "BUSINESS",
    }
    return select(call, "IGUser", values, "id")
