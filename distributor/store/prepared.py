"""Statements that are compiled once for each kind of database, for what delivery writes and asks at every turn.

What SQLAlchemy works out anew for every row costs more than the database itself; here the driver is handed the rows as
it wants them. Such a statement takes part in the session's transaction like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from distributor.store.types import UtcDateTime

_Bind = Callable[[Any], Any]


class Prepared:
    """A statement with named parameters, in the words of each driver."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def on(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the driver's text and its parameters."""
        form = self._form(dialect)
        return form.text, form.row(values)

    def write(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
        """Write each row; return how many rows of the database that changed."""
        if not rows:
            return 0
        connection = session.connection()
        form = self._form(connection.dialect)
        return connection.exec_driver_sql(form.text, [form.row(row) for row in rows]).rowcount

    def _form(self, dialect: Dialect) -> _Form:
        if dialect.name not in self._forms:
            self._forms[dialect.name] = _Form(self._statement, dialect)
        return self._forms[dialect.name]


class _Form:
    """A statement's text for one driver, its parameters in that driver's order, and what makes values storable."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{type(compiled).__name__} has no parameters")
        self.text = str(compiled)
        self._order = compiled.positiontup if compiled.positional else None
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._fixed |= {column.key: _default_of(column) for column in compiled.insert_prefetch}
        names = self._order or list(compiled.binds)
        binds = [_bind_of(compiled.binds[name].type, dialect) for name in names]
        self._named = {name: bind for name, bind in zip(names, binds, strict=True) if bind is not None}
        self._placed = [(place, bind) for place, bind in enumerate(binds) if bind is not None]

    def row(self, values: Mapping[str, Any]) -> Any:
        given = {**self._fixed, **values} if self._fixed else values
        if self._order is None:
            return {**given, **{name: bind(given[name]) for name, bind in self._named.items()}}
        row = [given[name] for name in self._order]
        for place, bind in self._placed:
            row[place] = bind(row[place])
        return tuple(row)


def _default_of(column: Column[Any]) -> Any:
    if not isinstance(column.default, ScalarElementColumnDefault):
        raise ValueError(f"{column} has a default that must be named")
    return column.default.arg


def _bind_of(kind: Any, dialect: Dialect) -> _Bind | None:
    """Return what makes a value storable; of a moment it is kept, as one transaction writes the same one often."""
    bind: _Bind | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(64)(bind) if bind is not None and isinstance(kind, UtcDateTime) else bind
