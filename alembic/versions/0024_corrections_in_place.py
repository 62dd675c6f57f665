"""corrections in place: a Receipt says which text of a remote post it proves"""

import sqlalchemy as sa

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("receipt") as batch:
        batch.add_column(sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False))
        batch.drop_constraint(op.f("uq_receipt_account_id_remote_id"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_receipt_account_id_remote_id_revision"), ["account_id", "remote_id", "revision"]
        )


def downgrade() -> None:
    """Take the tables back; what corrected a post in its place has no proof of its own then."""
    op.execute("DELETE FROM receipt WHERE revision > 1")
    with op.batch_alter_table("receipt") as batch:
        batch.drop_constraint(op.f("uq_receipt_account_id_remote_id_revision"), type_="unique")
        batch.create_unique_constraint(op.f("uq_receipt_account_id_remote_id"), ["account_id", "remote_id"])
        batch.drop_column("revision")
