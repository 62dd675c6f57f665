"""Trouble on order: which fault is armed for which request, and what it does to the answer.

The platforms' own refusals are not faults; they live with each platform's rules.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from starlette.responses import HTMLResponse, Response

from connectors.sandbox.wire import Connections, Cut, Lost

_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
METHODS = {
    "lost_after_commit": _CHANGING,
    "error_after_commit": _CHANGING,
    "read_lag": frozenset({"GET"}),
    "container_stuck": frozenset({"POST"}),
}
"""Faults that make sense for some methods only; they pass by all others."""

KINDS = frozenset(METHODS) | {
    "lost",
    "error_500",
    "html_502",
    "redirect_302",
    "no_content_type",
    "cut",
    "hang",
    "throttle",
    "revoke_token",
    "error",
}
_MATCHERS = ("channel", "match", "method", "account", "fault", "times", "after")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as the fault list and the request log see it: nothing secret in it."""

    channel: str
    account: str
    method: str
    path: str
    now: datetime


@dataclass(slots=True)
class Fault:
    """One armed fault. ``times`` None never runs out; the first ``after`` matching requests pass unharmed."""

    kind: str
    channel: str = ""
    match: re.Pattern[str] | None = None
    method: str = ""
    account: str = ""
    times: int | None = 1
    after: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    passed: int = 0
    fired: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, visit: Visit) -> bool:
        """Tell whether the fault is still armed and meant for this request."""
        if self.times is not None and self.fired >= self.times:
            return False
        if visit.method not in METHODS.get(self.kind, (visit.method,)):
            return False
        if self.kind == "container_stuck" and not visit.path.endswith("/media"):
            return False
        wanted = ((self.channel, visit.channel), (self.method, visit.method), (self.account, visit.account))
        if any(want and want != is_ for want, is_ in wanted):
            return False
        return self.match is None or self.match.search(visit.path) is not None

    def shown(self) -> dict[str, Any]:
        """Return the fault as JSON values for the list."""
        return {
            "fault": self.kind,
            "channel": self.channel,
            "match": self.match.pattern if self.match else "",
            "method": self.method,
            "account": self.account,
            "times": self.times,
            "after": self.after,
            "fired": self.fired,
            **self.settings,
        }


def read(document: Mapping[str, Any]) -> Fault:
    """Read a fault from the body of ``POST /_faults``. Raises: ValueError with a German sentence."""
    kind = document.get("fault")
    if kind not in KINDS:
        raise ValueError(f"Den Fehler {kind!r} gibt es nicht. Bekannt sind: {', '.join(sorted(KINDS))}.")
    try:
        match = re.compile(str(document["match"])) if document.get("match") else None
    except re.error as error:
        raise ValueError(f"„match“ ist kein regulärer Ausdruck: {error}.") from error
    times, after = document.get("times", 1), document.get("after") or 0
    if not (times is None or (isinstance(times, int) and times >= 1)) or not isinstance(after, int):
        raise ValueError("„times“ und „after“ sind ganze Zahlen; „times“: null heißt ohne Ende.")
    if not isinstance(document.get("status", 500), int) or not isinstance(document.get("seconds", 0), int | float):
        raise ValueError("„status“ ist eine ganze Zahl, „seconds“ eine Zahl.")
    return Fault(
        kind=str(kind),
        channel=str(document.get("channel") or ""),
        match=match,
        method=str(document.get("method") or "").upper(),
        account=str(document.get("account") or ""),
        times=times,
        after=after,
        settings={name: value for name, value in document.items() if name not in _MATCHERS},
    )


class Faults:
    """The armed faults, in the order they were armed."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Add a fault."""
        self._armed.append(fault)

    def clear(self) -> None:
        """Disarm all; whoever still hangs is let go."""
        for fault in self._armed:
            fault.over.set()
        self._armed.clear()

    def shown(self) -> list[dict[str, Any]]:
        """Return all faults with how often each fired."""
        return [fault.shown() for fault in self._armed]

    def pick(self, visit: Visit) -> Fault | None:
        """Return the fault that strikes this request, and count it."""
        for fault in self._armed:
            if not fault.fits(visit):
                continue
            if fault.passed < fault.after:
                fault.passed += 1
                continue
            fault.fired += 1
            return fault
        return None


class Dialect(Protocol):
    """How one platform words the trouble that is common to all."""

    def trouble(self, status: int) -> Response:
        """Return the platform's own server error."""

    def throttled(self, visit: Visit, until: datetime | None, settings: Mapping[str, Any]) -> Response:
        """Return the platform's "too many calls", with or without the date of its end."""


Act = Callable[[Fault | None], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a fault needs beside the request: the platform's wording, the open sockets, the way to revoke a token."""

    dialect: Dialect
    connections: Connections
    revoke: Callable[[str, str], None]


async def play(fault: Fault | None, visit: Visit, stage: Stage, act: Act) -> Response:
    """Answer the request through ``act``, spoilt as ``fault`` says."""
    if fault is None or fault.kind in ("read_lag", "container_stuck"):
        return await act(fault)
    if fault.kind in _WITHOUT_ACT:
        return _WITHOUT_ACT[fault.kind](fault, visit, stage)
    if fault.kind == "revoke_token":
        stage.revoke(visit.channel, visit.account)
        return await act(fault)
    if fault.kind == "hang":
        return await _hang(fault, stage, act)
    answer = await act(fault)
    if fault.kind == "lost_after_commit":
        return Lost(stage.connections, answer)
    if fault.kind == "cut":
        return Cut(stage.connections, answer)
    if fault.kind == "no_content_type":
        del answer.headers["content-type"]
        return answer
    return _explicit(fault, visit, stage)


def lag(fault: Fault | None) -> timedelta:
    """Return by how much reads are behind."""
    if fault is None or fault.kind != "read_lag":
        return timedelta()
    return timedelta(seconds=float(fault.settings.get("seconds", 60)))


async def _hang(fault: Fault, stage: Stage, act: Act) -> Response:
    """Keep the caller waiting, by default after the deed is done; ``commit: false`` then does nothing at all.

    It lasts ``seconds``, or until the faults are cleared.
    """
    commit = fault.settings.get("commit", True)
    answer = await act(fault) if commit else None
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(fault.over.wait(), float(fault.settings.get("seconds", 60)))
    return answer if answer is not None else Lost(stage.connections, kept=True)


def _explicit(fault: Fault, visit: Visit, stage: Stage) -> Response:
    status = int(fault.settings.get("status", 500))
    if "body" not in fault.settings:
        return stage.dialect.trouble(status)
    body = fault.settings["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    kind = str(fault.settings.get("content_type", "application/json"))
    return Response(text, status, headers=fault.settings.get("headers"), media_type=kind)


def _throttle(fault: Fault, visit: Visit, stage: Stage) -> Response:
    dated = fault.settings.get("date", True)
    until = visit.now + timedelta(seconds=float(fault.settings.get("seconds", 900))) if dated else None
    return stage.dialect.throttled(visit, until, fault.settings)


_WITHOUT_ACT: Mapping[str, Callable[[Fault, Visit, Stage], Response]] = {
    "lost": lambda fault, visit, stage: Lost(stage.connections),
    "error_500": lambda fault, visit, stage: stage.dialect.trouble(500),
    "html_502": lambda fault, visit, stage: HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", 502),
    "redirect_302": lambda fault, visit, stage: Response(status_code=302, headers={"location": visit.path}),
    "throttle": _throttle,
    "error": _explicit,
}
