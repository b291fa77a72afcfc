"""Sysmon for Linux: syslog lines that hold one XML event each, read by linear patterns, no XML parser."""

import re

from tocsin.errors import DataError
from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source

_SYSTEM = re.compile(r"<(EventID|Computer|Channel|EventRecordID)>([^<]{0,512})<")
_CREATED = re.compile(r'<TimeCreated SystemTime="([^"<]{1,64})"')
_DATA = re.compile(r'<Data Name="([^"<>]{1,64})">([^<]*)<')
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

_CATEGORIES = {
    1: ("process_creation", "process_started"),
    3: ("network_connection", "network_connection"),
    4: ("sysmon_status", "sysmon_state_changed"),
    5: ("process_termination", "process_ended"),
    9: ("raw_access_thread", "raw_device_read"),
    10: ("process_access", "process_accessed"),
    11: ("file_event", "file_created"),
    16: ("sysmon_status", "sysmon_config_changed"),
    23: ("file_delete", "file_deleted"),
    255: ("sysmon_error", "sysmon_error"),
}
_ROUTES = {
    number: Route((LogSource("linux", category, "sysmon"),)) for number, (category, _) in _CATEGORIES.items()
}
_OTHER = Route((LogSource("linux", None, "sysmon"),))


def _parse(record: bytes) -> Fields:
    line = record.decode("utf-8", "replace")
    start = line.find("<Event>")
    if start < 0:
        start = line.find("<Event ")
    if start < 0:
        raise DataError("no Sysmon event" if line.strip() else "empty line")
    fields: Fields = {name: _plain(value) for name, value in _DATA.findall(line, start)}
    fields.update((name, _plain(value)) for name, value in _SYSTEM.findall(line, start))
    number = fields.get("EventID", "")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise DataError("no EventID in the Sysmon event")
    fields["EventID"] = int(number)
    if created := _CREATED.search(line, start):
        fields["SystemTime"] = created[1]
    if int(number) in _CATEGORIES:
        fields["event.action"] = _CATEGORIES[int(number)][1]
    return fields


def _plain(value: str) -> str:
    return _ENTITY.sub(_character, value) if "&" in value else value


def _character(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name:
        return _NAMED[name]
    point = int(decimal) if decimal else int(hexadecimal, 16)
    # Surrogates are no characters and could not be written out again.
    return chr(point) if point < 0xD800 or 0xDFFF < point < 0x110000 else "\ufffd"


def _recognise(record: bytes, fields: Fields | None) -> int:
    if fields is not None or b"<Event" not in record[:600]:
        return 0
    return 98 if b"Linux-Sysmon" in record[:2000] else 0


def _route(values: tuple[Value, ...]) -> Route:
    number = values[0]
    return _ROUTES.get(number, _OTHER) if type(number) is int else _OTHER


SOURCE = Source(
    name="sysmon_linux",
    title="Sysmon for Linux",
    kind=Kind.LINE,
    accounts="host",
    parse=_parse,
    recognise=_recognise,
    carried=("Linux-Sysmon",),
    route=_route,
    route_by=("EventID",),
    normalised={
        "event.action": ("event.action",),
        "event.code": ("EventID",),
        "event.sequence": ("EventRecordID",),
        "host.name": ("Computer",),
        "user.name": ("User", "SourceUser"),
        "user.id": ("LogonId",),
        "process.executable": ("Image", "SourceImage"),
        "process.command_line": ("CommandLine",),
        "process.pid": ("ProcessId", "SourceProcessId"),
        "process.entity_id": ("ProcessGuid", "SourceProcessGUID"),
        "process.working_directory": ("CurrentDirectory",),
        "process.hash": ("Hashes",),
        "process.parent.executable": ("ParentImage",),
        "process.parent.command_line": ("ParentCommandLine",),
        "process.parent.pid": ("ParentProcessId",),
        "process.parent.entity_id": ("ParentProcessGuid",),
        "source.ip": ("SourceIp",),
        "source.port": ("SourcePort",),
        "destination.ip": ("DestinationIp",),
        "destination.port": ("DestinationPort",),
        "destination.domain": ("DestinationHostname",),
        "network.transport": ("Protocol",),
        "file.path": ("TargetFilename",),
        "rule.name": ("RuleName",),
    },
    time=("UtcTime", "SystemTime"),
)
