"""Bring the database to the program's schema, and tell how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from alembic import command
from distributor.store.engine import Store

_FOLDER = Path(__file__).resolve().parents[2] / "alembic"


@dataclass(frozen=True, slots=True)
class Schema:
    """Which migration the database has, and which the program expects."""

    current: str | None
    head: str | None


def state(store: Store) -> Schema:
    """Return how far the database is."""
    with store.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return Schema(current, ScriptDirectory.from_config(_config(store)).get_current_head())


def upgrade(store: Store) -> Schema:
    """Bring the database to the newest schema; doing it again changes nothing."""
    if store.is_sqlite and store.url.database:
        Path(store.url.database).parent.mkdir(parents=True, exist_ok=True)
    command.upgrade(_config(store), "head")
    return state(store)


def _config(store: Store) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["engine"] = store.engine
    return config
