"""The calls to a Bluesky server (PDS) that the channel needs, each with its answer read strictly.

A session is opened for each call and kept nowhere: what it costs is one more request, and 30 in five minutes or 300 a
day are allowed per account (https://docs.bsky.app/docs/advanced-guides/rate-limits, read 2026-11-22), which is some
hundred posts. Meaning of refusals is in ``_bluesky_errors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors._bluesky_errors import LABEL, NO_RECORD, calls_left, document, refused, reset_of
from connectors._http import not_answered
from connectors._refusals import Duty, unclear
from connectors.base import Access, Medium, Rejected, Throttled, Unauthorised

COLLECTION = "app.bsky.feed.post"
GATES = "app.bsky.feed.threadgate"
SPARE = 5
"""So many logins of a window are left alone by what can wait, so that releasing and taking down still get through."""

_PAGES = 30
_OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Login:
    """Who is logged in: the account's DID and its handle, the token for this call, the server that holds it."""

    did: str
    handle: str
    token: str = field(repr=False)
    server: str = ""


class BlueskyClient:
    """One account's calls. Each raises ConnectorError; OutcomeUnknown only from :meth:`put`."""

    def __init__(self, access: Access, server: str, password: str) -> None:
        self._session = access.session
        self._video = access.urls.get("video", "")
        self._now = access.now
        self._server = server
        self._hide = [password]

    def login(self, handle: str, *, can_wait: bool = False) -> Login:
        """Open a session. Raises: Unauthorised; Throttled too for what can wait when logins are nearly used up."""
        body = {"identifier": handle, "password": self._hide[0]}
        response = self._send("POST", "com.atproto.server.createSession", duty="read", json=body)
        answer = self._object(response, "read")
        left, until = calls_left(response.headers), reset_of(response.headers, self._now)
        if can_wait and left is not None and left < SPARE and until is not None:
            text = "Die Anmeldungen bei Bluesky sind fast verbraucht; der Rest bleibt für fällige Posts."
            raise Throttled(text, until=until, detail=f"{left} logins left", code="spare")
        did, token = answer.get("did"), answer.get("accessJwt")
        if not (isinstance(did, str) and did.startswith("did:") and isinstance(token, str) and token):
            raise unclear(f"no did and accessJwt in an object of {sorted(answer)}", duty="read", label=LABEL)
        if answer.get("active") is False:
            text = "Das Bluesky-Konto ist nicht aktiv. Bitte bei Bluesky anmelden und nachsehen."
            raise Unauthorised(text, detail=str(answer.get("status") or "inactive")[:60], code="inactive")
        self._hide.append(token)
        return Login(did, str(answer.get("handle") or handle), token, _server_in(answer.get("didDoc")))

    def did_of(self, handle: str) -> str | None:
        """Return who is called so; None if nobody is."""
        response = self._send("GET", "com.atproto.identity.resolveHandle", duty="read", params={"handle": handle})
        if response.status_code == requests.codes.bad_request and document(response):
            return None
        did = self._object(response, "read").get("did")
        return did if isinstance(did, str) and did.startswith("did:") else None

    def upload(self, login: Login, medium: Medium, content: bytes) -> dict[str, Any]:
        """Upload a picture or a video; return the reference that a record carries."""
        return self.upload_file(login, medium.mime, content)

    def upload_file(self, login: Login, mime: str, content: bytes) -> dict[str, Any]:
        """Upload any file; return the reference that a record carries."""
        headers = {**_bearer(login), "Content-Type": mime}
        response = self._send("POST", "com.atproto.repo.uploadBlob", duty="stage", data=content, headers=headers)
        blob = self._object(response, "stage").get("blob")
        if not isinstance(blob, dict) or not isinstance(blob.get("ref"), dict):
            raise unclear("no blob with its ref", duty="stage", label=LABEL)
        return blob

    def hand_in(self, login: Login, film: Medium, content: bytes, lives: timedelta) -> dict[str, Any]:
        """Give a video to the video service; return the job it makes of it.

        It gets a token that is good for laying a file on the account's server, for as long as ``lives``.
        """
        until = int((self._now + lives).timestamp())
        asked = {"aud": self._audience(login), "lxm": "com.atproto.repo.uploadBlob", "exp": str(until)}
        name = "com.atproto.server.getServiceAuth"
        answer = self._object(self._send("GET", name, duty="stage", params=asked, headers=_bearer(login)), "stage")
        token = answer.get("token")
        if not isinstance(token, str) or not token:
            raise unclear(f"no token in an object of {sorted(answer)}", duty="stage", label=LABEL)
        self._hide.append(token)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": film.mime}
        params = {"did": login.did, "name": f"{film.sha256[:16]}.mp4"}
        method = "app.bsky.video.uploadVideo"
        return self._job(
            self._send("POST", method, duty="stage", at=self._video, data=content, headers=headers, params=params)
        )

    def job(self, job_id: str) -> dict[str, Any]:
        """Ask the video service how far a job is; the address needs no token."""
        params = {"jobId": job_id}
        return self._job(self._send("GET", "app.bsky.video.getJobStatus", duty="stage", at=self._video, params=params))

    def _audience(self, login: Login) -> str:
        """Return whom the service's token is for: the server that holds the account, by its DID."""
        return f"did:web:{urlsplit(login.server or self._server).netloc.replace(':', '%3A')}"

    def _job(self, response: requests.Response) -> dict[str, Any]:
        """Return the job that an answer tells of: one that was done before comes with an error's status."""
        try:
            answer = response.json()
        except requests.JSONDecodeError:
            answer = None
        job = answer.get("jobStatus", answer) if isinstance(answer, dict) else None
        if isinstance(job, dict) and (isinstance(job.get("blob"), dict) or job.get("jobId")):
            return job
        answer = self._object(response, "stage")
        raise unclear(f"no job in an object of {sorted(answer)}", duty="stage", label=LABEL)

    def put(self, login: Login, key: str, record: Mapping[str, Any]) -> str:
        """Create the record under its key; a repeat with the very same record changes nothing. Return its address."""
        body = {"repo": login.did, "collection": COLLECTION, "rkey": key, "record": record, "swapRecord": None}
        response = self._send("POST", "com.atproto.repo.putRecord", duty="release", json=body, headers=_bearer(login))
        uri = self._object(response, "release").get("uri")
        if uri != address(login.did, key):
            raise unclear("the uri is not the one that was asked for", duty="release", label=LABEL)
        return str(uri)

    def put_gated(self, login: Login, key: str, record: Mapping[str, Any], gate: Mapping[str, Any]) -> str:
        """Create the record and who may reply to it, all or nothing; return the record's address.

        There is no repeat that changes nothing here: an existing key is refused, in words that no document promises,
        so a refusal of the record as such may be that one and proves nothing.
        """
        creates = "com.atproto.repo.applyWrites#create"
        writes = [
            {"$type": creates, "collection": collection, "rkey": key, "value": value}
            for collection, value in ((COLLECTION, record), (GATES, gate))
        ]
        body = {"repo": login.did, "writes": writes}
        response = self._send("POST", "com.atproto.repo.applyWrites", duty="release", json=body, headers=_bearer(login))
        try:
            results = self._object(response, "release").get("results")
        except Rejected as error:
            if "Invalid app.bsky" in error.detail:
                raise
            raise unclear(error.detail, duty="release", label=LABEL, code=error.code) from None
        told = [one.get("uri") for one in results if isinstance(one, dict)] if isinstance(results, list) else []
        if not told or told[0] != address(login.did, key):
            raise unclear("the uri is not the one that was asked for", duty="release", label=LABEL)
        return str(told[0])

    def record(self, did: str, key: str) -> dict[str, Any] | None:
        """Return what stands under a key; None if the server says that there is nothing."""
        params = {"repo": did, "collection": COLLECTION, "rkey": key}
        response = self._send("GET", "com.atproto.repo.getRecord", duty="read", params=params)
        said = document(response) if response.status_code == requests.codes.bad_request else None
        if said and said.get("error") == NO_RECORD:
            return None
        answer = self._object(response, "read")
        if not isinstance(answer.get("value"), dict):
            raise unclear(f"no value in an object of {sorted(answer)}", duty="read", label=LABEL)
        return answer

    def posts(self, did: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the account's posts with their keys, the latest key first."""
        params = {"repo": did, "collection": COLLECTION, "limit": "100"}
        for _ in range(_PAGES):
            answer = self._object(self._send("GET", "com.atproto.repo.listRecords", duty="read", params=params), "read")
            listed = answer.get("records")
            if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
                raise unclear(f"no records in an object of {sorted(answer)}", duty="read", label=LABEL)
            for entry in listed:
                value = entry.get("value")
                yield str(entry.get("uri", "")).rpartition("/")[2], value if isinstance(value, dict) else {}
            if not answer.get("cursor"):
                return
            params = {**params, "cursor": str(answer["cursor"])}
        # a list that was not read to its end would prove no absence
        raise unclear("the account's posts do not end", duty="read", label=LABEL)

    def revision(self, did: str) -> str:
        """Return the repository's latest revision, empty if the server does not tell."""
        response = self._send("GET", "com.atproto.sync.getLatestCommit", duty="read", params={"did": did})
        if response.status_code in (requests.codes.unauthorized, requests.codes.too_many_requests):
            raise refused(response, duty="read", now=self._now, hide=self._hide)
        try:
            answer = response.json() if response.status_code in _OK else {}
        except requests.JSONDecodeError:
            return ""
        return str(answer.get("rev") or "") if isinstance(answer, dict) else ""

    def delete(self, login: Login, key: str, collection: str = COLLECTION) -> None:
        """Delete a record; one that is gone already is no error to the server, which then says nothing at all."""
        body = {"repo": login.did, "collection": collection, "rkey": key}
        name, headers = "com.atproto.repo.deleteRecord", _bearer(login)
        response = self._send("POST", name, duty="retract", json=body, headers=headers)
        if response.status_code not in _OK:
            raise refused(response, duty="retract", now=self._now, hide=self._hide)

    def _send(self, method: str, name: str, *, duty: Duty, at: str = "", **more: Any) -> requests.Response:
        try:
            return self._session.request(method, f"{at or self._server}/xrpc/{name}", **more)
        except requests.RequestException as error:
            # the causes hold the request with its token, so they are not handed on
            raise not_answered(error, self._session, label=LABEL, changes=duty == "release") from None

    def _object(self, response: requests.Response, duty: Duty) -> dict[str, Any]:
        if response.status_code not in _OK:
            raise refused(response, duty=duty, now=self._now, hide=self._hide)
        try:
            answer = response.json()
        except requests.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise unclear(f"HTTP {response.status_code} without an object", duty=duty, label=LABEL)
        return answer


def address(did: str, key: str) -> str:
    """Return the at:// address of a post."""
    return f"at://{did}/{COLLECTION}/{key}"


def _server_in(document: Any) -> str:
    """Return the server that an account's own document names, empty if it names none."""
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict) and str(service.get("id", "")).endswith("#atproto_pds"):
            return str(service.get("serviceEndpoint") or "")
    return ""


def _bearer(login: Login) -> dict[str, str]:
    return {"Authorization": f"Bearer {login.token}"}
