"""corrections, decisions about changed items, and no day entered twice for all"""

import re

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ONCE = "uq_post_item_id_account_id_form_occurrence"
_KEYS = ("item_id", "account_id", "form", "occurrence")
_ORIGINAL = sa.text("corrects_id IS NULL")
_ALIVE = sa.text("corrects_id IS NOT NULL AND state NOT IN ('closed', 'retracted')")
_FOR_ALL = sa.text("organisation_id IS NULL")


def upgrade() -> None:
    """Bring the tables forward; of days that were entered twice for all, the first stays."""
    op.create_table(
        "item_settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("choice IN ('leave', 'correct', 'recall')", name=op.f("ck_item_settlement_choice_known")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_settlement_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_settlement")),
        sa.UniqueConstraint("item_id", "revision", name=op.f("uq_item_settlement_item_id_revision")),
    )
    _posts(r",\s*CONSTRAINT " + _ONCE + r" UNIQUE \([^)]*\)", "")
    op.create_index("uq_post_original", "post", list(_KEYS), unique=True, sqlite_where=_ORIGINAL,
                    postgresql_where=_ORIGINAL)  # fmt: skip
    op.create_index("uq_post_correction", "post", ["corrects_id"], unique=True, sqlite_where=_ALIVE,
                    postgresql_where=_ALIVE)  # fmt: skip
    op.execute(
        "DELETE FROM occasion WHERE organisation_id IS NULL AND id NOT IN"
        " (SELECT min(id) FROM occasion WHERE organisation_id IS NULL GROUP BY uid)"
    )
    op.create_index("uq_occasion_for_all", "occasion", ["uid"], unique=True, sqlite_where=_FOR_ALL,
                    postgresql_where=_FOR_ALL)  # fmt: skip


def downgrade() -> None:
    """Take the tables back; corrections stay, counted as further posts of their items."""
    op.drop_index("uq_occasion_for_all", table_name="occasion")
    op.drop_index("uq_post_correction", table_name="post")
    op.drop_index("uq_post_original", table_name="post")
    op.execute("UPDATE post SET occurrence = 1000000 + id WHERE corrects_id IS NOT NULL")
    _posts(r"\n\)\s*\Z", f", \n\tCONSTRAINT {_ONCE} UNIQUE ({', '.join(_KEYS)})\n)")
    op.drop_table("item_settlement")


def _posts(pattern: str, replacement: str) -> None:
    """Change the constraint on posts; SQLite cannot, so there the table is made anew with the same rows."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        if replacement:
            op.create_unique_constraint(_ONCE, "post", list(_KEYS))
        else:
            op.drop_constraint(_ONCE, "post", type_="unique")
        return
    made = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'post'"))
    indexes = connection.scalars(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'post' AND sql IS NOT NULL")
    ).all()
    changed, times = re.subn(pattern, replacement, made)
    if times != 1:
        raise LookupError(f"the table of posts is not made as expected: {made}")
    op.execute("PRAGMA defer_foreign_keys = ON")  # other tables point to posts, which are away for a moment
    op.execute("CREATE TABLE post_kept AS SELECT * FROM post")
    op.execute("DROP TABLE post")
    for statement in (changed, *indexes):
        connection.exec_driver_sql(statement)
    op.execute("INSERT INTO post SELECT * FROM post_kept")
    op.execute("DROP TABLE post_kept")
