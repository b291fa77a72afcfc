"""Alerts name the sources of their events, so that routes can ask for them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Alerts from before name none."""
    op.add_column("alert", sa.Column("sources", sa.Text(), nullable=False, server_default="[]"))
