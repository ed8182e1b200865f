"""Second looks at captured pages, and the sources whose pages may be asked for under a browser's name."""

import sqlalchemy as sa
from alembic import op

revision = "0009_looks"
down_revision: str | None = "0008_icons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and add the column."""
    op.create_table(
        "look",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("capture_id", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("bytes_sha256", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("html_sha256", sa.String(), nullable=True),
        sa.Column("html_size", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=True),
        sa.Column("screenshot_sha256", sa.String(), nullable=True),
        sa.Column("screenshot_size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("verdict_id", sa.String(), nullable=True),
        sa.Column("likeness", sa.Float(), nullable=True),
        sa.Column("is_different", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("refused_count", sa.Integer(), nullable=False),
        sa.Column("truncated", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_look_capture_id_capture")),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_look_page_id_site_page")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_look_document_id_document")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name=op.f("fk_look_verdict_id_verdict")),
        sa.UniqueConstraint("capture_id", "kind", name=op.f("uq_look_capture_id_kind")),
    )
    op.create_index(op.f("ix_look_page_id_kind_looked_at"), "look", ["page_id", "kind", "looked_at"])
    op.add_column("source", sa.Column("second_look", sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    """Drop what `upgrade` made."""
    op.drop_column("source", "second_look")
    op.drop_table("look")
