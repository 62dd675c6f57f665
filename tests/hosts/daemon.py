"""``distributor run`` with the waits of the real networks shortened, all in the same ratio to each other.

A look comes after an unclear answer's settle time, and the kernel gives undelivered bytes up before that. With the real
minutes a test would last for hours; the order of the two is what is proved.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta

from connectors import _http, discover

_http.UNDELIVERED = 1500
SETTLE = (timedelta(seconds=3), timedelta(seconds=3))

for connector in discover().values():
    type(connector).timing = replace(connector.timing, settle=SETTLE)  # type: ignore[misc]

from distributor.cli import main  # noqa: E402

sys.argv = ["distributor", "run"]
main()
