"""The common ground of all tables: one metadata, its naming rules, its column types."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

from distributor.store.types import UtcDateTime

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


PersonKey = Annotated[str, mapped_column(info={"person": True})]
"""Who acted, by pseudonym (``store.pseudonyms``): never a login, so that a name can be erased and the record stands."""


class Base(DeclarativeBase):
    """All tables share one metadata, with names that migrations can rely on."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        str: Text,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }
