"""The two senders that are compared, each for a process of its own: the limit, and the distributor.

Both return how many posts they made public and how many seconds that took, from the first to the last.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from connectors import discover
from connectors._http import GuardedSession
from connectors.base import Access, Order, RemotePost
from distributor import bootstrap, log
from distributor.clock import SystemClock
from distributor.services.crew import Crew
from distributor.settings import load
from distributor.store.ownership import Ownership
from tests.measure.bench.seed import CHANNEL, document, draft_of, fields_of, secrets_of, stage_of


def limit(address: str, numbers: Sequence[int], accounts: int, threads: int) -> tuple[int, float]:
    """Send the same requests with the same connector code and no database."""
    connector = discover()[CHANNEL]
    sessions = threading.local()
    now = datetime.now(UTC)
    posts = {number: RemotePost.of(document(number, accounts)) for number in numbers}

    def send(number: int) -> None:
        session = getattr(sessions, "http", None)
        if session is None:
            session = sessions.http = GuardedSession()
        account = (number - 1) % accounts + 1
        fields = {**fields_of(account), **secrets_of(account)}
        access = Access(f"kjc-{account}", fields, {"graph": address}, session, datetime.now(UTC))
        connector.release(access, posts[number], stage_of(number, now), Order(f"{number:032x}", f"{number:06d}", now))

    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        sent = sum(1 for _ in pool.map(send, numbers))
        return sent, time.perf_counter() - start


def ours(address: str, database_url: str, folder: Path, key: str, threads: int) -> tuple[int, float]:
    """Turn one daemon's crew until nothing is due."""
    log.configure(quiet=True)
    settings = load(
        {
            "DISTRIBUTOR_DATABASE_URL": database_url,
            "DISTRIBUTOR_DATA_DIR": str(folder),
            "DISTRIBUTOR_KEY": key,
            "DISTRIBUTOR_FACEBOOK_GRAPH_URL": address,
            "DISTRIBUTOR_ALLOW_PRIVATE": "127.0.0.1",
            "DISTRIBUTOR_THREADS": str(threads),
        }
    )
    deps = bootstrap.build(settings)
    clock = SystemClock()
    ownership = Ownership(deps.store, folder / "workers")
    ownership.begin(clock.now())
    crew = Crew(deps, ownership, clock.now)
    start = time.perf_counter()
    while crew.turn() or crew.busy:
        continue
    spent = time.perf_counter() - start
    crew.finish()
    ownership.end()
    return 0, spent


__all__ = ["draft_of", "limit", "ours"]
