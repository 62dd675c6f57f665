"""How often somebody may ask within a minute, counted in this process; a flood is the reverse proxy's business."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)


class Limit:
    """Lets each name through so often within a minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counted: dict[str, tuple[datetime, int]] = {}
        self._lock = threading.Lock()

    def wait(self, name: str, now: datetime) -> int:
        """Count one more; return 0, or the seconds after which to come again."""
        with self._lock:
            began, count = self._counted.get(name, (now, 0))
            if now - began >= _MINUTE:
                began, count = now, 0
            if count >= self._most:
                return max(1, int((began + _MINUTE - now).total_seconds()))
            if len(self._counted) > 10_000:
                self._counted = {each: kept for each, kept in self._counted.items() if now - kept[0] < _MINUTE}
            self._counted[name] = (began, count + 1)
            return 0
