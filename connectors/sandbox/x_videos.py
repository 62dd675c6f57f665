"""X's chunked upload of videos, pretended: initialize, append, finalize, and the status until it is processed.

Rules: docs.x.com/x-api/media/quickstart/media-upload-chunked and …/best-practices (read 2026-11-21).
"""

from __future__ import annotations

from datetime import timedelta

from connectors.sandbox import videos
from connectors.sandbox.state import Upload
from connectors.sandbox.x_call import Call, Json, invalid

VIDEO = videos.Bounds(
    bytes=512 * 1024 * 1024, seconds=(0.5, 140), rates=(1, 60), ratios=(1 / 3, 3), widest=1280, highest=1024
)
PIECE = 5_000_000
PROCESSING = timedelta(seconds=3)


async def initialize(call: Call, name: str) -> tuple[int, Json]:
    """POST /2/media/upload/initialize."""
    document = call.document if isinstance(call.document, dict) else {}
    size = document.get("total_bytes")
    if document.get("media_type") != videos.MIME or document.get("media_category") != "tweet_video":
        raise invalid("media_type and media_category must name a video.", media_category=["…"])
    if not isinstance(size, int) or not 0 < size <= VIDEO.bytes:
        raise invalid("total_bytes is missing or too large.", total_bytes=[str(size)])
    number = f"197{call.world.state.next_number():016d}"
    call.world.state.pieces[number] = (call.account.id, size, {})
    return 200, {"data": {"id": number, "media_key": f"7_{number}", "expires_after_secs": 86400}}


async def append(call: Call, name: str) -> tuple[int, Json]:
    """POST /2/media/upload/{id}/append."""
    owner, size, pieces = call.world.state.pieces.get(name, ("", 0, {}))
    index = call.form.get("segment_index", "")
    if owner != call.account.id or call.file is None or not index.isdecimal() or int(index) > 999:
        raise invalid("media and segment_index (0 to 999) of a begun upload are required.", segment_index=[index])
    if len(call.file) > PIECE or sum(map(len, pieces.values())) + len(call.file) > size:
        raise invalid("The segment is too large.", media=["…"])
    pieces[int(index)] = call.file
    return 200, {"data": {"expires_at": int((call.now + timedelta(days=1)).timestamp())}}


async def finalize(call: Call, name: str) -> tuple[int, Json]:
    """POST /2/media/upload/{id}/finalize."""
    owner, size, pieces = call.world.state.pieces.get(name, ("", 0, {}))
    data = b"".join(piece for _, piece in sorted(pieces.items()))
    if owner != call.account.id or len(data) != size:
        raise invalid("The upload is not complete.", media_id=[name])
    clip = await videos.examine(call.world.state, data)
    del call.world.state.pieces[name]
    if clip is None or (broken := VIDEO.broken(clip)):
        raise invalid(f"The media is no video that is taken here: {broken if clip else 'unreadable'}.", media=["…"])
    keeps = timedelta(seconds=call.world.options.x_upload_seconds)
    kept = Upload(call.account.id, name, clip.picture, call.now + keeps, call.now + PROCESSING)
    call.world.state.uploads[name] = kept
    return 200, {"data": {"id": name, "size": size, "processing_info": {"state": "pending", "check_after_secs": 1}}}


async def status(call: Call, name: str) -> tuple[int, Json]:
    """GET /2/media/upload?command=STATUS."""
    number = call.query.get("media_id", "")
    kept = call.world.state.uploads.get(number)
    if call.query.get("command") != "STATUS" or kept is None or kept.account != call.account.id:
        raise invalid("command=STATUS and the media_id of a finalized upload are required.", media_id=[number])
    working = kept.ready_at is not None and call.now < kept.ready_at
    info: Json = {"state": "in_progress", "check_after_secs": 2} if working else {"state": "succeeded"}
    return 200, {"data": {"id": number, "processing_info": info}}
