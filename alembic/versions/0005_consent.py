"""persons shown and what they consented to; deputies by date; approval without a person by topic"""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_EMPTY = {"nullable": False, "server_default": sa.text("''")}


def upgrade() -> None:
    """Bring the tables forward. A blanket "consented" of old is no answer any more: those items are asked anew."""
    op.create_table(
        "person",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("adult_on", sa.Date(), nullable=True),
        sa.Column("guardians", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_organisation_id"), "person", ["organisation_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("guardians", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_consent_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_person"), "consent", ["person"], unique=False)
    op.create_table(
        "item_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_person_item_id")),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name=op.f("fk_item_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_person")),
    )
    op.create_index(op.f("ix_item_person_item_id"), "item_person", ["item_id"], unique=False)
    op.create_index(op.f("ix_item_person_person"), "item_person", ["person"], unique=False)
    present = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_item_person_present",
        "item_person",
        ["item_id", "person"],
        unique=True,
        sqlite_where=present,
        postgresql_where=present,
    )
    for name in ("first", "last"):
        op.add_column("membership", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("account", sa.Column("auto_topics", sa.JSON(), nullable=True))
    op.add_column("account", sa.Column("auto_by", sa.Text(), **_EMPTY))
    op.execute("UPDATE item SET cleared_at = NULL, stale = true WHERE stage = 'active'")


def downgrade() -> None:
    """Take the tables back."""
    for name in ("auto_by", "auto_topics"):
        op.drop_column("account", name)
    for name in ("last", "first"):
        op.drop_column("membership", name)
    op.drop_index("uq_item_person_present", table_name="item_person")
    op.drop_index(op.f("ix_item_person_person"), table_name="item_person")
    op.drop_index(op.f("ix_item_person_item_id"), table_name="item_person")
    op.drop_table("item_person")
    op.drop_index(op.f("ix_consent_person"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_person_organisation_id"), table_name="person")
    op.drop_table("person")
