"""Falco's alerts as JSON (`json_output: true`): what the rule printed is in `output_fields`."""

from functools import lru_cache

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

_ALIASES = {
    "Image": ("proc.exepath", "proc.exe"),
    "CommandLine": ("proc.cmdline",),
    "ParentImage": ("proc.pexepath", "proc.pname"),
    "ParentCommandLine": ("proc.pcmdline",),
    "CurrentDirectory": ("proc.cwd",),
    "User": ("user.name",),
    "ProcessId": ("proc.pid",),
    "TargetFilename": ("fs.path.name", "fd.name"),
    "DestinationIp": ("fd.rip", "fd.sip"),
    "DestinationPort": ("fd.rport", "fd.sport"),
}
_STARTS = frozenset({"execve", "execveat"})
# Opening a file is not in it: an alert does not say whether it was opened to be written.
_WRITES = frozenset({"creat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"})
_CONNECTS = frozenset({"connect", "sendto", "sendmsg"})


def _category(call: Value) -> str | None:
    if not isinstance(call, str):
        return None
    if call in _STARTS:
        return "process_creation"
    if call in _WRITES:
        return "file_event"
    return "network_connection" if call in _CONNECTS else None


@lru_cache(maxsize=256)
def _route_of(origin: str, category: str | None) -> Route:
    alert = LogSource("falco", None, origin or None)
    if origin == "syscall" and category:
        return Route(logsources=(alert, LogSource("linux", category, None)), aliases=_ALIASES)
    return Route(logsources=(alert,), aliases=_ALIASES)


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or not {"rule", "priority", "output"} <= fields.keys():
        return 0
    return 95 if "output_fields" in fields else 60


def _route(values: tuple[Value, ...]) -> Route:
    origin, call = values
    # Versions before 0.28 do not say where the event came from; it was always a system call.
    return _route_of(origin[:64] if isinstance(origin, str) and origin else "syscall", _category(call))


SOURCE = Source(
    name="falco",
    title="Falco alerts",
    kind=Kind.JSON,
    accounts="host",
    parse=parse_object,
    recognise=_recognise,
    marks=("output",),
    route=_route,
    route_by=("source", "output_fields.evt.type"),
    roots=("", "output_fields."),
    normalised={
        "rule.name": ("rule",),
        "rule.tags": ("tags",),
        "log.level": ("priority",),
        "message": ("output",),
        "event.action": ("output_fields.evt.type", "output_fields.ka.verb", "output_fields.ct.name"),
        "host.name": ("hostname", "output_fields.evt.hostname"),
        "user.name": ("output_fields.user.name", "output_fields.ka.user.name", "output_fields.ct.user"),
        "user.id": ("output_fields.user.uid",),
        "source.ip": ("output_fields.fd.cip", "output_fields.ct.srcip"),
        "source.port": ("output_fields.fd.cport",),
        "destination.ip": ("output_fields.fd.sip",),
        "destination.port": ("output_fields.fd.sport",),
        "process.name": ("output_fields.proc.name",),
        "process.executable": ("output_fields.proc.exepath",),
        "process.command_line": ("output_fields.proc.cmdline",),
        "process.working_directory": ("output_fields.proc.cwd",),
        "process.pid": ("output_fields.proc.pid",),
        "process.parent.name": ("output_fields.proc.pname",),
        "process.parent.executable": ("output_fields.proc.pexepath",),
        "process.parent.command_line": ("output_fields.proc.pcmdline",),
        "file.path": ("output_fields.fs.path.name", "output_fields.fd.name"),
        "container.id": ("output_fields.container.id",),
        "container.name": ("output_fields.container.name",),
        "container.image.name": ("output_fields.container.image.repository",),
        "container.image.tag": ("output_fields.container.image.tag",),
        "orchestrator.namespace": ("output_fields.k8s.ns.name", "output_fields.ka.target.namespace"),
        "orchestrator.resource.name": ("output_fields.k8s.pod.name", "output_fields.ka.target.name"),
        "cloud.region": ("output_fields.ct.region",),
    },
    time=("time", "output_fields.evt.time"),
)
