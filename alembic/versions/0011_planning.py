"""what waits for a slot is found without looking at what is over"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_index("ix_post_state_due_at", "post", ["state", "due_at"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index("ix_post_state_due_at", "post")
