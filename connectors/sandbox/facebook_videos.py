"""Facebook's reels, pretended: start, upload at rupload.facebook.com, captions, finish; read back, listed, deleted.

Rules: developers.facebook.com/docs/video-api/guides/reels-publishing (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.sandbox import faults, instagram_uploads, videos
from connectors.sandbox.faults import Visit
from connectors.sandbox.graph import Edges, GraphDialect
from connectors.sandbox.graph_call import Call, GraphRefusal, Json, missing, page, select, stamp
from connectors.sandbox.state import Account, Post, Video
from connectors.sandbox.world import World

HOST = "/rupload.facebook.com"
REEL = videos.Bounds(bytes=2_000_000_000, seconds=(3, 90), rates=(24, 60), ratios=(9 / 16, 16 / 9))
CODES = {"ratio": 1363040, "size": 1363127, "seconds": 1363128, "rate": 1363129}
KEEPS = timedelta(hours=24)
MOST_A_DAY = 30


async def reels(call: Call, node: Account, account: Account, opens: str) -> Json:
    """POST /{page}/video_reels: ``start`` announces a video, ``finish`` makes it public."""
    if opens != "page":
        raise GraphRefusal(200, "(#200) Posting to a page requires a page access token", status=403)
    if call.text("upload_phase") == "start":
        video = Video(account.id, f"88{call.world.state.next_number()}", call.now)
        call.world.state.videos[video.id] = video
        address = f"{call.base}{HOST}/video-upload/{call.version}/{video.id}"
        return {"video_id": video.id, "upload_url": address}
    if call.text("upload_phase") != "finish":
        raise GraphRefusal(100, "(#100) upload_phase must be start or finish")
    return _finish(call, account)


def _finish(call: Call, account: Account) -> Json:
    name = call.text("video_id")
    video = call.world.state.videos.get(name)
    if video is None or video.account != account.id or video.gone or call.now >= video.made + KEEPS:
        raise missing(name, "post")
    if name in call.world.state.posts:
        return {"success": True}
    if video.picture is None:
        raise GraphRefusal(100, "(#100) The video has not been uploaded")
    if video.trouble:
        raise GraphRefusal(6000, "There was a problem with your video", subcode=CODES.get(video.trouble, 1363024))
    if call.text("video_state") != "PUBLISHED":
        raise GraphRefusal(100, "(#100) video_state must be PUBLISHED here")
    day = call.now - timedelta(hours=24)
    mine = call.world.state.posts_of("facebook", account.id)
    if sum(1 for post in mine if post.id in call.world.state.videos and post.made > day) >= MOST_A_DAY:
        raise GraphRefusal(613, "(#613) Calls to this api have exceeded the rate limit.")
    call.world.state.posts[name] = Post(
        channel="facebook",
        account=account.id,
        id=name,
        text=call.text("description"),
        pictures=(video.picture,),
        made=call.now,
        public_at=call.now,
        app_id=account.app_id,
        captions=video.captions,
    )
    return {"success": True}


async def caption(call: Call, video: Video, account: Account, opens: str) -> Json:
    """POST /{video}/captions: a SubRip file, with its language in its name."""
    if call.source is None or b"-->" not in call.source or b"WEBVTT" in call.source:
        raise GraphRefusal(100, "(#100) captions_file must be a SubRip file")
    call.world.state.videos[video.id] = replace(video, captions=call.source.decode("utf-8", "replace"))
    return {"success": True}


async def read_video(call: Call, video: Video, account: Account, opens: str) -> Json:
    """GET /{video}: its status by phases."""
    return _shown(call, video)


def _shown(call: Call, video: Video) -> Json:
    post = call.world.state.posts.get(video.id)
    ready = video.ready_at is not None and call.now >= video.ready_at
    bad = bool(video.trouble)
    status = {
        "video_status": "error" if bad else "ready" if ready else "processing" if video.picture else "uploading",
        "uploading_phase": {"status": "complete" if video.picture else "not_started"},
        "processing_phase": {
            "status": "error" if bad else "complete" if ready else "in_progress" if video.picture else "not_started"
        },
        "publishing_phase": {
            "status": "complete" if post else "not_started",
            **({"publish_status": "published"} if post else {}),
        },
    }
    values = {
        "id": video.id,
        "status": status,
        "description": post.text if post else None,
        "created_time": stamp((post.public_at or post.made) if post else video.made),
        "permalink_url": call.wall("facebook", video.account, video.id) if post else None,
    }
    return select(call, "Video", values, "id,created_time")


async def list_reels(call: Call, node: Account, account: Account, opens: str) -> Json:
    """GET /{page}/video_reels: what is public, newest first."""
    rows = []
    for video in call.world.state.videos.values():
        post = call.world.state.posts.get(video.id)
        if video.account == account.id and post and post.is_public(call.now) and post.made <= call.horizon:
            rows.append((post.made, post.id, _shown(call, video)))
    return page(call, rows)


async def delete_video(call: Call, video: Video, account: Account, opens: str) -> Json:
    """DELETE /{video}: the video, and the post it has become."""
    state = call.world.state
    state.videos[video.id] = replace(video, gone=True)
    if video.id in state.posts:
        state.posts[video.id] = replace(state.posts[video.id], deleted_at=call.now)
    return {"success": True}


def endpoint(world: World) -> Callable[[Request], Awaitable[Response]]:
    """Return the ASGI endpoint of rupload.facebook.com."""
    dialect = GraphDialect()

    async def answer(request: Request) -> Response:
        name = request.path_params["rest"].rpartition("/")[2]
        if request.path_params["rest"].startswith(f"{instagram_uploads.PATH}/"):
            return await _for_instagram(world, dialect, request, name)
        video = world.state.videos.get(name)
        account = video.account if video else ""
        visit = Visit("facebook", account, request.method, request.url.path, world.clock.now())
        body = await request.body()

        async def respond(fault: faults.Fault | None) -> Response:
            return await _upload(world, request, video, body)

        return await world.answer(visit, dialect, respond)

    return answer


async def _for_instagram(world: World, dialect: GraphDialect, request: Request, name: str) -> Response:
    container = world.state.containers.get(name)
    account = container.account if container else ""
    visit = Visit("instagram", account, request.method, request.url.path, world.clock.now())
    body = await request.body()

    async def respond(fault: faults.Fault | None) -> Response:
        return await instagram_uploads.take(world, request, container, body)

    return await world.answer(visit, dialect, respond)


async def _upload(world: World, request: Request, video: Video | None, body: bytes) -> Response:
    if request.method != "POST" or video is None or video.gone:
        return _problem("ProcessingFailedError", "Unknown video")
    account = world.state.accounts["facebook", video.account]
    if request.headers.get("authorization") != f"OAuth {account.secret('token')}" or account.revoked:
        return _problem("NotAuthorizedError", "Invalid token", status=401)
    if request.headers.get("offset") != "0":
        return _problem("OffsetInvalidError", "Only whole files are taken here")
    if request.headers.get("file_size") != str(len(body)):
        return _problem("PartialRequestError", "The body is shorter than file_size", retriable=True)
    clip = await videos.examine(world.state, body)
    if clip is None:
        return _problem("ProcessingFailedError", "The file is no video")
    ready_at = world.clock.now() + timedelta(seconds=world.options.fb_processing_seconds)
    done = replace(video, picture=clip.picture, trouble=REEL.broken(clip), ready_at=ready_at)
    world.state.videos[video.id] = done
    return JSONResponse({"success": True})


def _problem(kind: str, said: str, *, status: int = 400, retriable: bool = False) -> Response:
    return JSONResponse({"debug_info": {"retriable": retriable, "type": kind, "message": said}}, status)


EDGES: Edges = {
    ("POST", "page", "video_reels"): reels,
    ("GET", "page", "video_reels"): list_reels,
    ("GET", "video", ""): read_video,
    ("POST", "video", "captions"): caption,
    ("DELETE", "video", ""): delete_video,
}
