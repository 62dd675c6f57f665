"""Instagram, pretended: containers of one picture, a reel or a carousel, made, processed, published, deleted.

Rules and codes are those of Meta's content-publishing guide, IG user media reference and error-code table
(developers.facebook.com/docs/instagram-platform, read 2026-11-21). Videos in carousels are not offered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from connectors.sandbox import instagram_reads as reads
from connectors.sandbox import videos
from connectors.sandbox.graph import Edges
from connectors.sandbox.graph_call import Call, GraphRefusal, Json
from connectors.sandbox.instagram_uploads import PATH
from connectors.sandbox.pictures import TooLarge, Unfetchable, examine
from connectors.sandbox.state import Account, Container, Picture, Post

MAX_CAPTION = 2200
MAX_HASHTAGS = 30
MAX_MENTIONS = 20
MAX_ALT = 1000
MAX_BYTES = 8 * 1024 * 1024
RATIOS = (4 / 5, 1.91)
CAROUSEL = (2, 10)

REEL, STORY = videos.INSTAGRAM["REELS"], videos.INSTAGRAM["STORIES"]
STORY_LIVES = timedelta(hours=24)

_HASHTAG = re.compile(r"#\w+")
_MENTION = re.compile(r"(?<![\w.])@\w")


@dataclass(frozen=True, slots=True)
class _Trouble:
    code: int
    said: str


TROUBLES: Mapping[int, _Trouble] = {
    2207003: _Trouble(-2, "It takes too long to download the media."),
    2207004: _Trouble(36000, "The image is too large to download. It should be less than 8 MiB."),
    2207005: _Trouble(36001, "The image format is not supported. Supported formats are: JPEG."),
    2207006: _Trouble(24, "The media cannot be found."),
    2207008: _Trouble(24, "The media builder does not exist or has been expired."),
    2207009: _Trouble(36003, "The submitted image with its aspect ratio cannot be published."),
    2207010: _Trouble(36004, "The submitted image's caption is too long."),
    2207023: _Trouble(100, "The media type is unknown."),
    2207027: _Trouble(9007, "The media is not ready for publishing, please wait for a moment"),
    2207028: _Trouble(100, "Carousels need at least 2 photos/videos and no more than 10 photos/videos."),
    2207032: _Trouble(-1, "Create media fail, please try to re-create media"),
    2207040: _Trouble(100, "Cannot use more than the allowed number of tags per created media."),
    2207042: _Trouble(9, "You reached maximum number of posts that is allowed to be published."),
    2207052: _Trouble(9004, "The media could not be fetched from this uri."),
}
"""Code and message by subcode, as far as pictures can meet them."""


def refusal(subcode: int, detail: str = "") -> GraphRefusal:
    """Return the documented refusal for a subcode."""
    trouble = TROUBLES[subcode]
    said = f"{trouble.said} {detail}".strip()
    short = "Media ID is not available" if subcode == 2207027 else trouble.said
    return GraphRefusal(trouble.code, short, subcode=subcode, said=said)


async def create_container(call: Call, node: Account, account: Account, opens: str) -> Json:
    """POST /{ig}/media: one picture, a carousel's child, or the carousel."""
    made_lately = [
        container
        for container in call.world.state.containers.values()
        if container.account == account.id and container.made > call.now - reads.WINDOW
    ]
    if len(made_lately) >= call.world.options.ig_containers:
        raise refusal(2207042, "(containers)")
    kind = call.text("media_type") or "IMAGE"
    _judge_texts(call)
    if kind == "CAROUSEL":
        container = _carousel(call, account)
    elif kind == "REELS":
        container = await _reel(call, account)
    elif kind == "STORIES":
        container = await _story(call, account)
    elif kind == "IMAGE" and not call.text("video_url"):
        container = await _image(call, account)
    else:
        raise refusal(2207023, kind)
    call.world.state.containers[container.id] = container
    if container.size is None:
        return {"id": container.id}
    return {"id": container.id, "uri": f"{call.base}/rupload.facebook.com/{PATH}/{call.version}/{container.id}"}


def _judge_texts(call: Call) -> None:
    caption = call.text("caption")
    length = len(caption.encode("utf-16-le")) // 2
    if length > MAX_CAPTION:
        raise refusal(2207010, f"{length} of {MAX_CAPTION} characters.")
    if len(_HASHTAG.findall(caption)) > MAX_HASHTAGS or len(_MENTION.findall(caption)) > MAX_MENTIONS:
        raise refusal(2207040)
    if len(call.text("alt_text")) > MAX_ALT:
        raise GraphRefusal(100, f"(#100) alt_text must be at most {MAX_ALT} characters")


async def _image(call: Call, account: Account) -> Container:
    child = call.flag("is_carousel_item", False)
    if child and call.text("caption"):
        raise GraphRefusal(100, "(#100) A carousel item cannot have a caption")
    if not call.text("image_url"):
        raise GraphRefusal(100, "(#100) The parameter image_url is required")
    picture = await _fetched(call)
    trouble = picture if isinstance(picture, int) else 0
    if trouble and call.world.options.ig_image_errors == "create":
        raise refusal(trouble, call.text("image_url") if trouble == 2207052 else "")
    pictures = () if isinstance(picture, int) else (replace(picture, alt=call.text("alt_text")),)
    return _new(call, account, "IMAGE", pictures, child=child, trouble=trouble)


async def _reel(call: Call, account: Account) -> Container:
    if not call.text("video_url") and not _in_bytes(call):
        raise GraphRefusal(100, "(#100) The parameter video_url is required")
    if call.text("alt_text") or call.flag("is_carousel_item", False):
        raise GraphRefusal(100, "(#100) A reel takes neither alt_text nor is_carousel_item")
    call.flag("share_to_feed", True)
    if _in_bytes(call):
        return replace(_new(call, account, "REELS", ()), ready_at=None, size=0)
    film = await _fetched_film(call)
    trouble = film if isinstance(film, int) else 0
    return _new(call, account, "REELS", () if isinstance(film, int) else (film,), trouble=trouble)


async def _story(call: Call, account: Account) -> Container:
    if any(call.text(name) for name in ("caption", "alt_text", "collaborators")):
        raise GraphRefusal(100, "(#100) A story takes neither caption nor alt_text nor collaborators")
    if _in_bytes(call) and not call.text("image_url"):
        return replace(_new(call, account, "STORIES", ()), ready_at=None, size=0)
    if bool(call.text("image_url")) == bool(call.text("video_url")):
        raise GraphRefusal(100, "(#100) A story needs either image_url or video_url")
    medium = await (_fetched(call) if call.text("image_url") else _fetched_film(call, STORY))
    trouble = medium if isinstance(medium, int) else 0
    return _new(call, account, "STORIES", () if isinstance(medium, int) else (medium,), trouble=trouble)


def _in_bytes(call: Call) -> bool:
    return call.text("upload_type") == "resumable" and not call.text("video_url")


async def _fetched_film(call: Call, bounds: videos.Bounds | None = None) -> Picture | int:
    """Return the video, or the subcode of what is wrong with it: a video's trouble shows in its container's status."""
    try:
        data = await call.world.fetcher.fetch(call.text("video_url"), (bounds or REEL).bytes, kind="video/")
    except (TooLarge, Unfetchable):
        return 2207077
    clip = await videos.examine(call.world.state, data)
    offset = call.text("thumb_offset") or "0"
    if clip is None or not clip.index_first or (bounds or REEL).broken(clip):
        return 2207026
    if not offset.isdecimal() or int(offset) > clip.seconds * 1000:
        return 2207057
    return clip.picture


async def _fetched(call: Call) -> Picture | int:
    """Return the picture, or the subcode of what is wrong with it."""
    try:
        data = await call.world.fetcher.fetch(call.text("image_url"), MAX_BYTES)
    except TooLarge:
        return 2207004
    except Unfetchable as error:
        return 2207003 if error.slow else 2207052
    picture = await examine(call.world.state, data)
    if picture is None or picture.mime != "image/jpeg":
        return 2207005
    ratio = picture.width / picture.height
    return picture if RATIOS[0] - 0.005 <= ratio <= RATIOS[1] + 0.005 else 2207009


def _carousel(call: Call, account: Account) -> Container:
    names = _children(call.text("children"))
    if not CAROUSEL[0] <= len(names) <= CAROUSEL[1]:
        raise refusal(2207028)
    pictures: list[Picture] = []
    for name in names:
        child = call.world.state.containers.get(name)
        if child is None or child.account != account.id or not child.child:
            raise refusal(2207006, name)
        state = reads.status(child, call.now)
        if state == "IN_PROGRESS":
            raise refusal(2207027)
        if state != "FINISHED":
            raise refusal(2207008, name)
        pictures += child.pictures
    return _new(call, account, "CAROUSEL", tuple(pictures))


def _children(text: str) -> list[str]:
    try:
        given = json.loads(text)
    except ValueError:
        given = text.split(",")
    return [str(name).strip() for name in (given if isinstance(given, list) else [given]) if str(name).strip()]


def _new(
    call: Call, account: Account, kind: str, pictures: tuple[Picture, ...], *, child: bool = False, trouble: int = 0
) -> Container:
    processing = timedelta(seconds=call.world.options.ig_processing_seconds)
    return Container(
        account=account.id,
        id=f"1780{call.world.state.next_number()}",
        kind=kind,
        caption=call.text("caption"),
        pictures=pictures,
        made=call.now,
        ready_at=None if call.stuck else call.now + processing,
        child=child,
        trouble=trouble,
    )


async def publish(call: Call, node: Account, account: Account, opens: str) -> Json:
    """POST /{ig}/media_publish: the act that makes it public."""
    name = call.text("creation_id")
    container = call.world.state.containers.get(name)
    if container is None or container.account != account.id or container.child:
        raise refusal(2207008, name)
    state = reads.status(container, call.now)
    if state == "PUBLISHED" and call.world.options.ig_republish == "same_id":
        return {"id": container.media_id}
    if state in ("PUBLISHED", "EXPIRED"):
        raise refusal(2207008, name)
    if state == "IN_PROGRESS":
        raise refusal(2207027)
    if state == "ERROR":
        raise refusal(2207032)
    if reads.published_within(call, account, call.now - reads.WINDOW) >= call.world.options.ig_quota:
        raise refusal(2207042)
    post = Post(
        channel="instagram",
        account=account.id,
        id=f"1800{call.world.state.next_number()}",
        text=container.caption,
        pictures=container.pictures,
        made=call.now,
        public_at=call.now,
        app_id=account.app_id,
        until=call.now + STORY_LIVES if container.kind == "STORIES" else None,
    )
    call.world.state.posts[post.id] = post
    call.world.state.containers[name] = replace(container, media_id=post.id)
    return {"id": post.id}


async def update_media(call: Call, post: Post, account: Account, opens: str) -> Json:
    """POST /{media}: only comments can be switched; a caption stays as it is."""
    if set(call.params) - {"appsecret_proof"} != {"comment_enabled"}:
        raise GraphRefusal(100, "(#100) Only comment_enabled can be changed")
    replies = "" if call.flag("comment_enabled", True) else "off"
    call.world.state.posts[post.id] = replace(post, replies=replies)
    return {"success": True}


async def delete_media(call: Call, post: Post, account: Account, opens: str) -> Json:
    """DELETE /{media}: with the user token only (instagram-media reference, read 2026-11-21)."""
    if call.token != account.secret("user_token"):
        raise GraphRefusal(10, "(#10) Application does not have permission for this action")
    call.world.state.posts[post.id] = replace(post, deleted_at=call.now)
    return {"success": True, "deleted_id": post.id}


EDGES: Edges = {
    ("GET", "ig", ""): reads.read_user,
    ("GET", "ig", "media"): reads.list_media,
    ("GET", "ig", "stories"): reads.list_stories,
    ("GET", "ig", "content_publishing_limit"): reads.read_limit,
    ("POST", "ig", "media"): create_container,
    ("POST", "ig", "media_publish"): publish,
    ("GET", "container", ""): reads.read_container,
    ("GET", "media", ""): reads.read_media,
    ("POST", "media", ""): update_media,
    ("DELETE", "media", ""): delete_media,
}
