"""The icon of each host."""

import sqlalchemy as sa
from alembic import op

revision = "0008_icons"
down_revision: str | None = "0007_evidence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of icons."""
    op.create_table(
        "host_icon",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("source_run_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_icon")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("host_icon")
