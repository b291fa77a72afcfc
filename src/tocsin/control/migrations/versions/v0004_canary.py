"""Canaries that came through: when each was sent, arrived, and was applied."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "canary",
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("sent", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("arrived", sa.Double(), nullable=False),
        sa.Column("applied", sa.Double(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("input", "way", "sent", name="pk_canary"),
    )
