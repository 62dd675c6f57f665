"""queues by index: what is due in its order, an account's posts in theirs, an item's on some accounts

The order counts: of two that promise as much, SQLite takes the one made last.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.drop_index("ix_post_state_next_try_at", "post")
    op.create_index("ix_post_due", "post", ["state", "next_try_at", "id"])
    op.create_index("ix_post_account_due", "post", ["account_id", "due_at", "id"])
    op.drop_index("ix_post_item_id", "post")
    op.create_index("ix_post_item_account", "post", ["item_id", "account_id"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_post_item_account", "post")
    op.create_index("ix_post_item_id", "post", ["item_id"])
    op.drop_index("ix_post_account_due", "post")
    op.drop_index("ix_post_due", "post")
    op.create_index("ix_post_state_next_try_at", "post", ["state", "next_try_at"])
