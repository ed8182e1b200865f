"""The files of the web archive as a hash chain, and where in them each capture lies."""

import sqlalchemy as sa
from alembic import op

revision = "0007_evidence"
down_revision: str | None = "0006_hostile"
branch_labels = None
depends_on = None

SENTENCE = "rows are only ever added; add a new one that supersedes this one"


def upgrade() -> None:
    """Create the table with its triggers and add the columns."""
    op.create_table(
        "warc_file",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_warc_file")),
        sa.UniqueConstraint("name", name=op.f("uq_warc_file_name")),
    )
    op.add_column("capture", sa.Column("warc_file", sa.String(), nullable=True))
    op.add_column("capture", sa.Column("warc_offset", sa.BigInteger(), nullable=True))
    op.add_column("capture", sa.Column("warc_record_id", sa.String(), nullable=True))
    op.add_column("capture", sa.Column("warc_payload_sha256", sa.String(), nullable=True))
    op.add_column("capture", sa.Column("warc_chain", sa.JSON(), nullable=True))
    op.add_column("capture", sa.Column("payload_capture_id", sa.String(), nullable=True))
    op.create_index(op.f("ix_capture_warc_file_warc_offset"), "capture", ["warc_file", "warc_offset"])
    _refuse_change()


def downgrade() -> None:
    """Drop what `upgrade` made."""
    op.drop_index(op.f("ix_capture_warc_file_warc_offset"), "capture")
    for name in ("file", "offset", "record_id", "payload_sha256", "chain"):
        op.drop_column("capture", f"warc_{name}")
    op.drop_column("capture", "payload_capture_id")
    op.drop_table("warc_file")


def _refuse_change() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER warc_file_refuse_{verb} BEFORE {verb.upper()} ON warc_file "
                f"BEGIN SELECT RAISE(ABORT, 'warc_file: {SENTENCE}'); END"
            )
        return
    for kind, each in (("change BEFORE UPDATE OR DELETE", "ROW"), ("truncate BEFORE TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER warc_file_refuse_{kind} ON warc_file FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )
