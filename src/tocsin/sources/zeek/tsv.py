"""Zeek's tab-separated logs, whose header names the columns -> one JSON record a line, as Zeek's own JSON."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import orjson

from tocsin.errors import DataError
from tocsin.model.event import Fields, Value
from tocsin.sources.json_record import MAX_BYTES

_CODE = re.compile(rb"\\x([0-9a-fA-F]{2})")
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_CONTAINER = re.compile(r"(?:set|vector)\[(\w+)\]")


@dataclass(slots=True)
class _Header:
    """What the `#` lines have said so far."""

    separator: bytes = b"\t"
    set_separator: str = ","
    empty: bytes = b"(empty)"
    unset: bytes = b"-"
    path: str = ""
    names: list[str] = field(default_factory=list)
    readers: list[Callable[[str], Value]] = field(default_factory=list)


def read(file: BinaryIO) -> Iterator[bytes | DataError]:
    """Turn a log file with its header into JSON records, with an error for each line that gives none."""
    return records(_lines(file))


def _lines(file: BinaryIO) -> Iterator[bytes | DataError]:
    while line := file.readline(MAX_BYTES + 1):
        if len(line) <= MAX_BYTES:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(MAX_BYTES)
        yield DataError("record too long", f"at most {MAX_BYTES} bytes")


def records(lines: Iterable[bytes | DataError]) -> Iterator[bytes | DataError]:
    """Turn the lines of a log with its header into JSON records; errors among them are handed on."""
    header = _Header()
    for line in lines:
        if isinstance(line, DataError):
            yield line
        elif line.startswith(b"#"):
            header = _read_header(header, line.rstrip(b"\r\n"))
        elif text := line.rstrip(b"\r\n"):
            yield _to_json(header, text)


def _read_header(header: _Header, line: bytes) -> _Header:
    if line.startswith(b"#separator "):
        # A new header: logs that were concatenated have one each.
        return _Header(separator=_CODE.sub(_decode, line[len(b"#separator ") :]) or b"\t")
    name, _, rest = line.partition(header.separator)
    text = rest.decode("utf-8", "replace")
    match name:
        case b"#set_separator":
            header.set_separator = text or ","
        case b"#empty_field":
            header.empty = rest
        case b"#unset_field":
            header.unset = rest
        case b"#path":
            header.path = text
        case b"#fields":
            header.names = text.split(header.separator.decode("utf-8", "replace"))
        case b"#types":
            kinds = text.split(header.separator.decode("utf-8", "replace"))
            header.readers = [_reader(kind, header.set_separator) for kind in kinds]
        case _:
            pass
    return header


def _decode(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _to_json(header: _Header, line: bytes) -> bytes | DataError:
    cells = line.split(header.separator)
    if not header.names:
        return DataError("no header before the line", line[:80].decode("utf-8", "replace"))
    if len(cells) != len(header.names) or len(header.readers) != len(cells):
        return DataError("columns do not fit the header", f"{len(cells)}, not {len(header.names)}")
    fields: Fields = {"_path": header.path} if header.path else {}
    for name, cell, reader in zip(header.names, cells, header.readers, strict=True):
        if cell == header.empty:
            fields[name] = [] if reader not in _SCALARS else ""
        elif cell != header.unset:
            fields[name] = reader(cell.decode("utf-8", "replace"))
    return orjson.dumps(fields)


def _text(cell: str) -> str:
    # The writer hides what would be read as structure: separators, and a text that looks like an unset field.
    if "\\x" not in cell:
        return cell
    if cell == "\\x2d":
        return "-"
    return cell.replace("\\x09", "\t").replace("\\x0a", "\n").replace("\\x2c", ",")


def _integer(cell: str) -> Value:
    return int(cell) if _INTEGER.fullmatch(cell) else cell


def _number(cell: str) -> Value:
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def _boolean(cell: str) -> Value:
    return {"T": True, "F": False}.get(cell, cell)


_READERS = {
    "bool": _boolean,
    "count": _integer,
    "int": _integer,
    "port": _integer,
    "double": _number,
    "interval": _number,
    "time": _number,
}
_SCALARS = frozenset({_text, _boolean, _integer, _number})


def _reader(kind: str, set_separator: str) -> Callable[[str], Value]:
    found = _CONTAINER.fullmatch(kind)
    if not found:
        return _READERS.get(kind, _text)
    inner = _READERS.get(found[1], _text)
    return lambda cell: [inner(item) for item in cell.split(set_separator)]
