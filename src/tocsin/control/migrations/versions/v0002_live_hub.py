"""What the hub remembers: how far it has come, correlation's state, the ledger. Silences, and alerts of floods."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("alert", sa.Column("joined", sa.Text()))
    op.add_column("alert", sa.Column("parts", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "reached",
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("partition", name="pk_reached"),
    )
    op.create_table(
        "state",
        *_texts("name", "part"),
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", "part", "page", name="pk_state"),
    )
    _ledger()
    _silence()


def _ledger() -> None:
    counts = ("frames", "received", "clamped", "timeless", "redacted", "cut", "canaries")
    _counting("ledger_input", ("input",), *_bigs(*counts), *_doubles("first_arrival", "last_arrival"))
    _counting(
        "ledger_source",
        ("input", "source"),
        *_bigs("events", "refused"),
        *(sa.Column(name, sa.Double()) for name in ("first_time", "last_time")),
        *_doubles("first_arrival", "last_arrival"),
    )
    _counting("ledger_refused", ("input", "source", "reason"), *_bigs("count"), *_texts("event"))


def _counting(name: str, keys: tuple[str, ...], *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        *_texts(*keys),
        *columns,
        sa.PrimaryKeyConstraint("partition", *keys, name=f"pk_{name}"),
    )


def _silence() -> None:
    op.create_table(
        "silence",
        *_texts("id", "owner", "reason", "rules", "levels", "entities"),
        *_doubles("created", "until"),
        *_bigs("change"),
        sa.PrimaryKeyConstraint("id", name="pk_silence"),
        sa.UniqueConstraint("change", name="uq_silence_change"),
    )
    op.create_index("ix_silence_until", "silence", ["until"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _doubles(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=False) for name in names]
