"""CSV with a header (comma, semicolon or tab) -> one JSON object a row; empty cells are absent."""

import csv
import io
from collections.abc import Iterator

import orjson

from tocsin.errors import DataError
from tocsin.intake.lines import MAX_RECORD, Loss, Piece, Record

_NAMES = (".csv", ".tsv")
_PACKED = (".gz", ".zst", ".xz", ".bz2")
csv.field_size_limit(MAX_RECORD)


def is_table(name: str, head: bytes) -> bool:
    """Tell a table by its file's name, unless it begins like JSON."""
    plain = name.lower()
    for packed in _PACKED:
        plain = plain.removesuffix(packed)
    return plain.endswith(_NAMES) and head.lstrip()[:1] not in (b"{", b"[") and b"\n" in head


def table(blocks: Iterator[bytes]) -> Iterator[Piece]:
    """Yield the rows of a table."""
    raw = io.BufferedReader(_Blocks(blocks), 1 << 16)
    text = io.TextIOWrapper(raw, "utf-8", errors="replace", newline="")
    header = text.readline()
    comma = max(",;\t", key=header.count)
    names = next(csv.reader([header], delimiter=comma), [])
    reader = csv.reader((line.replace("\0", "\ufffd") for line in text), delimiter=comma)
    line = 2
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Loss(line, DataError("not CSV", str(error)))
        else:
            if row:
                yield Record(line, _object(names, row))
        line = reader.line_num + 2


def _object(names: list[str], row: list[str]) -> bytes:
    """Cells beyond the header, or under no name or one that is taken, are named by their place."""
    fields: dict[str, str] = {}
    for place, cell in enumerate(row):
        name = names[place] if place < len(names) else ""
        if cell:
            fields[name if name and name not in fields else f"column {place + 1}"] = cell
    return orjson.dumps(fields)


class _Blocks(io.RawIOBase):
    """Blocks, as the raw file that BufferedReader wants."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        given = self._rest[: len(buffer)]
        self._rest = self._rest[len(given) :]
        buffer[: len(given)] = given
        return len(given)
