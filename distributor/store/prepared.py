"""Statements that are compiled once for each kind of database, for what delivery writes and asks at every turn.

What SQLAlchemy works out anew for every row costs more than the database itself; here the driver is handed the rows as
it wants them. Such a statement takes part in the session's transaction like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Dialect,
    Insert,
    Text,
    Update,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.sql.selectable import TableValuedAlias

from distributor.store.types import UtcDateTime

_Bind = Callable[[Any], Any]


class Prepared:
    """A statement with named parameters, in the words of each driver."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}
        self._sets: dict[str, _Set] = {}

    def on(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[str, Any]:
        """Return the driver's text and its parameters."""
        form = self._form(dialect)
        return form.text, form.row(values)

    def write(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
        """Write each row; return how many rows of the database that changed.

        Where each row would be a question to a server and its answer, all are sent as one.
        """
        if not rows:
            return 0
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            form = self._form(connection.dialect)
            return connection.exec_driver_sql(form.text, [form.row(row) for row in rows]).rowcount
        return self._set(connection).write(connection, rows)

    def _form(self, dialect: Dialect) -> _Form:
        if dialect.name not in self._forms:
            self._forms[dialect.name] = _Form(self._statement, dialect)
        return self._forms[dialect.name]

    def _set(self, connection: Connection) -> _Set:
        dialect = connection.dialect
        if dialect.name not in self._sets:
            self._sets[dialect.name] = _Set(self._statement, dialect)
        return self._sets[dialect.name]


class _Form:
    """A statement's text for one driver, its parameters in that driver's order, and what makes values storable."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = _compiled(statement, dialect)
        self.text = str(compiled)
        self._order = compiled.positiontup if compiled.positional else None
        self._fixed = _fixed_in(compiled)
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


class _Set:
    """A statement's text for PostgreSQL that takes all rows at once, as one document that the server makes a table of.

    However the table's statistics stand, it is read once for all rows, not once for each.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = _compiled(statement, dialect)
        fixed = _fixed_in(compiled)
        wanted = [column(name, bind.type) for bind, name in compiled.bind_names.items() if name not in fixed]
        rows = func.json_to_recordset(cast(bindparam("rows", type_=Text()), JSON))
        given = rows.table_valued(*wanted, name="given").render_derived(name="given", with_types=True)
        compiled = _compiled(_from(statement, given), dialect)
        self._text = str(compiled)
        self._fixed = _fixed_in(compiled)

    def write(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        document = json.dumps(rows, default=_moment, ensure_ascii=False)
        return connection.exec_driver_sql(self._text, {**self._fixed, "rows": document}).rowcount


def _from(statement: ClauseElement, given: TableValuedAlias) -> ClauseElement:
    """Return the statement with the columns of ``given`` where its parameters stand."""
    if isinstance(statement, Insert):
        return insert(statement.table).from_select([each.name for each in given.c], select(given))

    def column_for(element: Any, **_: Any) -> Any:
        return given.c.get(element.key) if isinstance(element, BindParameter) else None

    replaced = visitors.replacement_traverse(statement, {}, column_for)
    if not isinstance(replaced, Update):
        raise TypeError(f"{type(statement).__name__} writes no rows")
    return replaced


def _compiled(statement: ClauseElement, dialect: Dialect) -> SQLCompiler:
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    if not isinstance(compiled, SQLCompiler):
        raise TypeError(f"{type(compiled).__name__} has no parameters")
    return compiled


def _moment(value: Any) -> str:
    """Return a moment as a document holds it. Raises: ValueError for what has no zone, TypeError for anything else."""
    if not isinstance(value, datetime):
        raise TypeError(f"{type(value).__name__} has no place in a document")
    if value.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored")
    return value.isoformat()


def _fixed_in(compiled: SQLCompiler) -> dict[str, Any]:
    """Return the values that no row brings: what the statement says itself, and what columns hold by default."""
    said = {name: value for name, value in compiled.params.items() if value is not None}
    return said | {each.key: _default_of(each) for each in compiled.insert_prefetch}


def _default_of(column: Column[Any]) -> Any:
    if not isinstance(column.default, ScalarElementColumnDefault):
        raise ValueError(f"{column} has a default that must be named")
    return column.default.arg


def _bind_of(kind: Any, dialect: Dialect) -> _Bind | None:
    """Return what makes a value storable; of a moment it is kept, as one transaction writes the same one often."""
    bind: _Bind | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(64)(bind) if bind is not None and isinstance(kind, UtcDateTime) else bind
