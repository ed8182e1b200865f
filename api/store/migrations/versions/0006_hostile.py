"""Leases and pauses of hosts, overrides of robots.txt, and links that ask not to be followed."""

import sqlalchemy as sa
from alembic import op

revision = "0006_hostile"
down_revision: str | None = "0005_weekly"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of hosts and the new columns."""
    op.create_table(
        "host",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )
    op.add_column("source", sa.Column("robots_override", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("source", sa.Column("follow_nofollow", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("document", sa.Column("nofollow_links", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("document", "nofollow_links")
    op.drop_column("source", "follow_nofollow")
    op.drop_column("source", "robots_override")
    op.drop_table("host")
