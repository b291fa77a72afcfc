r"""One CEF line -> its fields: `CEF:0|Vendor|Product|Version|Id|Name|Severity|key=value key=value`.

In the header `\|` and `\\` are escapes, in the extension `\=`, `\\`, `\n` and `\r`; values hold blanks, so a
value ends where the next ` key=` begins.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.sources.linux.header import parse_line
from tocsin.sources.moment import to_epoch

# No sender writes longer ones, and each pair of the extension costs.
MAX_BYTES = 1024 * 1024

_PREFIX = re.compile(r"(?:CEF: ?)?\d{1,2}\|")
_HEADER = re.compile(r"([^\\|]*+(?:\\.[^\\|]*+)*+)\|", re.DOTALL)
_PAIR = re.compile(r"(?:^|\s)([\w.\-\[\]]{1,128})=")
_ESCAPE = re.compile(r"\\([\\=|nr])")
_PLAIN = {"n": "\n", "r": "\r"}
_NAMES = ("deviceVendor", "deviceProduct", "deviceVersion", "signatureId", "name", "severity")
# UniFi has a time key of its own in place of `rt`.
_TIMES = ("rt", "end", "start", "UNIFIutcTime")
_INTEGERS = frozenset(
    "spt dpt cnt in out fsize oldFileSize spid dpid dvcpid cn1 cn2 cn3 "
    "sourceTranslatedPort destinationTranslatedPort".split()
)
_DATE = re.compile(
    r"([A-Z][a-z]{2}) (\d\d?) (\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?(?: (?:UTC|GMT|Z))?", re.ASCII
)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def parse(record: bytes) -> Fields:
    """Take one line apart, with or without a syslog header before it."""
    if len(record) > MAX_BYTES:
        raise DataError("record too long", f"{len(record)} bytes, at most {MAX_BYTES}")
    start = max(record.find(b"CEF:"), 0)
    text = record[start:].decode("utf-8", "replace")
    found = _PREFIX.match(text)
    if not found:
        raise DataError("not a CEF line")
    fields: Fields = {}
    at = _add_header(fields, text, found.end())
    _add_extension(fields, text[at:])
    _add_origin(fields, record[:start])
    return fields


def _add_header(fields: Fields, text: str, at: int) -> int:
    """Read the six parts between bars; return where the extension begins."""
    for name in _NAMES:
        part = _HEADER.match(text, at)
        if not part:
            # The last bar may be missing when there is no extension.
            if name != "severity":
                raise DataError("CEF header cut short")
            fields[name] = _plain(text[at:].strip())
            return len(text)
        fields[name] = _plain(part[1])
        at = part.end()
    return at


def _plain(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _PLAIN.get(found[1], found[1]), text)


def _add_extension(fields: Fields, extension: str) -> None:
    parts = _PAIR.split(extension)
    labelled = "Label=" in extension
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        value = value.rstrip()
        if "\\" in value:
            value = _plain(value)
        if key in _INTEGERS and value.isascii() and value.isdecimal() and len(value) < 19:
            fields[key] = int(value)
        else:
            fields[key] = value
    if labelled:
        _add_labelled(fields, parts[1::2])


def _add_labelled(fields: Fields, keys: list[str]) -> None:
    """Give `cs1=x cs1Label=Rule Name` as `Rule Name` too, never over a field that is there."""
    for key in keys:
        label = fields.get(key) if key.endswith("Label") else None
        if isinstance(label, str) and label and key[:-5] in fields:
            fields.setdefault(label, fields[key[:-5]])


def _add_origin(fields: Fields, header: bytes) -> None:
    """Set `time`, and from a syslog header `host.name`; the event's own time wins over the header's."""
    origin: Fields = {}
    if header.strip():
        try:
            origin = parse_line(header + b"CEF: ")
        except DataError:
            origin = {}
    if "host.name" in origin:
        fields.setdefault("host.name", origin["host.name"])
    times = (_to_seconds(fields[name]) for name in _TIMES if isinstance(fields.get(name), str))
    when = next((time for time in times if time is not None), origin.get("timestamp"))
    if when is not None:
        fields["time"] = when


@lru_cache(maxsize=1024)
def _to_seconds(text: str) -> float | None:
    """Read milliseconds since 1970, ISO 8601 or `Nov 23 2026 07:50:07[.123] [UTC]`."""
    found = _DATE.fullmatch(text)
    if not found:
        return to_epoch(text)
    month, day, year, hour, minute, second, milliseconds = found.groups()
    position = _MONTHS.find(month)
    if position % 3:
        return None
    try:
        moment = datetime(
            int(year), position // 3 + 1, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC
        )
    except ValueError:
        return None
    return moment.timestamp() + int(milliseconds or 0) / 1000
