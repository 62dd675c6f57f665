"""What a user would pick instead: a job a post in a job queue's own store, fired by its own worker."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime

import sqlalchemy as sa
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from procrastinate import App, PsycopgConnector

from tests.measure.bench.place import Place
from tests.measure.bench.senders import Span, sender

_HEARTBEAT, _STALLED = 1.0, 3.0
"""Seconds between a Procrastinate worker's signs of life, and without one after which its jobs count as stalled."""

_done = threading.Semaphore(0)


class Scheduler:
    """APScheduler with its SQLAlchemyJobStore, a date job for each post, ``misfire_grace_time=None``: late is sent.

    Who prepares never shuts it down, which would fire what is due: its thread ends with its process.
    """

    def prepare(self, place: Place) -> None:
        fired = self._scheduler(place)
        fired.start(paused=True)
        now = datetime.now(UTC)
        for number in range(1, place.size.posts + 1):
            arguments = (place.address, place.size.accounts, number)
            fired.add_job(_send, "date", run_date=now, args=arguments, id=str(number))

    def send(self, place: Place) -> Span:
        fired = self._scheduler(place)
        fired.start(paused=True)
        waiting = len(fired.get_jobs())
        began = time.monotonic()
        fired.resume()
        for _ in range(waiting):
            _done.acquire()
        ended = time.monotonic()
        fired.shutdown()
        return began, ended

    def resume(self, place: Place) -> Span:
        return self.send(place)

    def _scheduler(self, place: Place) -> BackgroundScheduler:
        return BackgroundScheduler(
            jobstores={"default": SQLAlchemyJobStore(url=place.database)},
            executors={"default": ThreadPoolExecutor(place.threads)},
            job_defaults={"misfire_grace_time": None},
            timezone="UTC",
        )


def _send(address: str, accounts: int, number: int) -> None:
    sender(address, accounts)(number)
    _done.release()


class Procrastinate:
    """Procrastinate on PostgreSQL, a task for each post, ``concurrency`` as many as we have threads.

    Whoever follows a killed worker puts its stalled jobs back, as the project's documents advise.
    """

    def prepare(self, place: Place) -> None:
        asyncio.run(self._prepare(place))

    def send(self, place: Place) -> Span:
        return asyncio.run(self._work(place, stalled=False))

    def resume(self, place: Place) -> Span:
        time.sleep(_STALLED + _HEARTBEAT)
        return asyncio.run(self._work(place, stalled=True))

    async def _prepare(self, place: Place) -> None:
        app = _app(place)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            jobs = [{"number": number} for number in range(1, place.size.posts + 1)]
            await app.tasks["send"].batch_defer_async(*jobs)

    async def _work(self, place: Place, *, stalled: bool) -> Span:
        app = _app(place)
        async with app.open_async():
            began = time.monotonic()
            if stalled:
                for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED):
                    await app.job_manager.retry_job(job)
            await app.run_worker_async(
                concurrency=place.threads,
                wait=False,
                install_signal_handlers=False,
                update_heartbeat_interval=_HEARTBEAT,
            )
            return began, time.monotonic()


def _app(place: Place) -> App:
    url = sa.make_url(place.database).set(drivername="postgresql")
    app = App(connector=PsycopgConnector(conninfo=url.render_as_string(hide_password=False)))
    send = sender(place.address, place.size.accounts)

    @app.task(name="send")
    def task(number: int) -> None:
        send(number)

    return app
