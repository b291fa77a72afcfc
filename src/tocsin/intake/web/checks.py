"""Bounds of records, whatever protocol brings them."""

from collections.abc import Iterable

from tocsin.intake.web.depth import is_deeper
from tocsin.intake.web.refusing import Refused
from tocsin.ports.input import Refusal

MAX_RECORDS = 250_000
"""Records of one request; lines without anything in them count too."""
MAX_RECORD = 16 << 20
"""Bytes of one record."""


def check(records: Iterable[bytes], depth: int) -> None:
    """Raise Refused for a record that is too long, or nests more than `depth` levels."""
    for record in records:
        if record.count(b"{") + record.count(b"[") > depth and is_deeper(record, depth):
            raise too_deep()
        if len(record) > MAX_RECORD:
            text = f"a record is over {MAX_RECORD} bytes; send smaller ones"
            raise Refused(413, "record_too_large", text, Refusal.TOO_LARGE)


def too_many() -> Refused:
    """Say that there are too many records."""
    text = f"over {MAX_RECORDS} records; send fewer in one request"
    return Refused(413, "too_many_records", text, Refusal.TOO_LARGE)


def too_deep() -> Refused:
    """Say that a record nests too deeply."""
    text = "a record nests deeper than limits.depth; flatten it, or raise the limit"
    return Refused(413, "too_deep", text, Refusal.TOO_DEEP)
