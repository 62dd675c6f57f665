"""topics: what the weekly conference plans before there is an item"""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("horizon", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("horizon IN ('short', 'middle', 'long')", name=op.f("ck_topic_horizon_known")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_topic_item_id_item")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_topic_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
    )


def downgrade() -> None:
    """Take the table back."""
    op.drop_table("topic")
