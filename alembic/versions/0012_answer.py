"""the last document that was read of a feed"""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("feed", sa.Column("answer", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Take the tables back."""
    op.drop_column("feed", "answer")
