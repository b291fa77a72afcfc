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
# Headers within this many characters, and without escapes, are split at the bars.
_USUAL_HEADER = 512
_HEADER = re.compile(r"([^\\|]*+(?:\\.[^\\|]*+)*+)\|", re.DOTALL)
_PAIR = re.compile(r" ([A-Za-z0-9_.\-\[\]]+)=")
_ESCAPE = re.compile(r"\\([\\=|nr])")
_PLAIN = {"n": "\n", "r": "\r"}
_NAMES = ("deviceVendor", "deviceProduct", "deviceVersion", "signatureId", "name", "severity")
# UniFi has a time key of its own in place of `rt`.
_TIMES = ("rt", "end", "start", "UNIFIutcTime")
_INTEGERS = (
    "spt",
    "dpt",
    "cnt",
    "in",
    "out",
    "fsize",
    "oldFileSize",
    "spid",
    "dpid",
    "dvcpid",
    "cn1",
    "cn2",
    "cn3",
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
    parts = text[at : at + _USUAL_HEADER].split("|", 6)
    if len(parts) == 7 and "\\" not in "".join(parts[:6]):
        fields.update(zip(_NAMES, parts, strict=False))
        return at + sum(map(len, parts[:6])) + 6
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
    _, *parts = _PAIR.split(" " + extension)
    pairs: Fields = dict(zip(parts[::2], parts[1::2], strict=True))
    # One look at the whole text spares nearly every line a look at each of its values.
    if "\\" in extension or "  " in extension or extension[-1:].isspace():
        pairs = {key: _plain(value.rstrip()) for key, value in pairs.items()}
    for key in _INTEGERS:
        value = pairs.get(key, "")
        if value.isdecimal() and value.isascii() and len(value) < 19:
            pairs[key] = int(value)
    fields |= pairs
    if "Label=" in extension:
        _add_labelled(fields, pairs)


def _add_labelled(fields: Fields, pairs: Fields) -> None:
    """Give `cs1=x cs1Label=Rule Name` as `Rule Name` too, never over a field that is there."""
    for key, label in pairs.items():
        if key[-5:] == "Label" and label and key[:-5] in pairs:
            fields.setdefault(label, pairs[key[:-5]])


def _add_origin(fields: Fields, header: bytes) -> None:
    """Set `time`, and from a syslog header `host.name`; the event's own time wins over the header's."""
    if header:
        _add_header_of_syslog(fields, header)
    for name in _TIMES:
        text = fields.get(name)
        when = _to_seconds(text) if isinstance(text, str) else None
        if when is not None:
            fields["time"] = when
            return


def _add_header_of_syslog(fields: Fields, header: bytes) -> None:
    try:
        origin = parse_line(header + b"CEF: ")
    except DataError:
        return
    if "timestamp" in origin:
        fields["time"] = origin["timestamp"]
    if "host.name" in origin:
        fields.setdefault("host.name", origin["host.name"])


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
