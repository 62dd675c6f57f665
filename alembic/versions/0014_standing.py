"""standing: when the access to an account ends, and what it does not allow"""

import sqlalchemy as sa

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("account", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("ends_told", sa.Integer(), nullable=True))
    op.add_column("account", sa.Column("lacks", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take the tables back."""
    for name in ("lacks", "ends_told", "ends_at"):
        op.drop_column("account", name)
