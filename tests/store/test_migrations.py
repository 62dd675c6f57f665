"""From nothing to the newest schema and back, without a difference to the tables that the code knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from alembic import command
from distributor.store import migrations
from distributor.store.engine import Store
from distributor.store.tables import Base


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        store.close()


def drift(store: Store) -> list[Any]:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found: list[Any] = compare_metadata(context, Base.metadata)
        return found


def anatomy(store: Store) -> dict[str, Any]:
    """Everything the database itself says about its tables, in an order of ours."""
    with store.engine.connect() as connection:
        looking = sa.inspect(connection)
        return {
            name: {
                "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in looking.get_columns(name)},
                "primary": looking.get_pk_constraint(name)["constrained_columns"],
                "unique": sorted(tuple(u["column_names"]) for u in looking.get_unique_constraints(name)),
                "foreign": sorted(
                    (tuple(f["constrained_columns"]), f["referred_table"]) for f in looking.get_foreign_keys(name)
                ),
                "checks": sorted(
                    (c["name"], re.sub(r"\s+", " ", c["sqltext"])) for c in looking.get_check_constraints(name)
                ),
                "indexes": sorted(
                    (i["name"], tuple(i["column_names"]), bool(i["unique"]), _where(i))
                    for i in looking.get_indexes(name)
                    if "duplicates_constraint" not in i
                ),
            }
            for name in sorted(looking.get_table_names())
            if name != "alembic_version"
        }


def _where(index: Any) -> str:
    options = index.get("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where", "")))


def test_an_empty_database_is_brought_to_the_tables_of_the_code(two_empty_databases: tuple[str, str]) -> None:
    with opened(two_empty_databases[0]) as store:
        assert migrations.state(store).current is None

        after = migrations.upgrade(store)

        assert after.current == after.head is not None
        assert drift(store) == []


def test_migrated_and_made_at_once_are_the_same_down_to_each_constraint(
    two_empty_databases: tuple[str, str],
) -> None:
    with opened(two_empty_databases[0]) as migrated, opened(two_empty_databases[1]) as made:
        migrations.upgrade(migrated)
        with made.engine.begin() as connection:
            Base.metadata.create_all(connection)

        assert anatomy(migrated) == anatomy(made)


def test_upgrading_again_changes_nothing(store: Store) -> None:
    before = anatomy(store)

    after = migrations.upgrade(store)

    assert after.current == after.head
    assert anatomy(store) == before


def test_the_way_back_leads_to_nothing_and_forward_again_to_the_same(store: Store) -> None:
    before = anatomy(store)

    command.downgrade(migrations._config(store), "base")

    assert anatomy(store) == {}
    assert migrations.state(store).current is None
    migrations.upgrade(store)
    assert anatomy(store) == before
    assert drift(store) == []


def test_a_database_is_made_in_a_folder_that_is_not_there_yet(tmp_path: Any) -> None:
    with opened(f"sqlite:///{tmp_path / 'var' / 'deep' / 'kjc.sqlite3'}") as store:
        assert migrations.upgrade(store).current is not None


@pytest.mark.parametrize("name", ["journal_mode", "synchronous", "foreign_keys"])
def test_the_embedded_database_is_set_to_forget_nothing(sqlite_template: Any, name: str) -> None:
    with opened(f"sqlite:///{sqlite_template}") as store, store.read() as session:
        found = session.execute(sa.text(f"PRAGMA {name}")).scalar()

    assert str(found) == {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}[name]


def test_posts_keep_all_that_points_to_them_when_their_table_is_made_anew(
    two_empty_databases: tuple[str, str],
) -> None:
    """From before corrections to after and back: SQLite makes the table of posts anew."""
    with opened(two_empty_databases[0]) as store:
        config = migrations._config(store)
        command.upgrade(config, "0009")
        with store.engine.begin() as connection:
            for statement in _A_POST_WITH_AN_APPROVAL:
                connection.execute(sa.text(statement))

        command.upgrade(config, "head")
        with store.engine.begin() as connection:
            assert connection.scalar(sa.text("SELECT digest FROM post WHERE id = 1")) == "d"
            connection.execute(sa.text(_POST.format(id=2, state="drafted", corrects=1, code="b")))
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
                connection.execute(sa.text(_POST.format(id=3, state="drafted", corrects=1, code="c")))
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
                connection.execute(sa.text(_POST.format(id=3, state="drafted", corrects="NULL", code="c")))
            connection.execute(sa.text("UPDATE post SET state = 'closed' WHERE id = 2"))
            connection.execute(sa.text(_POST.format(id=3, state="drafted", corrects=1, code="c")))
        command.downgrade(config, "0009")

        with store.engine.begin() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM post")) == 3
            assert connection.scalar(sa.text("SELECT post_id FROM approval")) == 1
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
                connection.execute(sa.text("DELETE FROM post WHERE id = 1"))


_POST = (
    "INSERT INTO post (id, item_id, account_id, form, occurrence, corrects_id, code, state, item_revision, document,"
    " digest, problems, plan_why, tries, looks, resends, stage_losses, reason_code, reason_text, reason_who,"
    " created_at, changed_at) VALUES ({id}, 1, 1, 'feed', 1, {corrects}, '{code}', '{state}', 1, '{{}}', 'd', '[]',"
    " '', 0, 0, 0, 0, '', '', '', '2026-11-23 08:00:00', '2026-11-23 08:00:00')"
)
_A_POST_WITH_AN_APPROVAL = (
    "INSERT INTO organisation (id, slug, name, position, document) VALUES (1, 'a', 'A', 0, '{}')",
    "INSERT INTO account (id, organisation_id, channel, name, fields, paused_reason, identity, fence)"
    " VALUES (1, 1, 'c', 'n', '{}', '', '', 0)",
    "INSERT INTO item (id, guid, link, fingerprint, digest, revision, stage, title, document, created_at, changed_at,"
    " stale) VALUES (1, 'g', '', '', 'd', 1, 'active', 'T', '{}', '2026-11-23 08:00:00', '2026-11-23 08:00:00', false)",
    _POST.format(id=1, state="drafted", corrects="NULL", code="a"),
    "INSERT INTO approval (id, post_id, digest, document, due_at, actor, at)"
    " VALUES (1, 1, 'd', '{}', '2026-11-23 08:00:00', 'k', '2026-11-23 08:00:00')",
)
