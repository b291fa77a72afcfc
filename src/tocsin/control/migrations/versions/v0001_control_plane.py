"""Alerts, the audit trail, applied frames, the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_APPEND_ONLY = "the audit trail is append-only"


def upgrade() -> None:
    """Make the first tables."""
    _audit()
    _refuse_changes()
    op.create_table(
        "applied",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name="pk_applied"),
    )
    _alert()
    _alert_entity()
    _outbox()


def _audit() -> None:
    texts = [
        sa.Column(name, sa.Text(), nullable=False) for name in ("actor", "action", "object", "detail", "hash")
    ]
    op.create_table(
        "audit",
        sa.Column("seq", _BIG, autoincrement=False, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        *texts,
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single")),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])


def _refuse_changes() -> None:
    """Against mistakes: whoever owns the database can drop a trigger, and the hash chain tells."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )


def _alert() -> None:
    texts = (
        "fingerprint",
        "rule_id",
        "rule",
        "group",
        "entities",
        "fields",
        "why",
        "events",
        "origin_topic",
        "status",
    )
    doubles = ("first_seen", "last_seen", "first_arrival", "last_arrival")
    op.create_table(
        "alert",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        *(sa.Column(name, sa.Double(), nullable=False) for name in doubles),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("window", "count", "origin_offset", "revision", "triage")
        ),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("origin_partition", "series")),
        *(sa.Column(name, sa.Text()) for name in ("verdict", "assignee", "muted", "muted_by")),
        *(sa.Column(name, sa.Double()) for name in ("told", "value")),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.CheckConstraint("status IN ('new', 'acknowledged', 'closed')", name=op.f("ck_alert_status")),
        sa.CheckConstraint("verdict IN ('true', 'false', 'benign-expected')", name=op.f("ck_alert_verdict")),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_alert_level")),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("fingerprint", "window", name="uq_alert_fingerprint_window"),
    )
    for first in ((), ("level",), ("status",), ("rule_id",)):
        columns = [*first, "first_arrival", "id"]
        op.create_index(f"ix_alert_{'_'.join(columns)}", "alert", columns)
    op.create_index("ix_alert_last_arrival_id", "alert", ["last_arrival", "id"])
    still = sa.text("NOT ended")
    op.create_index(
        "ux_alert_open_series",
        "alert",
        ["fingerprint"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )


def _alert_entity() -> None:
    op.create_table(
        "alert_entity",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("alert_id", "kind", "value")),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_alert_entity_alert_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "kind", "value", name="pk_alert_entity"),
    )
    op.create_index("ix_alert_entity_kind_value", "alert_entity", ["kind", "value"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _BIG, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "target", "payload", "state")),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("created", "next_at")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("alert_id", "lease", "error")),
        sa.CheckConstraint("state IN ('waiting', 'leased', 'sent', 'dead')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_next_at_id", "outbox", ["state", "next_at", "id"])
