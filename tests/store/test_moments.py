"""A moment in the database: aware UTC on both kinds, whatever zone it came in."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from distributor.store.engine import Store
from distributor.store.tables import ItemRow
from tests.support.rows import NOW, Shelf


def test_a_moment_comes_back_as_the_same_moment_in_utc(shelf: Shelf, store: Store) -> None:
    berlin = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))
    item = shelf.item(embargo_until=berlin)

    kept = shelf.row(ItemRow, item).embargo_until

    assert kept == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert kept.tzinfo is UTC


def test_microseconds_survive(shelf: Shelf) -> None:
    moment = datetime(2026, 3, 29, 0, 59, 59, 999999, tzinfo=UTC)

    assert shelf.row(ItemRow, shelf.item(valid_until=moment)).valid_until == moment


def test_a_moment_without_a_zone_is_refused(shelf: Shelf) -> None:
    with pytest.raises(sa.exc.StatementError, match="naive"):
        shelf.item(embargo_until=datetime(2026, 1, 1))  # noqa: DTZ001


def test_moments_given_in_another_zone_are_compared_as_moments(shelf: Shelf, store: Store) -> None:
    item = shelf.item(embargo_until=NOW)
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))

    with store.read() as session:
        found = session.scalars(sa.select(ItemRow.id).where(ItemRow.embargo_until <= berlin)).all()

    assert found == [item]
