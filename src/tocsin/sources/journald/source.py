"""systemd's journal as JSON (`journalctl -o json`, systemd-journal-upload): one entry a record."""

from tocsin.model.event import Fields, Value
from tocsin.ports.source import ANYWHERE, Kind, Source
from tocsin.sources.json_record import parse_object
from tocsin.sources.linux.header import add_priority
from tocsin.sources.linux.messages import read_message
from tocsin.sources.linux.names import NORMALISED
from tocsin.sources.linux.routes import ROUTE_BY, route

_NATIVE = {
    "message": ("MESSAGE",),
    "host.name": ("_HOSTNAME",),
    "host.id": ("_MACHINE_ID",),
    "process.pid": ("_PID", "SYSLOG_PID"),
    "process.executable": ("_EXE",),
    "process.command_line": ("_CMDLINE",),
    "user.id": ("_UID",),
    "service.name": ("_SYSTEMD_UNIT",),
    "container.name": ("CONTAINER_NAME",),
    "container.id": ("CONTAINER_ID_FULL", "CONTAINER_ID"),
}


def _parse(record: bytes) -> Fields:
    # The entry keeps its own names; what the message says is added beside them.
    entry = parse_object(record)
    said: Fields = {"message": _text(entry.get("MESSAGE"))}
    if program := _text(entry.get("SYSLOG_IDENTIFIER")) or _text(entry.get("_COMM")):
        said["process.name"] = program
    facility, severity = _digits(entry.get("SYSLOG_FACILITY")), _digits(entry.get("PRIORITY"))
    if facility is not None and severity is not None and facility < 24 and severity < 8:
        add_priority(said, facility * 8 + severity)
    return entry | read_message(said)


def _text(value: Value) -> str:
    """Return a journal field's text: bytes that are no UTF-8 come as a list of numbers, repeats as a list."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list) or not value:
        return ""
    if all(type(item) is int and 0 <= item < 256 for item in value):
        return bytes(value).decode("utf-8", "replace")
    return value[0] if isinstance(value[0], str) else ""


def _digits(value: Value) -> int | None:
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4
        else None
    )


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or "__REALTIME_TIMESTAMP" not in fields:
        return 0
    return 97 if "__CURSOR" in fields or "_BOOT_ID" in fields or "MESSAGE" in fields else 70


SOURCE = Source(
    name="journald",
    title="systemd journal",
    # A line, for what the message says is read beside the JSON's own fields.
    kind=Kind.LINE,
    accounts="host",
    parse=_parse,
    recognise=_recognise,
    marks=("__REALTIME_TIMESTAMP",),
    maps=ANYWHERE,
    route=route,
    route_by=ROUTE_BY,
    normalised={name: NORMALISED.get(name, ()) + _NATIVE.get(name, ()) for name in (*NORMALISED, *_NATIVE)},
    time=("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"),
    id=("__CURSOR",),
)
