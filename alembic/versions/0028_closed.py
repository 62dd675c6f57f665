"""closed: what is over for good is listed, the latest first, by an index"""

import sqlalchemy as sa

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_OVER = sa.text("coalesce(state, '') IN ('closed', 'retracted')")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_post_closed", "post", ["changed_at", "id"], sqlite_where=_OVER, postgresql_where=_OVER)


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_post_closed", "post")
