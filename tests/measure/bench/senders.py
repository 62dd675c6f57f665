"""The senders that are compared, each in a process of its own. All send with the connector's own code.

``Limit`` has no database; ``Ours`` is one daemon's crew. What a user would build instead is in ``others``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from connectors import discover
from connectors._http import GuardedSession
from connectors.base import Access, Order, RemotePost
from distributor import bootstrap, log
from distributor.clock import SystemClock
from distributor.cores import Core
from distributor.domain import State
from distributor.services.crew import Crew
from distributor.services.deps import Deps
from distributor.settings import load
from distributor.store import migrations
from distributor.store.engine import Store
from distributor.store.ownership import Ownership
from distributor.store.tables import PostRow
from distributor.vault import Vault
from tests.measure.bench.place import Place
from tests.measure.bench.seed import CHANNEL, document, fields_of, fill, secrets_of, stage_of

_ON_THE_WAY = (State.STAGED, State.PUBLISHING, State.UNCERTAIN)

_FASTER = 60
"""So much faster runs the clock of whoever looks for what a killed one may have published: minutes become seconds."""

Span = tuple[float, float]
"""When sending began and when it was done, in seconds of the machine's monotonic clock."""

_local = threading.local()


class Sender(Protocol):
    """``prepare`` puts everything into the database, ``send`` sends what is there and returns from when to when.

    ``resume`` is for a process that follows a killed one: it ends when nothing more would come by itself.
    """

    def prepare(self, place: Place) -> None: ...
    def send(self, place: Place) -> Span: ...
    def resume(self, place: Place) -> Span: ...


class Limit:
    """Sends the same requests with nothing around them, on whatever core, or ``kept`` on one as our crew is."""

    def __init__(self, *, kept: bool = False) -> None:
        self._kept = kept

    def prepare(self, place: Place) -> None:
        """Prepare nothing."""

    def send(self, place: Place) -> Span:
        send = sender(place.address, place.size.accounts)
        core = Core()
        begin, stay = (core.stay, core.kept()) if self._kept else (None, nullcontext())
        with stay, ThreadPoolExecutor(place.threads, initializer=begin) as pool:
            began = time.monotonic()
            for _ in pool.map(send, range(1, place.size.posts + 1)):
                continue
            return began, time.monotonic()

    def resume(self, place: Place) -> Span:
        raise NotImplementedError("what was sent is nowhere")


class Ours:
    """Turns one daemon's crew until nothing is due; its log goes where a service's log goes."""

    def prepare(self, place: Place) -> None:
        store = Store(place.database)
        migrations.upgrade(store)
        fill(store, Vault(place.key), place.size)
        if not store.is_sqlite:
            with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("ANALYZE"))
        store.close()

    def send(self, place: Place) -> Span:
        deps, ownership, crew = self._begin(place, SystemClock().now)
        began = time.monotonic()
        while crew.turn() or crew.busy:
            continue
        ended = time.monotonic()
        crew.finish()
        ownership.end()
        deps.store.close()
        return began, ended

    def resume(self, place: Place) -> Span:
        """Take over what the dead one left open, and look for what may be public, by a clock that runs ``_FASTER``."""
        begun, start = datetime.now(UTC), time.monotonic()
        deps, ownership, crew = self._begin(
            place, lambda: begun + _FASTER * timedelta(seconds=time.monotonic() - start)
        )
        crew.rescue()
        while self._waits(deps):
            if not (crew.turn() or crew.busy):
                time.sleep(0.1)
        crew.finish()
        ownership.end()
        return start, time.monotonic()

    def _begin(self, place: Place, now: Callable[[], datetime]) -> tuple[Deps, Ownership, Crew]:
        log.configure("json")
        settings = {
            "DISTRIBUTOR_DATABASE_URL": place.database,
            "DISTRIBUTOR_DATA_DIR": str(place.folder),
            "DISTRIBUTOR_KEY": place.key,
            "DISTRIBUTOR_FACEBOOK_GRAPH_URL": place.address,
            "DISTRIBUTOR_ALLOW_PRIVATE": "127.0.0.1",
            "DISTRIBUTOR_THREADS": str(place.threads),
        }
        deps = bootstrap.build(load(settings))
        ownership = Ownership(deps.store, place.folder / "workers")
        ownership.begin(now())
        return deps, ownership, Crew(deps, ownership, now)

    def _waits(self, deps: Deps) -> bool:
        waiting = sa.select(PostRow.id).where(PostRow.state.in_(_ON_THE_WAY), PostRow.next_try_at.is_not(None))
        with deps.store.read() as session:
            return session.scalars(waiting.limit(1)).first() is not None


def sender(address: str, accounts: int) -> Callable[[int], None]:
    """Return what sends one post by its number, from any thread, as the connector does."""
    connector = discover()[CHANNEL]

    def send(number: int) -> None:
        session = getattr(_local, "http", None)
        if session is None:
            session = _local.http = GuardedSession()
        account, now = (number - 1) % accounts + 1, datetime.now(UTC)
        fields = {**fields_of(account), **secrets_of(account)}
        access = Access(f"kjc-{account}", fields, {"graph": address}, session, now)
        post = RemotePost.of(document(number, accounts))
        connector.release(access, post, stage_of(number, now), Order(f"{number:032x}", f"{number:06d}", now))

    return send
