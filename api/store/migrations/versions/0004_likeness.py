"""Prints and marks of pages, and the groups made of them."""

import sqlalchemy as sa
from alembic import op

revision = "0004_likeness"
down_revision: str | None = "0003_append_only"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with their indexes; documents learn their simhash when they are read again."""
    op.add_column("document", sa.Column("simhash", sa.String(), nullable=True))
    _create_of_pages()
    _create_of_sites()


def downgrade() -> None:
    """Drop the tables and the column."""
    for table in ("alike_page", "site_link", "site_member", "page_mark", "page_print"):
        op.drop_table(table)
    op.drop_column("document", "simhash")


def _create_of_pages() -> None:
    op.create_table(
        "page_print",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("shingles", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_page_print_page_id_site_page")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page_print")),
    )
    op.create_table(
        "page_mark",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("is_contact", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_page_mark_page_id_site_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_mark")),
    )
    op.create_index(op.f("ix_page_mark_page_id"), "page_mark", ["page_id"])
    op.create_index(op.f("ix_page_mark_key"), "page_mark", ["key"])


def _create_of_sites() -> None:
    op.create_table(
        "site_member",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=False),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_site_member")),
    )
    op.create_index(op.f("ix_site_member_cluster_id"), "site_member", ["cluster_id"])
    op.create_table(
        "site_link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("cluster_id", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("other_site", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_link")),
    )
    op.create_index(op.f("ix_site_link_cluster_id"), "site_link", ["cluster_id"])
    op.create_table(
        "alike_page",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("likeness", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_alike_page_page_id_site_page")),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_alike_page")),
    )
    op.create_index(op.f("ix_alike_page_group_id"), "alike_page", ["group_id"])
