"""The tables as they are now; `migrations/` says how they came to be, and a test that both are the same.

JSON is kept as text: what was written is what is hashed, and it is the same on both databases.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite numbers rows by itself only in a column that is called INTEGER; it holds 64 bits there too.
_BIG = BigInteger().with_variant(Integer(), "sqlite")

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", _BIG, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
"""seq: 1, 2, 3 … without gaps. time: nanoseconds since 1970. hash: see audit.py. Triggers refuse changes."""

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("id = 1", name="single"),
)
"""One row: the last record of the audit trail, kept apart from it."""

APPLIED = Table(
    "applied",
    METADATA,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, nullable=False),
)
"""The last frame of each partition whose effects are in these tables."""

ALERT = Table(
    "alert",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("window", BigInteger, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("group", Text, nullable=False),
    Column("entities", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("first_seen", Double, nullable=False),
    Column("last_seen", Double, nullable=False),
    Column("first_arrival", Double, nullable=False),
    Column("last_arrival", Double, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("events", Text, nullable=False),
    Column("origin_topic", Text, nullable=False),
    Column("origin_partition", Integer, nullable=False),
    Column("origin_offset", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("verdict", Text),
    Column("assignee", Text),
    Column("muted", Text),
    Column("muted_by", Text),
    Column("told", Double),
    Column("revision", BigInteger, nullable=False),
    Column("triage", BigInteger, nullable=False),
    Column("series", Integer, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("value", Double),
    Column("sources", Text, nullable=False, server_default="[]"),
    Column("joined", Text),
    Column("parts", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("fingerprint", "window"),
    CheckConstraint("level BETWEEN 0 AND 4", name="level"),
    CheckConstraint("status IN ('new', 'acknowledged', 'closed')", name="status"),
    CheckConstraint("verdict IN ('true', 'false', 'benign-expected')", name="verdict"),
    Index(None, "first_arrival", "id"),
    Index(None, "last_arrival", "id"),
    Index(None, "level", "first_arrival", "id"),
    Index(None, "status", "first_arrival", "id"),
    Index(None, "rule_id", "first_arrival", "id"),
)
"""rule: JSON of RuleRef. window: microseconds. level: 0 informational … 4 critical. Others as in model/alert.py."""

ALERT_ENTITY = Table(
    "alert_entity",
    METADATA,
    Column("alert_id", Text, ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Index(None, "kind", "value"),
)
"""Who and what alerts are about, to find them by."""

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", _BIG, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("target", Text, nullable=False),
    Column("alert_id", Text),
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", Text),
    Column("error", Text),
    CheckConstraint("state IN ('waiting', 'leased', 'sent', 'dead')", name="state"),
    Index(None, "state", "next_at", "id"),
    # The number of a row that was purged is not given again.
    sqlite_autoincrement=True,
)
"""What is to be sent. next_at: when it may be taken (again): for a leased row, the end of the lease."""

REACHED = Table(
    "reached",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("origin", BigInteger, nullable=False),
    Column("arrived", Double, nullable=False),
)
"""How far the hub has come in each partition. origin: the last frame of events that is in the ledger, -1: none yet.
arrived: the latest arrival, seconds since 1970: the partition's tick."""

STATE = Table(
    "state",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
"""What correlation remembers, as of the frames that are applied; what is in it, correlate/snapshot.py says."""

LEDGER_INPUT = Table(
    "ledger_input",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("input", Text, primary_key=True),
    *(
        Column(name, BigInteger, nullable=False)
        for name in ("frames", "received", "clamped", "timeless", "redacted", "cut", "canaries")
    ),
    Column("first_arrival", Double, nullable=False),
    Column("last_arrival", Double, nullable=False),
)
"""What each input has brought. Arrivals of frames with records, seconds since 1970."""

LEDGER_SOURCE = Table(
    "ledger_source",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("input", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("events", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("first_time", Double),
    Column("last_time", Double),
    Column("first_arrival", Double, nullable=False),
    Column("last_arrival", Double, nullable=False),
)
"""What became of it, for each source. Times are the events' own; null as long as none had one."""

LEDGER_REFUSED = Table(
    "ledger_refused",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("input", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("event", Text, nullable=False),
)
"""Why records could not be read. event: the id of the latest that is known."""

SILENCE = Table(
    "silence",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("rules", Text, nullable=False),
    Column("levels", Text, nullable=False),
    Column("entities", Text, nullable=False),
    Column("change", BigInteger, nullable=False, unique=True),
    Index(None, "until"),
)
"""What is not to be told, see model/silence.py; sets as JSON. change: grows with every change of any row."""

CANARY = Table(
    "canary",
    METADATA,
    Column("input", Text, primary_key=True),
    Column("way", Text, primary_key=True),
    Column("sent", BigInteger, primary_key=True, autoincrement=False),
    Column("arrived", Double, nullable=False),
    Column("applied", Double, nullable=False),
    Column("event", Text, nullable=False),
)
"""Canaries that came through. sent: milliseconds since 1970; it is what makes one known again. arrived, applied: seconds."""
