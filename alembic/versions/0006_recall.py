"""recalls, their tasks and tombstones"""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TOMBSTONE_KEYS = ("guid", "link", "fingerprint", "sha256")


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("item", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "recall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
    )
    op.create_index("ix_recall_subject", "recall", ["kind", "subject"], unique=False)
    op.create_index(op.f("ix_recall_done_at"), "recall", ["done_at"], unique=False)
    op.create_table(
        "takedown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_takedown_post_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_takedown_recall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takedown")),
        sa.UniqueConstraint("recall_id", "post_id", name=op.f("uq_takedown_recall_id_post_id")),
    )
    op.create_index(op.f("ix_takedown_post_id"), "takedown", ["post_id"], unique=False)
    op.create_table(
        "tombstone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recall_id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TOMBSTONE_KEYS),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_tombstone_feed_id")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_tombstone_recall_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
    )
    for name in (*_TOMBSTONE_KEYS, "tell_at"):
        op.create_index(op.f(f"ix_tombstone_{name}"), "tombstone", [name], unique=False)


def downgrade() -> None:
    """Take the tables back."""
    for name in ("tombstone", "takedown", "recall"):
        op.drop_table(name)
    op.drop_column("item", "deleted_at")
