"""The desk while the database is busy or away: an answer of its own, no page of a broken program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa


@pytest.fixture
def taken(desk: Any) -> Iterator[sqlite3.Connection]:
    """Somebody else who writes, to a desk that does not wait long."""

    def hurry(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=1")

    engine = desk.deps.store.engine
    engine.dispose()
    sa.event.listen(engine, "connect", hurry)
    with closing(sqlite3.connect(desk.deps.store.url.database, isolation_level=None)) as other:
        yield other


def test_a_form_meets_a_database_that_is_busy(desk: Any, taken: sqlite3.Connection) -> None:
    browser = desk.person("eva")
    page = browser.opens("/notbremse")
    taken.execute("BEGIN IMMEDIATE")

    answer = browser.sends(page, "/notbremse/ziehen", bereich="alles", grund="Vorsicht")

    assert answer.status == 503
    assert answer.response.headers["Retry-After"] == "5"
    assert "stark belegt; gespeichert wurde nichts" in answer.text
    assert answer.response.headers["Content-Security-Policy"]

    taken.execute("ROLLBACK")
    assert "Notbremse gezogen" in browser.sends(page, "/notbremse/ziehen", bereich="alles", grund="Vorsicht").text


def test_a_database_that_is_away_is_said_on_both_listeners(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, public = desk.person("eva"), desk.public()

    def gone(self: Any) -> None:
        raise sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    monkeypatch.setattr(sa.orm.Session, "connection", gone)
    monkeypatch.setattr(sa.orm.Session, "execute", lambda self, *_, **__: gone(self))
    monkeypatch.setattr(sa.orm.Session, "scalars", lambda self, *_, **__: gone(self))

    answer = browser.opens("/freigabe")
    assert answer.status == 503
    assert "antwortet gerade nicht" in answer.text
    assert "server closed" not in answer.text
    followed = public.get("/s/abcdef")
    assert followed.status_code == 503
    assert "gleich noch einmal" in followed.text
