"""Bluesky's video service, pretended: a token for it, the upload, and the job until it is done.

Rules: docs.bsky.app/docs/tutorials/video and lexicons/app/bsky/video of github.com/bluesky-social/atproto (read
2026-11-30). Here it is the same host as the account's server; what it lays there are the bytes that it was given.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from connectors.sandbox import videos
from connectors.sandbox.bluesky_call import BlueskyRefusal, Call, Json, cid_of, did_of, invalid
from connectors.sandbox.state import Picture, Upload, VideoJob

# Three minutes is what was announced in 2025; the documents have no bound.
FILM = videos.Bounds(bytes=300_000_000, seconds=(0.1, 180), rates=(1, 60), ratios=(1 / 3, 3))
_FOR = "com.atproto.repo.uploadBlob"
_LONGEST = timedelta(hours=1)


async def get_service_auth(call: Call) -> Json:
    """GET com.atproto.server.getServiceAuth: a token for another service, good for one method until ``exp``."""
    account, until = call.account, call.query.get("exp", "")
    if not call.query.get("aud", "").startswith("did:web:"):
        raise invalid("Error: aud must be a valid did")
    if call.query.get("lxm") != _FOR:
        raise invalid("Only tokens for uploadBlob are offered here")
    if not until.isdecimal() or not call.now < datetime.fromtimestamp(int(until), UTC) <= call.now + _LONGEST:
        raise invalid("expiration is too far in future", "BadExpiration")
    token = f"service-{secrets.token_urlsafe(24)}"
    call.world.state.services[token] = (account.id, datetime.fromtimestamp(int(until), UTC))
    return {"token": token}


async def upload_video(call: Call) -> Json:
    """POST app.bsky.video.uploadVideo: begins a job; one that was done before comes back at once, as a conflict."""
    account = call.account
    if call.query.get("did") != did_of(account):
        raise BlueskyRefusal(401, "AuthRequiredError", "The token is not for this did")
    if not call.query.get("name"):
        raise invalid('Params must have the property "name"')
    clip = await videos.examine(call.world.state, call.body)
    name = f"job{call.world.state.next_number()}"
    if clip is None or (broken := FILM.broken(clip)):
        call.world.state.jobs[name] = VideoJob(account.id, name, None, call.now, broken if clip else "unreadable")
        return _shown(call, call.world.state.jobs[name])
    for job in call.world.state.jobs.values():
        if job.account == account.id and job.picture == clip.picture and job.ready_at <= call.now:
            raise AlreadyDone({**_shown(call, job), "error": "already_exists"})
    ready_at = call.now + timedelta(seconds=call.world.options.bluesky_processing_seconds)
    call.world.state.jobs[name] = VideoJob(account.id, name, clip.picture, ready_at)
    return _shown(call, call.world.state.jobs[name])


class AlreadyDone(BlueskyRefusal):
    """The answer for a video that was worked on before: an error's status, with the finished file."""

    def __init__(self, body: Json) -> None:
        super().__init__(409, "already_exists", "Video already processed")
        self.body = body


async def get_job_status(call: Call) -> Json:
    """GET app.bsky.video.getJobStatus: needs no token."""
    job = call.world.state.jobs.get(call.query.get("jobId", ""))
    if job is None:
        raise invalid("Job not found", "JobNotFound")
    return {"jobStatus": _shown(call, job)}


def _shown(call: Call, job: VideoJob) -> Json:
    account = call.world.state.accounts["bluesky", job.account]
    told: Json = {"jobId": job.id, "did": did_of(account)}
    if job.trouble or job.picture is None:
        return told | {"state": "JOB_STATE_FAILED", "failureCode": "validation_failure", "error": job.trouble}
    if call.now < job.ready_at:
        return told | {"state": "JOB_STATE_ENCODING", "progress": 50}
    return told | {"state": "JOB_STATE_COMPLETED", "blob": laid(call, job.account, job.picture)}


def laid(call: Call, account: str, picture: Picture) -> Json:
    """Lay a file on the account's server, unused for now, and return its reference."""
    cid = cid_of(call.world.state.blobs[picture.sha256], raw=True)
    expires_at = call.now + timedelta(seconds=call.world.options.bluesky_blob_seconds)
    call.world.state.uploads[f"{account} {cid}"] = Upload(account, cid, picture, expires_at)
    return {"$type": "blob", "ref": {"$link": cid}, "mimeType": picture.mime, "size": picture.size}
