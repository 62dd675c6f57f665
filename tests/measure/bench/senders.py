"""The senders that are compared, each in a process of its own. All send with the connector's own code.

``limit`` has no database; ``ours`` is one daemon's crew; ``scheduler`` is what a user would build on APScheduler: a job
a post in its own SQL store. Each returns the seconds from the first to the last post.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.executors.pool import ThreadPoolExecutor as SchedulerThreads
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from connectors import discover
from connectors._http import GuardedSession
from connectors.base import Access, Order, RemotePost
from distributor import bootstrap, log
from distributor.clock import SystemClock
from distributor.services.crew import Crew
from distributor.settings import load
from distributor.store.ownership import Ownership
from tests.measure.bench.seed import CHANNEL, document, fields_of, secrets_of, stage_of

_local = threading.local()
_sent = threading.Semaphore(0)


def limit(address: str, posts: int, accounts: int, threads: int) -> float:
    """Send the same requests with nothing around them."""
    send = _sender(address, accounts)
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        for _ in pool.map(send, range(1, posts + 1)):
            continue
        return time.perf_counter() - start


def ours(address: str, database_url: str, folder: Path, key: str, threads: int) -> float:
    """Turn one daemon's crew until nothing is due; its log goes where a service's log goes."""
    log.configure("json")
    deps = bootstrap.build(
        load(
            {
                "DISTRIBUTOR_DATABASE_URL": database_url,
                "DISTRIBUTOR_DATA_DIR": str(folder),
                "DISTRIBUTOR_KEY": key,
                "DISTRIBUTOR_FACEBOOK_GRAPH_URL": address,
                "DISTRIBUTOR_ALLOW_PRIVATE": "127.0.0.1",
                "DISTRIBUTOR_THREADS": str(threads),
            }
        )
    )
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
    return spent


def scheduler(address: str, folder: Path, posts: int, accounts: int, threads: int) -> float:
    """Fire a job for each post from APScheduler's SQL store; adding the jobs is not counted."""
    store = SQLAlchemyJobStore(url=f"sqlite:///{folder / 'jobs.sqlite3'}")
    fired = BackgroundScheduler(
        jobstores={"default": store},
        executors={"default": SchedulerThreads(threads)},
        job_defaults={"misfire_grace_time": None},
        timezone="UTC",
    )
    fired.start(paused=True)
    now = datetime.now(UTC)
    for number in range(1, posts + 1):
        fired.add_job(job, "date", run_date=now, args=(address, accounts, number), id=str(number))
    start = time.perf_counter()
    fired.resume()
    for _ in range(posts):
        _sent.acquire()
    spent = time.perf_counter() - start
    fired.shutdown()
    return spent


def job(address: str, accounts: int, number: int) -> None:
    """Send one post: what a job of the scheduler does."""
    _sender(address, accounts)(number)
    _sent.release()


def _sender(address: str, accounts: int) -> Callable[[int], None]:
    connector, now = discover()[CHANNEL], datetime.now(UTC)

    def send(number: int) -> None:
        session = getattr(_local, "http", None)
        if session is None:
            session = _local.http = GuardedSession()
        account = (number - 1) % accounts + 1
        fields = {**fields_of(account), **secrets_of(account)}
        access = Access(f"kjc-{account}", fields, {"graph": address}, session, datetime.now(UTC))
        post = RemotePost.of(document(number, accounts))
        connector.release(access, post, stage_of(number, now), Order(f"{number:032x}", f"{number:06d}", now))

    return send
