"""Cases, reviews, reviewers, API keys and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0002_people"
down_revision: str | None = "0001_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with their indexes."""
    _create_api_key()
    _create_audit_event()
    _create_reviewer()
    _create_login_link()
    _create_reviewer_session()
    _create_review_case()
    _create_review()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("review", "review_case", "reviewer_session", "login_link", "reviewer", "audit_event", "api_key"):
        op.drop_table(table)


def _create_api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )


def _create_audit_event() -> None:
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_subject"), "audit_event", ["subject"])


def _create_reviewer() -> None:
    op.create_table(
        "reviewer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer")),
        sa.UniqueConstraint("name", name=op.f("uq_reviewer_name")),
    )


def _create_login_link() -> None:
    op.create_table(
        "login_link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_link")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_login_link_reviewer_id_reviewer")),
    )
    op.create_index(op.f("ix_login_link_reviewer_id"), "login_link", ["reviewer_id"])


def _create_reviewer_session() -> None:
    op.create_table(
        "reviewer_session",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviewer_session")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["reviewer.id"], name=op.f("fk_reviewer_session_reviewer_id_reviewer")
        ),
    )
    op.create_index(op.f("ix_reviewer_session_reviewer_id"), "reviewer_session", ["reviewer_id"])


def _create_review_case() -> None:
    op.create_table(
        "review_case",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("verdict_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("why", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("severity_rank", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("is_illicit_sale", sa.Boolean(), nullable=False),
        sa.Column("is_unsupported_claim", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_case")),
        sa.ForeignKeyConstraint(["page_id"], ["site_page.id"], name=op.f("fk_review_case_page_id_site_page")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name=op.f("fk_review_case_verdict_id_verdict")),
        sa.UniqueConstraint("page_id", name=op.f("uq_review_case_page_id")),
    )
    op.create_index(
        op.f("ix_review_case_severity_rank_probability_id"), "review_case", ["severity_rank", "probability", "id"]
    )
    op.create_index(
        op.f("ix_review_case_state_severity_rank_probability_id"),
        "review_case",
        ["state", "severity_rank", "probability", "id"],
    )


def _create_review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict_id", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.String(), nullable=False),
        sa.Column("decision", sa.String(32), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("scope_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.ForeignKeyConstraint(["case_id"], ["review_case.id"], name=op.f("fk_review_case_id_review_case")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["reviewer.id"], name=op.f("fk_review_reviewer_id_reviewer")),
        sa.ForeignKeyConstraint(["verdict_id"], ["verdict.id"], name=op.f("fk_review_verdict_id_verdict")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_review_case_id_number")),
    )
    op.create_index(op.f("ix_review_reviewer_id"), "review", ["reviewer_id"])
    op.create_index(op.f("ix_review_scope_hash"), "review", ["scope_hash"])
