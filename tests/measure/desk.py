"""Measure how long the desk's pages take: ``python -m tests.measure.desk [sqlite] [postgresql]``.

With 100,000 posts stored (``--posts``) of 16 Jobcenter on 48 accounts, all but some hundreds of them public, each page
is asked for by an officer of one Jobcenter, by one who stands in for all sixteen, and by an editor. In process, without
a network; prints milliseconds, the median and the 95th percentile of ``--times`` requests after a first one. A page
whose median is over the bound ends with 1.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping
from datetime import timedelta

from argon2 import PasswordHasher
from lxml import html
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from distributor import log
from distributor.domain import Role, State
from distributor.services import passwords, people
from distributor.services.deps import Deps
from distributor.store.tables import OrganisationRow, PostRow
from distributor.web.desk import desk_app
from tests.measure.growing import fill
from tests.measure.planning import NOW, SETUP, land
from tests.support.plenty import plenty
from tests.support.postgres import on_engines

MOST = 100.0
"""Milliseconds that a page may take: issue "The desk"."""

PAGES = (
    "/",
    "/freigabe",
    "/freigabe?liste=geplant",
    "/freigabe?liste=hilfe",
    "/freigabe?liste=veroeffentlicht",
    "/freigabe?liste=veroeffentlicht&nach={middle}",
    "/freigabe?liste=veroeffentlicht&ende=1",
    "/freigabe?liste=geschlossen",
    "/freigabe/auswahl",
    "/post/{waiting}",
    "/post/{public}",
    "/verpasst",
    "/beitraege",
    "/beitraege/{item}",
    "/beitraege/{item}/kanaltext/facebook",
    "/kalender",
    "/sitzung",
    "/konten",
    "/konten/1",
    "/jobcenter",
    "/jobcenter/fulda",
    "/personen",
    "/einwilligungen",
    "/rueckrufe",
    "/notbremse",
    "/protokoll",
    "/zugang",
    "/schulung",
)
_PASSWORD = "ein langes Kennwort zum Messen"


class _Clock:
    def now(self) -> object:
        return NOW


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("engine", nargs="*", default=["sqlite", "postgresql"])
    options.add_argument("--posts", type=int, default=100_000)
    options.add_argument("--times", type=int, default=20)
    chosen = options.parse_args()
    log.configure(quiet=True)
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    good = on_engines(chosen.engine, lambda engine, environment: desk(engine, chosen.posts, chosen.times, environment))
    return 0 if good else 1


def desk(engine: str, stored: int, times: int, environment: Mapping[str, str]) -> bool:
    """Measure one engine; tell whether every page keeps the bound."""
    slow: list[str] = []
    with land(16, 3, environment) as deps:
        _fill(deps, stored)
        where = _where(deps)
        print(f"{engine}, {stored:,} posts; ms{'':25}" + "".join(f"{login:>20}" for login in _people(deps)))
        clients = {login: _logged_in(deps, login) for login in _people(deps)}
        for page in PAGES:
            found = {login: _asked(client, page.format(**where), times) for login, client in clients.items()}
            print(f"{page:44}" + "".join(_told(each) for each in found.values()))
            slow += [f"{page} for {login}" for login, each in found.items() if each and each[0] > MOST]
        for client in clients.values():
            client.__exit__(None, None, None)
    print("each median under the bound" if not slow else f"over {MOST:.0f} ms: {', '.join(slow)}")
    return not slow


def _told(found: tuple[float, float] | None) -> str:
    return f"{'–':>20}" if found is None else f"{found[0]:12.1f} {found[1]:7.1f}"


def _people(deps: Deps) -> list[str]:
    return ["officer", "of all", "editor"]


def _fill(deps: Deps, stored: int) -> None:
    with deps.store.write() as session:
        for state, spread in (
            (State.AWAITING, timedelta(days=20)),
            (State.SCHEDULED, timedelta(days=10)),
            (State.CLOSED, timedelta(days=-90)),
        ):
            plenty(session, items=10, state=state, now=NOW, spread=spread)
        plenty(session, items=1, state=State.MISSED, now=NOW, spread=timedelta(days=-3))
        plenty(session, items=1, state=State.FAILED, now=NOW, spread=timedelta(days=-3))
        session.execute(text("UPDATE post SET next_try_at = due_at WHERE state = 'scheduled'"))
    fill(deps, stored - 32 * 48)
    with deps.store.read() as session:
        slugs = list(session.scalars(select(OrganisationRow.slug)))
    officers = [people.Membership(Role.OFFICER, slug) for slug in slugs]
    for login, roles in (("officer", officers[:1]), ("of all", officers), ("editor", [people.Membership(Role.EDITOR)])):
        people.add_user(deps, SETUP, login.replace(" ", "-"), roles, NOW, password=_PASSWORD)


def _where(deps: Deps) -> dict[str, int]:
    """Return what stands in the pages' addresses; all of the first Jobcenter."""
    with deps.store.read() as session:
        first = {
            state: session.scalar(select(func.min(PostRow.id)).where(PostRow.state == state)) or 0
            for state in (State.AWAITING, State.PUBLISHED)
        }
        last = session.scalar(select(func.max(PostRow.id)).where(PostRow.state == State.PUBLISHED)) or 0
        item = session.get_one(PostRow, first[State.AWAITING]).item_id
    return {
        "waiting": first[State.AWAITING],
        "public": first[State.PUBLISHED],
        "item": item,
        "middle": (first[State.PUBLISHED] + last) // 2,
    }


def _logged_in(deps: Deps, login: str) -> TestClient:
    client = TestClient(desk_app(deps, _Clock()), base_url=deps.settings.desk_url)  # type: ignore[arg-type]
    client.__enter__()
    page = html.fromstring(client.get("/anmelden").text)
    [form] = page.xpath("//form[@action='/anmelden']")
    fields = {name: value or "" for name, value in form.form_values()}
    answer = client.post("/anmelden", data={**fields, "anmeldename": login.replace(" ", "-"), "kennwort": _PASSWORD})
    answer.raise_for_status()
    return client


def _asked(client: TestClient, path: str, times: int) -> tuple[float, float] | None:
    """Return the median and the 95th percentile; None for a page that is not theirs."""
    if client.get(path).status_code in (403, 404):
        return None
    taken = sorted(_milliseconds(client, path) for _ in range(times))
    return statistics.median(taken), taken[min(len(taken) - 1, round(0.95 * len(taken)))]


def _milliseconds(client: TestClient, path: str) -> float:
    begun = time.perf_counter()
    client.get(path).raise_for_status()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
