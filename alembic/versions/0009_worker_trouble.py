"""what keeps a daemon from working"""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("worker") as table:
        table.add_column(sa.Column("trouble", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take the tables back."""
    with op.batch_alter_table("worker") as table:
        table.drop_column("trouble")
