"""the life of a feed"""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Columns are added and dropped one by one: rebuilding a table on SQLite would drop it under the rows that point to it.
_TEXTS = ("paused_reason", "moved_to", "hub", "topic")
_MOMENTS = ("failing_since", "paused_at", "removed_at", "shrunk_at")
_DOCUMENTS = ("listed", "missing", "wishes")
_ITEM_MOMENTS = ("flood_at", "gone_at", "kept_at")


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("feed", sa.Column("polls", sa.Integer(), nullable=False, server_default="0"))
    for name in _TEXTS:
        op.add_column("feed", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''")))
    for name in _MOMENTS:
        op.add_column("feed", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in _DOCUMENTS:
        op.add_column("feed", sa.Column(name, sa.JSON(), nullable=True))
    for name in _ITEM_MOMENTS:
        op.add_column("item", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_subscription_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("token", name=op.f("uq_subscription_token")),
    )
    op.create_index(op.f("ix_subscription_feed_id"), "subscription", ["feed_id"], unique=False)


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index(op.f("ix_subscription_feed_id"), table_name="subscription")
    op.drop_table("subscription")
    for name in _ITEM_MOMENTS:
        op.drop_column("item", name)
    for name in ("polls", *_TEXTS, *_MOMENTS, *_DOCUMENTS):
        op.drop_column("feed", name)
