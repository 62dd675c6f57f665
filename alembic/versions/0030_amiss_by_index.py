"""amiss by index: entries that are deleted, run out or changed are found without reading all that there ever were"""

import sqlalchemy as sa

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_item_deleted", ["id"], sa.text("deleted_at IS NOT NULL")),
    ("ix_item_valid_until", ["valid_until"], sa.text("valid_until IS NOT NULL")),
    ("ix_item_revised", ["changed_at", "id"], sa.text("revision > 1")),
)


def upgrade() -> None:
    """Bring the tables forward."""
    for name, columns, where in _INDEXES:
        op.create_index(name, "item", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take the tables back."""
    for name, _, _ in reversed(_INDEXES):
        op.drop_index(name, "item")
