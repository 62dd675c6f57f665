"""what the calendar keeps"""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "occasion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_occasion_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occasion")),
        sa.UniqueConstraint("organisation_id", "uid", name=op.f("uq_occasion_organisation_id_uid")),
    )
    op.create_index(op.f("ix_occasion_last"), "occasion", ["last"], unique=False)
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_calendar_link_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_calendar_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_link_token_hash")),
    )
    op.create_index(op.f("ix_calendar_link_user_id"), "calendar_link", ["user_id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("name", name=op.f("uq_campaign_name")),
    )
    op.create_table(
        "campaign_item",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_item_campaign_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_campaign_item_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_campaign_item")),
    )
    op.create_index(op.f("ix_campaign_item_campaign_id"), "campaign_item", ["campaign_id"], unique=False)
    op.create_table(
        "item_repeat",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_repeat_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_repeat")),
    )
    op.add_column("item", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("post", sa.Column("earliest_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("post", sa.Column("plan_why", sa.Text(), nullable=False, server_default=""))
    _with_occurrence()


def downgrade() -> None:
    """Take the tables back; an own wording of a single occurrence is lost, for there is no place for it."""
    _without_occurrence()
    op.drop_column("post", "plan_why")
    op.drop_column("post", "earliest_at")
    op.drop_column("item", "priority")
    for table in ("item_repeat", "campaign_item", "campaign", "calendar_link", "occasion"):
        op.drop_table(table)


def _with_occurrence() -> None:
    _rebuild(sa.Column("occurrence", sa.Integer(), autoincrement=False, nullable=False, server_default="0"))


def _without_occurrence() -> None:
    op.execute("DELETE FROM override WHERE occurrence <> 0")
    _rebuild()


def _rebuild(*more: sa.Column[int]) -> None:
    """Make the table of wordings anew, for SQLite cannot change a primary key; no other table points to it."""
    op.execute("CREATE TABLE override_kept AS SELECT item_id, channel, du, sie, actor, at FROM override")
    op.drop_table("override")
    op.create_table(
        "override",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        *more,
        sa.Column("du", sa.Text(), nullable=False),
        sa.Column("sie", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_override_item_id")),
        sa.PrimaryKeyConstraint("item_id", "channel", *(column.name for column in more), name=op.f("pk_override")),
    )
    op.execute(
        "INSERT INTO override (item_id, channel, du, sie, actor, at)"
        " SELECT item_id, channel, du, sie, actor, at FROM override_kept"
    )
    op.drop_table("override_kept")
