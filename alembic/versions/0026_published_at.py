"""published at: the newest public posts are found by an index"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_post_published_at", "post", ["published_at", "id"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_post_published_at", "post")
