"""Facebook Pages, pretended: text, link and photo posts, drafts that are made public later, editing, deleting.

Rules and codes are those of Meta's Page feed and photos references and its posts guide (developers.facebook.com/docs/
graph-api/reference/page/feed, …/page/photos, docs/pages-api/posts, read 2026-11-21). Videos are in ``facebook_videos``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from connectors.sandbox import facebook_reads as reads
from connectors.sandbox.graph import Edges
from connectors.sandbox.graph_call import Call, GraphRefusal, Json, missing, moment
from connectors.sandbox.pictures import TooLarge, Unfetchable, examine
from connectors.sandbox.state import Account, Photo, Picture, Post

MAX_TEXT = 63_206
MAX_PHOTOS = 10
MAX_PHOTO_BYTES = 10_000_000
PHOTO_MIMES = ("image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff")
UNUSED_PHOTO_KEEPS = timedelta(hours=24)
REPEATED_WITHIN = timedelta(minutes=5)


def _refuse_user_token(opens: str) -> None:
    if opens != "page":
        raise GraphRefusal(200, "(#200) Posting to a page requires a page access token", status=403)


async def create_post(call: Call, node: Account, account: Account, opens: str) -> Json:
    """POST /{page}/feed: a post, a draft (``published=false``) or a scheduled post."""
    _refuse_user_token(opens)
    text, link = call.text("message"), call.text("link")
    _judge_text(text)
    _judge_link(call, link)
    photos = _attached(call, account)
    if not (text or link or photos):
        raise GraphRefusal(100, "(#100) You must provide a message, a link or attached media")
    published = call.flag("published", True)
    scheduled = _scheduled(call, published)
    public_at = call.now if published else scheduled
    post = Post(
        channel="facebook",
        account=account.id,
        id=f"{account.id}_{call.world.state.next_number()}",
        text=text,
        link=link,
        pictures=tuple(photo.picture for photo in photos),
        made=call.now,
        public_at=public_at,
        app_id=account.app_id,
    )
    if published:
        _refuse_repeated(call, post)
    call.world.state.posts[post.id] = post
    for photo in photos:
        call.world.state.photos[photo.id] = replace(photo, post=post.id)
    return reads.shown(call, post) if call.text("fields") else {"id": post.id}


def _judge_text(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise GraphRefusal(100, "(#100) Name parameter too long")


def _judge_link(call: Call, link: str) -> None:
    if not link:
        return
    for name in ("name", "description", "picture", "thumbnail"):
        if name in call.params:
            raise GraphRefusal(100, f"(#100) Only the owner of the link may set {name}")
    parts = urlsplit(link)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise GraphRefusal(100, "(#100) Invalid URL", subcode=2061006)
    if host == "facebook.com" or host.endswith(".facebook.com"):
        raise GraphRefusal(100, "(#100) Links to facebook.com are not allowed here", subcode=1609008)
    if host.endswith(".invalid"):  # the name that never resolves (RFC 2606) plays the unreachable link
        raise GraphRefusal(1609005, "Error posting link")


def _attached(call: Call, account: Account) -> list[Photo]:
    given = [value for name, value in sorted(call.params.items(), key=_index) if name.startswith("attached_media")]
    if not given:
        return []
    try:
        entries = json.loads(given[0]) if "attached_media" in call.params else [json.loads(value) for value in given]
        names = [str(entry["media_fbid"]) for entry in entries]
    except (ValueError, TypeError, KeyError) as error:
        raise GraphRefusal(100, "(#100) Param attached_media must be an array of media") from error
    if len(names) > MAX_PHOTOS:
        raise GraphRefusal(100, f"(#100) At most {MAX_PHOTOS} photos can be attached")
    return [_usable(call, account, name) for name in names]


def _index(entry: tuple[str, str]) -> int:
    digits = "".join(sign for sign in entry[0] if sign.isdecimal())
    return int(digits or 0)


def _usable(call: Call, account: Account, name: str) -> Photo:
    photo = call.world.state.photos.get(name)
    unused_too_long = photo is not None and not photo.post and call.now >= photo.made + UNUSED_PHOTO_KEEPS
    if photo is None or photo.gone or photo.account != account.id or unused_too_long:
        raise missing(name, "post")
    post = call.world.state.posts.get(photo.post)
    if post is not None and post.public_at is not None:
        raise GraphRefusal(100, "(#100) These photos were already posted", subcode=1366051)
    return photo


def _scheduled(call: Call, published: bool) -> datetime | None:
    """Apply 10 minutes to 75 days (/feed reference); the posts guide says 30 days, which only warns here."""
    text = call.text("scheduled_publish_time")
    if not text:
        return None
    when = moment(text)
    if published:
        raise GraphRefusal(100, "(#100) Scheduled posts must be unpublished")
    if not timedelta(minutes=10) <= when - call.now <= timedelta(days=75):
        raise GraphRefusal(100, "(#100) The specified scheduled publish time is invalid")
    if when - call.now > timedelta(days=30):
        call.warnings.append("scheduled more than 30 days ahead")
    return when


def _refuse_repeated(call: Call, post: Post) -> None:
    if not call.world.options.fb_refuses_duplicates or not post.text:
        return
    earlier = [known for known in call.world.state.posts_of("facebook", post.account) if known.is_public(call.now)]
    last = max(earlier, key=lambda known: known.public_at or known.made, default=None)
    recent = last is not None and call.now - (last.public_at or last.made) <= REPEATED_WITHIN
    if last is not None and recent and (last.text, last.link) == (post.text, post.link):
        raise GraphRefusal(506, "Duplicate status message")


async def create_photo(call: Call, node: Account, account: Account, opens: str) -> Json:
    """POST /{page}/photos: a photo for a later post, or with ``published`` (the default) a post of its own."""
    _refuse_user_token(opens)
    if call.text("message"):
        call.warnings.append("message is deprecated on photos and was ignored, use caption")
    picture = await _photo_picture(call)
    published = call.flag("published", True)
    caption = call.text("caption")
    _judge_text(caption)
    photo = Photo(
        account=account.id,
        id=f"12{call.world.state.next_number()}",
        picture=replace(picture, alt=call.text("alt_text_custom")),
        caption=caption,
        made=call.now,
    )
    if not published:
        call.world.state.photos[photo.id] = photo
        return {"id": photo.id}
    post = Post(
        channel="facebook",
        account=account.id,
        id=f"{account.id}_{call.world.state.next_number()}",
        text=caption,
        pictures=(photo.picture,),
        made=call.now,
        public_at=call.now,
        app_id=account.app_id,
    )
    _refuse_repeated(call, post)
    call.world.state.posts[post.id] = post
    call.world.state.photos[photo.id] = replace(photo, post=post.id)
    return {"id": photo.id, "post_id": post.id}


async def _photo_picture(call: Call) -> Picture:
    data = call.source
    if data is None:
        if not call.text("url"):
            raise GraphRefusal(324, "(#324) Requires upload file")
        try:
            data = await call.world.fetcher.fetch(call.text("url"), MAX_PHOTO_BYTES)
        except Unfetchable as error:
            raise GraphRefusal(324, "(#324) Missing or invalid image file", said=str(error)) from error
        except TooLarge as error:
            raise GraphRefusal(100, "(#100) The photo is too large", subcode=1366046) from error
    if len(data) > MAX_PHOTO_BYTES:
        raise GraphRefusal(100, "(#100) The photo is too large", subcode=1366046)
    picture = await examine(call.world.state, data)
    if picture is None:
        raise GraphRefusal(324, "(#324) Missing or invalid image file")
    if picture.mime not in PHOTO_MIMES:
        raise GraphRefusal(100, "(#100) This photo format is not supported", subcode=1366046)
    return picture


async def update_post(call: Call, post: Post, account: Account, opens: str) -> Json:
    """POST /{post}: make a draft public (repeatable) or edit the text of a post of the same app."""
    _refuse_user_token(opens)
    if "is_published" in call.params:
        if not call.flag("is_published", False):
            if post.public_at is not None:
                raise GraphRefusal(100, "(#100) A published post cannot be unpublished")
            return {"success": True}
        if not post.is_public(call.now):
            post = replace(post, public_at=call.now)
            _refuse_repeated(call, post)
    if "message" in call.params:
        if post.app_id != account.app_id:
            raise GraphRefusal(200, "(#200) Only the app that created the post may edit it", status=403)
        _judge_text(call.text("message"))
        post = replace(post, text=call.text("message"))
    call.world.state.posts[post.id] = post
    return {"success": True}


async def delete_post(call: Call, post: Post, account: Account, opens: str) -> Json:
    """DELETE /{post}: the post, or the draft, and the photos in it are gone."""
    _refuse_user_token(opens)
    state = call.world.state
    state.posts[post.id] = replace(post, deleted_at=call.now)
    state.photos.update({p.id: replace(p, gone=True) for p in state.photos.values() if p.post == post.id})
    return {"success": True}


async def delete_photo(call: Call, photo: Photo, account: Account, opens: str) -> Json:
    """DELETE /{photo}: only while no post holds it."""
    _refuse_user_token(opens)
    if photo.post:
        raise missing(photo.id, "delete")
    call.world.state.photos[photo.id] = replace(photo, gone=True)
    return {"success": True}


async def refuse_video(call: Call, node: Account, account: Account, opens: str) -> Json:
    """POST /{page}/videos: not offered by this sandbox; all videos are reels (``facebook_videos``)."""
    raise GraphRefusal(100, "(#100) No permission to publish the video")


EDGES: Edges = {
    ("GET", "page", ""): reads.read_page,
    ("POST", "page", "feed"): create_post,
    ("POST", "page", "photos"): create_photo,
    ("POST", "page", "videos"): refuse_video,
    ("GET", "page", "feed"): reads.list_feed,
    ("GET", "page", "posts"): reads.list_published,
    ("GET", "page", "published_posts"): reads.list_published,
    ("GET", "page", "scheduled_posts"): reads.list_scheduled,
    ("GET", "post", ""): reads.read_post,
    ("POST", "post", ""): update_post,
    ("DELETE", "post", ""): delete_post,
    ("GET", "photo", ""): reads.read_photo,
    ("DELETE", "photo", ""): delete_photo,
}
