"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.attributes import set_committed_value


def storable(text: str) -> str:
    """Return foreign text without what a database refuses: NUL, and halves of characters cut in two."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def written(row: object, **values: Any) -> None:
    """Let a row that was read know what a statement of our own has just written, so that it need not be read again.

    What is held of a row learns only what it has a place for.
    """
    if isinstance(row, DeclarativeBase):
        for name, value in values.items():
            set_committed_value(row, name, value)
        return
    kind: Any = type(row)
    for name in _places(kind) & values.keys():
        setattr(row, name, values[name])


@cache
def _places(kind: Any) -> frozenset[str]:
    return frozenset(place.name for place in fields(kind))


def moment_of(value: Any) -> datetime | None:
    """Return a moment as a driver hands it over (SQLite: text without zone, in UTC) as aware UTC."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite would hand it back naive; a naive one is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn to UTC. Raises: ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Hand back aware UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
