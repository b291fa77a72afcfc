"""The tables with their partial indexes, for migrations.

Apart from the tables: to name such an index loads the dialects of both engines, which a role that starts has no time for.
"""

from sqlalchemy import Index, text

from tocsin.control import tables

METADATA = tables.METADATA

# At most one correlation of a fingerprint is open at a time: its next revision finds its alert by this.
Index(
    "ux_alert_open_series",
    tables.ALERT.c.fingerprint,
    unique=True,
    sqlite_where=text("NOT ended"),
    postgresql_where=text("NOT ended"),
)
