"""queues by index: what is due, in its order, and an item's posts on some accounts, however many posts there are"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_post_item_account", "post", ["item_id", "account_id"])
    op.drop_index("ix_post_item_id", "post")
    op.create_index("ix_post_due", "post", ["state", "next_try_at", "id"])
    op.drop_index("ix_post_state_next_try_at", "post")


def downgrade() -> None:
    """Take the tables back."""
    op.create_index("ix_post_state_next_try_at", "post", ["state", "next_try_at"])
    op.drop_index("ix_post_due", "post")
    op.create_index("ix_post_item_id", "post", ["item_id"])
    op.drop_index("ix_post_item_account", "post")
