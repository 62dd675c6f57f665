"""A real daemon that ends itself at a place of one's choice: the breakpoint that the program itself does not have.

Run as ``python mortal.py NOW SIGNAL PLACE KIND``. PLACE, in a call of that KIND (``release``, ``stage``, …):

- ``claimed``: the Attempt is committed, the call not begun;
- ``answered``: the call has ended, nothing of what came back is stored;
- ``settled``: what came back is stored, and not yet committed;
- ``stored``: it is committed.

``nowhere`` does one pass and ends in good order.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import datetime
from typing import Any

from distributor import bootstrap
from distributor.clock import SimulatedClock
from distributor.daemon import Daemon
from distributor.services import crew


def main(now: str, sign: str, place: str, kind: str) -> None:
    """Live through one moment, or die in it."""

    once = threading.Lock()

    def end_if(here: str, *kinds: str) -> None:
        if place == here and kind in kinds and once.acquire(blocking=False):
            os.kill(os.getpid(), signal.Signals[sign])

    perform, settle, commit = crew.perform, crew.settle, crew.Crew._commit

    def performed(deps: Any, call: Any, *more: Any) -> Any:
        end_if("claimed", call.work.kind)
        result = perform(deps, call, *more)
        end_if("answered", call.work.kind)
        return result

    def settled(deps: Any, session: Any, results: Any, *more: Any) -> None:
        settle(deps, session, results, *more)
        session.flush()
        end_if("settled", *(result.call.work.kind for result in results))

    def committed(self: Any, landed: list[Any], **more: Any) -> Any:
        kinds = [result.call.work.kind for result in landed]
        claimed = commit(self, landed, **more)
        end_if("stored", *kinds)
        return claimed

    crew.perform, crew.settle = performed, settled
    crew.Crew._commit = committed  # type: ignore[method-assign]
    daemon = Daemon(bootstrap.build(), SimulatedClock(datetime.fromisoformat(now), lambda moment: None))
    daemon.begin()
    daemon.publish()
    daemon.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
