"""All that one running sandbox holds, passed to whoever answers a request."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from connectors.sandbox.clock import Clock, iso
from connectors.sandbox.faults import Act, Dialect, Faults, Stage, Visit, play
from connectors.sandbox.pictures import Fetcher
from connectors.sandbox.state import Options, State
from connectors.sandbox.wire import Connections


@dataclass(slots=True)
class World:
    """Clock, memory, faults, options and the log of requests (without anything secret)."""

    clock: Clock
    state: State
    options: Options = field(default_factory=Options)
    faults: Faults = field(default_factory=Faults)
    fetcher: Fetcher = field(default_factory=Fetcher)
    connections: Connections = field(default_factory=dict)
    requests: deque[Mapping[str, Any]] = field(default_factory=lambda: deque(maxlen=5000))
    calls: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    async def answer(self, visit: Visit, dialect: Dialect, act: Act) -> Response:
        """Answer one platform request with whatever fault is armed for it, and log it."""
        fault = self.faults.pick(visit)
        answer = await play(fault, visit, Stage(dialect, self.connections, self.state.revoke), act)
        self.requests.append(
            {
                "at": iso(visit.now),
                "method": visit.method,
                "path": visit.path,
                "channel": visit.channel,
                "account": visit.account,
                "status": answer.status_code,
                "fault": fault.kind if fault else "",
            }
        )
        return answer

    def reset(self, *, keep_accounts: bool) -> None:
        """Empty everything but the options, the clock and, if asked, the accounts."""
        self.state.forget(accounts=not keep_accounts)
        self.faults.clear()
        self.requests.clear()
        self.calls.clear()
