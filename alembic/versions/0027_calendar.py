"""calendar: what holds a place is counted from an index, and embargoes and unclear items are found by one"""

import sqlalchemy as sa

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_UNCLEAR = sa.text("cleared_at IS NULL")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_post_calendar", "post", ["due_at", "account_id", "state", "item_id"])
    op.drop_index("ix_post_due_at", "post")
    op.create_index("ix_item_embargo_until", "item", ["embargo_until"])
    op.create_index("ix_item_unclear", "item", ["stage"], sqlite_where=_UNCLEAR, postgresql_where=_UNCLEAR)


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_item_unclear", "item")
    op.drop_index("ix_item_embargo_until", "item")
    op.create_index("ix_post_due_at", "post", ["due_at"])
    op.drop_index("ix_post_calendar", "post")
