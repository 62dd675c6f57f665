"""letters: where people want to be written to, and which letters they were sent"""

import sqlalchemy as sa

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "mailbox",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_mailbox_user_id_user_account")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "letter",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_letter_user_id_user_account")),
        sa.PrimaryKeyConstraint("user_id", "about", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_at"), "letter", ["at"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("letter")
    op.drop_table("mailbox")
