"""the record, its seals, and who stands behind an act"""

import secrets

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Columns are added and dropped one by one: rebuilding a table on SQLite would drop it under the rows that point to it.
_EMPTY = {"nullable": False, "server_default": sa.text("''")}
_ACCOUNT_MOMENTS = ("retiring_at", "retired_at")
_ACCOUNT_TEXTS = ("retire_published", "retire_reason")
_EVENT_TEXTS = ("organisation", "reason_sha256")
_ACTORS = (
    ("event", "actor", "login"),
    ("event", "unix_user", "unix"),
    ("approval", "actor", "login"),
    ("clearance_answer", "actor", "login"),
    ("override", "actor", "login"),
    ("stop", "actor", "login"),
    ("stop", "lifted_by", "login"),
    ("occasion", "actor", "login"),
    ("campaign", "actor", "login"),
    ("item_repeat", "actor", "login"),
)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_BEFORE, _AFTER = "von ", " bestätigt"

_ORGANISATIONS = (
    "UPDATE event SET organisation = COALESCE((SELECT o.slug FROM account a"
    " JOIN organisation o ON o.id = a.organisation_id JOIN post p ON p.account_id = a.id"
    " WHERE CAST(p.id AS TEXT) = event.subject_id), '') WHERE subject = 'post'",
    "UPDATE event SET organisation = COALESCE((SELECT o.slug FROM account a"
    " JOIN organisation o ON o.id = a.organisation_id WHERE CAST(a.id AS TEXT) = event.subject_id), '')"
    " WHERE subject = 'account'",
    "UPDATE event SET organisation = subject_id WHERE subject = 'stop'"
    " AND subject_id IN (SELECT slug FROM organisation)",
)


def upgrade() -> None:
    """Bring the tables forward; names of those who acted move behind pseudonyms."""
    op.create_table(
        "pseudonym",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pseudonym")),
    )
    named = sa.text("name != ''")
    op.create_index(
        "uq_pseudonym_name", "pseudonym", ["kind", "name"], unique=True, sqlite_where=named, postgresql_where=named
    )
    op.create_table(
        "seal",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pruned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation", "number", name=op.f("pk_seal")),
    )
    op.create_table(
        "stop_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stop_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"], name=op.f("fk_stop_vote_stop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_vote")),
        sa.UniqueConstraint("stop_id", "actor", name=op.f("uq_stop_vote_stop_id_actor")),
    )
    op.create_index(op.f("ix_stop_vote_stop_id"), "stop_vote", ["stop_id"], unique=False)
    op.add_column("stop", sa.Column("lifted_reason", sa.Text(), **_EMPTY))
    for name in _ACCOUNT_MOMENTS:
        op.add_column("account", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in _ACCOUNT_TEXTS:
        op.add_column("account", sa.Column(name, sa.Text(), **_EMPTY))
    for name in _EVENT_TEXTS:
        op.add_column("event", sa.Column(name, sa.Text(), **_EMPTY))
    op.add_column("event", sa.Column("seal", sa.Integer(), nullable=True))
    op.create_index("ix_event_sealed", "event", ["organisation", "seal"], unique=False)
    unsealed = sa.text("seal IS NULL")
    op.create_index(
        "ix_event_unsealed", "event", ["organisation"], unique=False, sqlite_where=unsealed, postgresql_where=unsealed
    )
    for statement in _ORGANISATIONS:
        op.execute(statement)
    _hide_names(op.get_bind())


def downgrade() -> None:
    """Take the tables back; names return to where they stood, those of erased people stay keys."""
    _show_names(op.get_bind())
    op.drop_index("ix_event_unsealed", table_name="event")
    op.drop_index("ix_event_sealed", table_name="event")
    for name in ("seal", *_EVENT_TEXTS):
        op.drop_column("event", name)
    for name in (*_ACCOUNT_MOMENTS, *_ACCOUNT_TEXTS):
        op.drop_column("account", name)
    op.drop_column("stop", "lifted_reason")
    op.drop_index(op.f("ix_stop_vote_stop_id"), table_name="stop_vote")
    op.drop_table("stop_vote")
    op.drop_table("seal")
    op.drop_index("uq_pseudonym_name", table_name="pseudonym")
    op.drop_table("pseudonym")


def _hide_names(connection: sa.Connection) -> None:
    keys: dict[tuple[str, str], str] = {}
    for table, column, kind in _ACTORS:
        found = connection.execute(sa.text(f"SELECT DISTINCT {column} FROM {table}")).scalars().all()  # noqa: S608
        for name in found:
            if name not in ("", "daemon"):
                keys.setdefault((kind, name), _new_key())
    if keys:
        rows = [{"key": key, "kind": kind, "name": name} for (kind, name), key in keys.items()]
        connection.execute(sa.text("INSERT INTO pseudonym (key, kind, name) VALUES (:key, :kind, :name)"), rows)
    _rename(connection, {(kind, name): key for (kind, name), key in keys.items()})


def _show_names(connection: sa.Connection) -> None:
    rows = connection.execute(sa.text("SELECT kind, key, name FROM pseudonym WHERE name != ''"))
    _rename(connection, {(row.kind, row.key): row.name for row in rows})


def _rename(connection: sa.Connection, renamed: dict[tuple[str, str], str]) -> None:
    """Write the new word for each old one, in every column that says who acted."""
    for table, column, kind in _ACTORS:
        rows = [{"old": old, "new": new} for (each, old), new in renamed.items() if each == kind]
        if rows:
            connection.execute(sa.text(f"UPDATE {table} SET {column} = :new WHERE {column} = :old"), rows)  # noqa: S608
    said = [
        {"old": f"{_BEFORE}{old}{_AFTER}", "new": f"{_BEFORE}{new}{_AFTER}"}
        for (kind, old), new in renamed.items()
        if kind == "login"
    ]
    if said:
        connection.execute(sa.text("UPDATE receipt SET retraction = :new WHERE retraction = :old"), said)


def _new_key() -> str:
    return "u-" + "".join(secrets.choice(_ALPHABET) for _ in range(12))
