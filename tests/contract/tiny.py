"""A channel as small as can be, that keeps every rule of the contract, and how to take one rule from it.

Its network speaks JSON at four addresses: ``/me``, ``/drafts``, ``/posts`` and what lies below them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import requests

from connectors._http import not_answered, redact
from connectors.base import (
    Absent,
    Access,
    ConnectorError,
    Field,
    Found,
    Identity,
    Limits,
    Look,
    OutcomeUnknown,
    PictureRules,
    Receipt,
    Rejected,
    RemotePost,
    Retracted,
    Source,
    Staged,
    Throttled,
    Timing,
    Unauthorised,
    Unavailable,
    Variant,
)

SAMPLE: dict[str, Any] = {
    "fields": {"name": "kjc", "token": "TinySecret0001"},
    "stage": {"draft": "d1"},
    "receipt": "p1",
    "calls_nothing": [],
    "published": {"status": 200, "body": {"id": "p1"}, "remote_id": "p1"},
    "unauthorised": {"status": 401, "body": {"error": "no"}},
    "throttled": {"status": 429, "headers": {"Wait": "60"}, "body": {"error": "too many"}},
    "rejected": {"ability": "release", "status": 422, "body": {"error": "too long"}},
}

_SOURCE = Source("https://tiny.example/limits", date(2026, 11, 22))


class Tiny:
    """Keeps every rule. Holds no state."""

    channel = "tiny"
    label = "Winzig"
    hosts = MappingProxyType({"api": "https://api.tiny.example"})
    limits = Limits(
        text=500,
        unit="Zeichen",
        measure=len,
        pictures=PictureRules(),
        hashtags=3,
        links="text",
        sources={"text": _SOURCE, "pictures.max_bytes": _SOURCE, "hashtags": _SOURCE},
    )
    timing = Timing(timedelta(hours=1), timedelta(hours=24), (timedelta(minutes=1), timedelta(minutes=5)), "certain")
    fields = (Field("name", "Name"), Field("token", "Zugriffsschlüssel", secret=True))
    look = Look(fold=100, picture_ratio=0, picture_first=False, links_click=True, card=False)

    def render(self, variant: Variant) -> RemotePost:
        text = f"{variant.text}\n{variant.link}".strip()
        return RemotePost(self.channel, variant.form, text, variant.link, variant.media)

    def whoami(self, access: Access) -> Identity:
        return Identity(self._ask(access, "GET", "/me"), "kjc")

    def stage(self, access: Access, post: RemotePost, media: Any, order: Any, data: Any) -> Staged:
        return Staged({"draft": self._ask(access, "POST", "/drafts")})

    def release(self, access: Access, post: RemotePost, stage: Any, order: Any) -> Receipt:
        return Receipt(self._ask(access, "POST", "/posts", releasing=True), "", access.now)

    def unstage(self, access: Access, stage: Any) -> None:
        self._ask(access, "DELETE", f"/drafts/{stage['draft']}")

    def find(
        self, access: Access, post: RemotePost, stage: Any, order: Any, since: datetime, known: Any
    ) -> Found | Absent:
        remote_id = self._ask(access, "GET", "/posts")
        return Absent(True) if remote_id in known else Found(Receipt(remote_id, "", access.now))

    def retract(self, access: Access, receipt: Receipt) -> Retracted:
        self._ask(access, "DELETE", f"/posts/{receipt.remote_id}")
        return Retracted("gone")

    def _ask(self, access: Access, method: str, path: str, *, releasing: bool = False) -> str:
        """Make one call and return the id in its answer. Raises: ConnectorError."""
        try:
            answer = self.send(access, method, path)
        except requests.RequestException as error:
            raise self.silence(access, error, releasing) from None
        refusal = self.refusal(access, answer)
        if refusal is not None:
            raise refusal
        found = self.id_in(answer)
        if not found:
            raise self.unclear(releasing, f"HTTP {answer.status_code}")
        return found

    def send(self, access: Access, method: str, path: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {access.fields['token']}"}
        return access.session.request(method, access.urls["api"] + path, headers=headers)

    def silence(self, access: Access, error: requests.RequestException, releasing: bool) -> ConnectorError:
        return not_answered(error, access.session, label=self.label, changes=releasing)

    def refusal(self, access: Access, answer: requests.Response) -> ConnectorError | None:
        detail = redact(answer.text, hide=[access.fields["token"]]) or "no words"
        if answer.status_code == requests.codes.unauthorized:
            return Unauthorised("Winzig erkennt den Schlüssel nicht an.", detail=detail, code="401")
        if answer.status_code == requests.codes.unprocessable_entity:
            return Rejected("Winzig lehnt den Post ab.", detail=detail, code="422")
        if answer.status_code == requests.codes.too_many_requests:
            return Throttled("Winzig bittet um Geduld.", until=self.until(access, answer), detail=detail, code="429")
        return None

    def until(self, access: Access, answer: requests.Response) -> datetime:
        return access.now.astimezone(UTC) + timedelta(seconds=int(answer.headers.get("Wait", "60")))

    def id_in(self, answer: requests.Response) -> str:
        if answer.status_code != requests.codes.ok:
            return ""
        try:
            body = answer.json()
        except requests.JSONDecodeError:
            return ""
        return str(body.get("id") or "") if isinstance(body, dict) else ""

    def unclear(self, releasing: bool, detail: str) -> ConnectorError:
        if releasing:
            return OutcomeUnknown("Winzig hat unklar geantwortet; es wird nachgesehen.", detail=detail)
        return Unavailable("Winzig ist gestört; es wird später erneut versucht.", detail=detail)


def without(**instead: Any) -> Any:
    """Return the tiny connector with some of its parts replaced: functions become methods."""
    return type("Forgetful", (Tiny,), instead)()


class Instead:
    """Another connector with some of its abilities replaced; each is called with the true connector first."""

    def __init__(self, true: Any, **instead: Callable[..., Any]) -> None:
        self._true = true
        self._instead = instead

    def __getattr__(self, name: str) -> Any:
        if name not in self._instead:
            return getattr(self._true, name)
        return lambda *given: self._instead[name](self._true, *given)
