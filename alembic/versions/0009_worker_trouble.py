"""what keeps a daemon from working"""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("worker", sa.Column("trouble", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Take the tables back."""
    op.drop_column("worker", "trouble")
