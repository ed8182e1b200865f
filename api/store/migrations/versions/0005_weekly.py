"""What a run tells its operator: bytes, errors by reason, warnings, certificates; one-off crawls beside weekly runs."""

import sqlalchemy as sa
from alembic import op

revision = "0005_weekly"
down_revision: str | None = "0004_likeness"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what ran before had none of it to tell."""
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
        # The defaults were for the rows that are there; new ones say it themselves.
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.alter_column(column.name, server_default=None)


def downgrade() -> None:
    """Drop the columns."""
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)


def _added() -> dict[str, tuple[sa.Column[object], ...]]:
    """Give table to new columns."""
    return {
        "run": (
            sa.Column("kind", sa.String(32), nullable=False, server_default="weekly"),
            sa.Column("warnings", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("capture_bytes", sa.BigInteger(), nullable=True),
        ),
        "source_run": (
            sa.Column("bytes", sa.BigInteger(), nullable=False, server_default="0"),
            sa.Column("errors", sa.JSON(), nullable=False, server_default="{}"),
            sa.Column("warnings", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("unverified", sa.Integer(), nullable=False, server_default="0"),
        ),
        "capture": (sa.Column("certificate_problem", sa.Text(), nullable=False, server_default=""),),
    }
