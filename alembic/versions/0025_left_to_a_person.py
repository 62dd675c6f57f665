"""left to a person: public posts of which something is to be done by hand are found by an index"""

import sqlalchemy as sa

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_LEFT = sa.text("reason_code = 'published.left'")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_post_left", "post", ["reason_code"], sqlite_where=_LEFT, postgresql_where=_LEFT)


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_post_left", "post")
