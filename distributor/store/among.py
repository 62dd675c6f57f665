"""Ask for many values with one parameter: the statement stays the same however many they are."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Self

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Dialect,
    Integer,
    Subquery,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement, GenericFunction
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeEngine


class _Values(TypeDecorator[Collection[Any]]):
    """An array where the database has arrays, a JSON text elsewhere."""

    impl = Text
    cache_ok = True

    def __init__(self, numbers: bool) -> None:
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = ARRAY(Integer() if self.numbers else Text()) if _has_arrays(dialect) else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        chosen = list(value or ())
        return chosen if _has_arrays(dialect) else json.dumps(chosen)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Stay a condition: the ``= 1`` that is added where a database has no boolean keeps SQLite off the index."""
        return self


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that a column, of numbers or texts, is one of the values given as the parameter ``name``."""
    return _Among(column, bindparam(name, type_=_Values(isinstance(column.type, Integer))))


class _Each(GenericFunction[Any]):
    """The parts of a JSON array, a row each, as the column ``value``."""

    _register = False
    name = "json_each"
    inherit_cache = True


def pairs(name: str, first: TypeEngine[Any], second: TypeEngine[Any]) -> Subquery:
    """Return the pairs given as a JSON text, the parameter ``name``, as a table to join: ``first`` and ``second``."""
    value = _Each(bindparam(name, type_=Text())).table_valued("value").c.value
    one, other = (cast(value.op("->>")(literal_column(place)), kind) for place, kind in (("0", first), ("1", second)))
    return select(one.label("first"), other.label("second")).subquery(name)


def _has_arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


@compiles(_Among)
def _condition(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(each, **how) for each in element.clauses)
    if _has_arrays(compiler.dialect):
        return f"({column} = ANY ({values}))"
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608  the compiler made both


@compiles(_Each, "postgresql")
def _elements(element: _Each, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(element.clause_expr, **how)} AS JSON))"
