"""The calls to a Mastodon server that the channel needs, each with its answer read strictly. Meaning of refusals is in
``_mastodon_errors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

from connectors._http import not_answered
from connectors._mastodon_errors import LABEL, calls_left, refused, reset_of
from connectors._refusals import Duty, unclear
from connectors.base import Access, Medium, Throttled

SPARE = 5
"""So many calls of a window are left alone by what can wait, so that releasing and taking down still get through."""

_PAGE = 40
_PAGES = 30
_OK = range(200, 300)


class MastodonClient:
    """One account's calls. Each raises ConnectorError; OutcomeUnknown only from :meth:`publish`."""

    def __init__(self, access: Access, server: str, token: str) -> None:
        self._session = access.session
        self._now = access.now
        self._server = server
        self._token = token

    def instance(self) -> dict[str, Any]:
        """Return the server's description; what only knows the older address is asked there.

        Raises: Throttled too when the window is nearly used up.
        """
        for path in ("/api/v2/instance", "/api/v1/instance"):
            response = self._send("GET", path, duty="stage")
            if response.status_code != requests.codes.not_found:
                break
        self._leave_some(response)
        return self._object(response, "stage")

    def me(self, duty: Duty = "read") -> dict[str, Any]:
        """Return the account that the token opens."""
        return self._with_id(self._send("GET", "/api/v1/accounts/verify_credentials", duty=duty), duty)

    def upload(self, medium: Medium, content: bytes) -> tuple[dict[str, Any], datetime | None]:
        """Upload one picture with its description; return it, and when the next may follow if not at once."""
        files = {"file": (f"{medium.sha256[:16]}.{medium.mime.partition('/')[2]}", content, medium.mime)}
        data = {"description": medium.alt} if medium.alt else None
        response = self._send("POST", "/api/v2/media", duty="stage", files=files, data=data)
        made = self._with_id(response, "stage")
        used_up = calls_left(response.headers) == 0
        ready = response.status_code == requests.codes.ok
        return made | {"ready": ready}, reset_of(response.headers, self._now) if used_up else None

    def is_ready(self, media_id: str) -> bool | None:
        """Tell whether an upload is processed; None if the server does not know it (any more)."""
        response = self._send("GET", f"/api/v1/media/{quote(media_id, safe='')}", duty="stage")
        if response.status_code == requests.codes.not_found:
            return None
        self._with_id(response, "stage")
        return bool(response.status_code == requests.codes.ok)

    def forget(self, media_id: str) -> None:
        """Remove an unused upload. Before Mastodon 4.4 there was no way, and the server forgets it within a day."""
        response = self._send("DELETE", f"/api/v1/media/{quote(media_id, safe='')}", duty="retract")
        known = {requests.codes.not_found, requests.codes.method_not_allowed, requests.codes.unprocessable_entity}
        answer = {} if response.status_code in known else self._object(response, "retract")
        if answer and "id" not in answer:
            raise unclear(f"neither nothing nor an upload but {sorted(answer)}", duty="retract", label=LABEL)

    def publish(self, status: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Publish. A repeat under the same key within the hour gives back what the first made."""
        headers = {"Idempotency-Key": key}
        response = self._send("POST", "/api/v1/statuses", duty="release", json=status, headers=headers)
        return self._with_id(response, "release")

    def statuses(self, account: str) -> Iterator[dict[str, Any]]:
        """Yield the account's own statuses, newest first, as far back as anybody asks.

        A server that knows no ``max_id`` (snac) gives its one page again and again; that is the end then.
        """
        params = {"limit": str(_PAGE), "exclude_reblogs": "true"}
        seen: set[str] = set()
        for _ in range(_PAGES):
            path = f"/api/v1/accounts/{quote(account, safe='')}/statuses"
            page = self._list(self._send("GET", path, duty="read", params=params), "read")
            fresh = [status for status in page if status["id"] not in seen]
            yield from fresh
            if not fresh:
                return
            seen.update(status["id"] for status in fresh)
            params = {**params, "max_id": page[-1]["id"]}
        # a list that was not read to its end would prove no absence
        raise unclear("the account's statuses do not end", duty="read", label=LABEL)

    def status(self, status: str) -> dict[str, Any] | None:
        """Return a status; None if the server says that it knows none."""
        response = self._send("GET", f"/api/v1/statuses/{quote(status, safe='')}", duty="read")
        if response.status_code == requests.codes.not_found:
            self._own(response, "read")
            return None
        return self._with_id(response, "read")

    def edit(self, status: str, change: Mapping[str, Any]) -> dict[str, Any] | None:
        """Change a status; None if the server says that it is not there or not ours. Servers do so since 3.5."""
        path = f"/api/v1/statuses/{quote(status, safe='')}"
        response = self._send("PUT", path, duty="release", json=change)
        if response.status_code == requests.codes.not_found:
            self._own(response, "release")
            return None
        return self._with_id(response, "release")

    def stands(self, status: str) -> bool:
        """Tell whether the status is still there, asked of the status itself."""
        response = self._send("GET", f"/api/v1/statuses/{quote(status, safe='')}", duty="retract")
        if response.status_code == requests.codes.not_found:
            self._own(response, "retract")
            return False
        self._with_id(response, "retract")
        return True

    def delete(self, status: str) -> bool:
        """Delete a status with its pictures; False if the server says that it knows none."""
        path = f"/api/v1/statuses/{quote(status, safe='')}"
        response = self._send("DELETE", path, duty="retract", params={"delete_media": "true"})
        if response.status_code == requests.codes.not_found:
            return False
        self._with_id(response, "retract")
        return True

    def _send(
        self, method: str, path: str, *, duty: Duty, headers: Mapping[str, str] | None = None, **more: Any
    ) -> requests.Response:
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        try:
            return self._session.request(method, self._server + path, headers=sent, **more)
        except requests.RequestException as error:
            # the causes hold the request with its token, so they are not handed on
            raise not_answered(error, self._session, label=LABEL, changes=duty == "release") from None

    def _own(self, response: requests.Response, duty: Duty) -> Any:
        """Return the JSON of an answer. Raises: ConnectorError if it is not the server's own."""
        try:
            return response.json()
        except requests.JSONDecodeError:
            raise unclear(f"HTTP {response.status_code} without JSON", duty=duty, label=LABEL) from None

    def _object(self, response: requests.Response, duty: Duty) -> dict[str, Any]:
        if response.status_code not in _OK:
            raise refused(response, duty=duty, now=self._now, hide=[self._token])
        answer = self._own(response, duty)
        if not isinstance(answer, dict):
            raise unclear(f"no object but {type(answer).__name__}", duty=duty, label=LABEL)
        return answer

    def _with_id(self, response: requests.Response, duty: Duty) -> dict[str, Any]:
        answer = self._object(response, duty)
        if not isinstance(answer.get("id"), str | int) or not str(answer["id"]):
            raise unclear(f"no id in an object of {sorted(answer)}", duty=duty, label=LABEL)
        return answer | {"id": str(answer["id"])}

    def _list(self, response: requests.Response, duty: Duty) -> Sequence[dict[str, Any]]:
        if response.status_code not in _OK:
            raise refused(response, duty=duty, now=self._now, hide=[self._token])
        answer = self._own(response, duty)
        if not isinstance(answer, list) or not all(isinstance(entry, dict) and entry.get("id") for entry in answer):
            raise unclear(f"no list of objects but {type(answer).__name__}", duty=duty, label=LABEL)
        return [entry | {"id": str(entry["id"])} for entry in answer]

    def _leave_some(self, response: requests.Response) -> None:
        left, until = calls_left(response.headers), reset_of(response.headers, self._now)
        if left is not None and left < SPARE and until is not None and response.status_code in _OK:
            text = "Die Abfragemenge bei Mastodon ist fast verbraucht; der Rest bleibt für fällige Posts."
            raise Throttled(text, until=until, detail=f"{left} calls left", code="spare")
