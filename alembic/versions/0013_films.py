"""films: what a medium is, whether it changed at its address, and the films that are still to be made"""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("medium", sa.Column("facts", sa.JSON(), nullable=True))
    op.add_column("medium", sa.Column("etag", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("medium", sa.Column("modified", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("medium", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "film",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("captions", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'working', 'refused')", name=op.f("ck_film_state_known")),
        sa.PrimaryKeyConstraint("source", "shape", name=op.f("pk_film")),
    )
    op.create_index("ix_film_state", "film", ["state"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_table("film")
    for name in ("looked_at", "modified", "etag", "facts"):
        op.drop_column("medium", name)
