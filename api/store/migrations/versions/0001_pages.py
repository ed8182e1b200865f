"""Sources, runs, pages, documents, verdicts and findings."""

import sqlalchemy as sa
from alembic import op

revision = "0001_pages"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with their indexes."""
    _create_run()
    _create_source()
    _create_site_page()
    _create_source_run()
    _create_crawl_target()
    _create_document()
    _create_page_address()
    _create_verdict()
    _create_capture()
    _create_finding()


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "finding",
        "capture",
        "verdict",
        "page_address",
        "document",
        "crawl_target",
        "source_run",
        "site_page",
        "source",
        "run",
    ):
        op.drop_table(table)


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("only_sources", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(op.f("ix_run_as_of"), "run", ["as_of"])


def _create_source() -> None:
    op.create_table(
        "source",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spider", sa.String(), nullable=False),
        sa.Column("start_urls", sa.JSON(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("cadence_days", sa.Integer(), nullable=False),
        sa.Column("max_pages", sa.Integer(), nullable=False),
        sa.Column("max_depth", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )


def _create_site_page() -> None:
    op.create_table(
        "site_page",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("lookup_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latest_capture_id", sa.String(), nullable=True),
        sa.Column("latest_verdict_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_page")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_site_page_source_source")),
    )
    op.create_index(op.f("ix_site_page_host"), "site_page", ["host"])
    op.create_index(op.f("ix_site_page_language"), "site_page", ["language"])
    op.create_index(op.f("ix_site_page_source"), "site_page", ["source"])


def _create_source_run() -> None:
    op.create_table(
        "source_run",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("new_flags", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_run")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_source_run_run_id_run")),
        sa.ForeignKeyConstraint(["source"], ["source.name"], name=op.f("fk_source_run_source_source")),
        sa.UniqueConstraint("run_id", "source", name=op.f("uq_source_run_run_id_source")),
    )
    op.create_index(op.f("ix_source_run_source"), "source_run", ["source"])


def _create_crawl_target() -> None:
    op.create_table(
        "crawl_target",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source_run_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl_target")),
        sa.ForeignKeyConstraint(
            ["source_run_id"], ["source_run.id"], name=op.f("fk_crawl_target_source_run_id_source_run")
        ),
    )
    op.create_index(
        op.f("ix_crawl_target_source_run_id_state_position"), "crawl_target", ["source_run_id", "state", "position"]
    )


def _create_document() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("not_seen", sa.JSON(), nullable=False),
        sa.Column("extractor_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_document_page_id_site_page")),
    )
    op.create_index(op.f("ix_document_page_id"), "document", ["page_id"])


def _create_page_address() -> None:
    op.create_table(
        "page_address",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_address")),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_page_address_page_id_site_page")),
    )
    op.create_index(op.f("ix_page_address_page_id"), "page_address", ["page_id"])


def _create_verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("families", sa.JSON(), nullable=False),
        sa.Column("flagged", sa.JSON(), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("substances", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("degraded", sa.JSON(), nullable=False),
        sa.Column("model_digest", sa.String(), nullable=False),
        sa.Column("policy_digest", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_verdict_document_id_document")),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_verdict_page_id_site_page")),
    )
    op.create_index(op.f("ix_verdict_document_id"), "verdict", ["document_id"])
    op.create_index(
        op.f("ix_verdict_page_id_model_digest_policy_digest"), "verdict", ["page_id", "model_digest", "policy_digest"]
    )


def _create_capture() -> None:
    op.create_table(
        "capture",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source_run_id", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("redirects", sa.JSON(), nullable=False),
        sa.Column("ip_address", sa.String(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blob_sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("not_modified", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("verdict_id", sa.String(), nullable=True),
        sa.Column("scan_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_capture_document_id_document")),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_capture_page_id_site_page")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_capture_run_id_run")),
        sa.ForeignKeyConstraint(["source_run_id"], ["source_run.id"], name=op.f("fk_capture_source_run_id_source_run")),
        sa.ForeignKeyConstraint(["target_id"], ["crawl_target.id"], name=op.f("fk_capture_target_id_crawl_target")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name=op.f("fk_capture_verdict_id_verdict")),
        sa.UniqueConstraint("source_run_id", "page_id", name=op.f("uq_capture_source_run_id_page_id")),
    )
    op.create_index(op.f("ix_capture_page_id_fetched_at"), "capture", ["page_id", "fetched_at"])
    op.create_index(op.f("ix_capture_source_run_id_state"), "capture", ["source_run_id", "state"])


def _create_finding() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("verdict_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("severity_reason", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("substance", sa.Text(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name=op.f("fk_finding_verdict_id_verdict")),
    )
    op.create_index(op.f("ix_finding_verdict_id_position"), "finding", ["verdict_id", "position"], unique=True)
