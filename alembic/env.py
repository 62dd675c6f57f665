"""Runs the migrations on the engine it is handed; one transaction, and one migrator at a time on PostgreSQL."""

from sqlalchemy import text

from alembic import context
from distributor.settings import load
from distributor.store.engine import Store
from distributor.store.tables import Base
from distributor.store.types import UtcDateTime

_LOCK = 4_202_611


def _plain(kind: str, thing: object, context: object) -> str | bool:
    """Write our own column type as the plain type it stands for, so that migrations need nothing of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcDateTime) else False


engine = context.config.attributes.get("engine") or Store(load().database_url).engine

with engine.connect() as connection:
    if connection.dialect.name == "postgresql":
        # A migration, and waiting for another one, may take as long as it takes.
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_plain,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()
        connection.invalidate()
