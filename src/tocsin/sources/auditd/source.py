"""/var/log/audit/audit.log: one record a line, raw, enriched, or as `ausearch -i` prints it."""

import re

from tocsin.model.event import Fields, Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.auditd.parser import parse_record

_RECORD = re.compile(rb"(?:node=\S{1,255} )?type=[A-Z0-9_\[\]]{2,64} msg=audit\(")
_AUDITD = LogSource("linux", None, "auditd")
_ALIASES: dict[str, tuple[Path, ...]] = {
    "CommandLine": ("process.command_line",),
    "Image": ("image", "exe"),
    "User": ("UID", "user.name"),
    "ParentProcessId": ("ppid",),
    "ProcessId": ("pid",),
    "CurrentDirectory": ("cwd",),
}
_RECORDED = Route((_AUDITD,), aliases=_ALIASES)
_STARTED = Route((_AUDITD, LogSource("linux", "process_creation", None)), aliases=_ALIASES)


def _recognise(record: bytes, fields: Fields | None) -> int:
    if fields is not None or b" msg=audit(" not in record[:600]:
        return 0
    found = _RECORD.search(record[:600])
    if found is None:
        return 0
    return 98 if found.start() == 0 else 92


def _route(values: tuple[Value, ...]) -> Route:
    kind, result = values
    return _STARTED if kind == "EXECVE" or (kind == "USER_CMD" and result != "failed") else _RECORDED


SOURCE = Source(
    name="auditd",
    title="Linux audit log",
    kind=Kind.LINE,
    accounts="host",
    parse=parse_record,
    recognise=_recognise,
    carried=("msg=audit(",),
    route=_route,
    route_by=("type", "res"),
    normalised={
        "event.action": ("event.action",),
        "event.outcome": ("event.outcome",),
        "event.code": ("type",),
        "event.sequence": ("serial",),
        "user.name": ("user.name",),
        "user.id": ("user.id",),
        "user.effective.name": ("EUID",),
        "user.effective.id": ("euid",),
        "user.target.name": ("user.target.name",),
        "source.ip": ("source.ip",),
        "source.address": ("source.address",),
        "destination.ip": ("destination.ip",),
        "destination.port": ("destination.port",),
        "host.name": ("node",),
        "process.name": ("comm",),
        "process.executable": ("exe",),
        "process.command_line": ("process.command_line", "proctitle"),
        "process.args": ("process.args",),
        "process.pid": ("pid",),
        "process.parent.pid": ("ppid",),
        "process.working_directory": ("cwd",),
        "process.tty": ("tty", "terminal"),
        "file.path": ("name",),
        "file.mode": ("mode",),
        "file.owner": ("OUID", "ouid"),
        "service.name": ("unit",),
        "rule.name": ("key",),
        "session.id": ("ses",),
    },
    time=("timestamp",),
)
