"""Apache's error log, as versions 2.2 and 2.4 write it: bracketed words, then the message."""

import re

from tocsin.errors import DataError
from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source

_ROUTE = Route(logsources=(LogSource("apache", None, "apache"),))

_MONTHS = {"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * n : 3 * n + 3]: f"{n + 1:02}" for n in range(12)}
_HEAD = re.compile(
    r"\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,9})?) (\d{4})\] "
    r"\[(?:([a-z0-9_]{0,40}):)?([a-z0-9]{2,8})\] "
    r"(?:\[pid (\d{1,18})(?::tid (\d{1,18}))?\] )?",
    re.ASCII,
)
_SHAPE = re.compile(
    rb"\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}\] \[[a-z0-9_:]{2,50}\] "
)
_CLIENT = re.compile(
    r"(?:\((-?\d{1,10})\)([^\[]{0,200}): )?\[client ([0-9a-zA-Z.:_-]{1,256}?)(?::(\d{1,5}))?\] "
)
_CODE = re.compile(r"(AH\d{5}): ")
_USER = re.compile(r"user (.{1,256}?)(?:: authentication failure for| not found: )")


def _parse(record: bytes) -> Fields:
    text = record.decode("utf-8", "replace")
    found = _HEAD.match(text)
    if not found or found[1] not in _MONTHS:
        raise DataError("not an Apache error line")
    month, day, clock, year, module, level, process, thread = found.groups()
    fields: Fields = {"time": f"{year}-{_MONTHS[month]}-{day}T{clock}", "level": level}
    if module:
        fields["module"] = module
    if process:
        fields["pid"] = int(process)
    if thread:
        fields["tid"] = int(thread)
    _add_message(fields, _add_client(fields, text[found.end() :]))
    return fields


def _add_client(fields: Fields, rest: str) -> str:
    """Read `(13)Permission denied: [client 192.0.2.7:4711] `; return what follows."""
    found = _CLIENT.match(rest)
    if not found:
        return rest
    number, reason, client, port = found.groups()
    fields["client"] = client
    # Behind a proxy the port is unknown and written as 0.
    if port and port != "0":
        fields["client_port"] = int(port)
    if number:
        fields["status"] = int(number)
        fields["reason"] = reason
    return rest[found.end() :]


def _add_message(fields: Fields, rest: str) -> None:
    found = _CODE.match(rest)
    if found:
        fields["code"] = found[1]
        rest = rest[found.end() :]
    message, mark, referer = rest.rpartition(", referer: ")
    fields["message"] = message if mark else rest
    if mark:
        fields["referer"] = referer
    failed = _USER.match(fields["message"])
    if failed:
        fields["user.name"] = failed[1]
        fields["event.action"] = "login"
        fields["event.outcome"] = "failure"


def _recognise(record: bytes, fields: Fields | None) -> int:
    return 95 if fields is None and _SHAPE.match(record) else 0


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="apache_error",
    title="Apache error log",
    kind=Kind.LINE,
    parse=_parse,
    recognise=_recognise,
    route=_route,
    normalised={
        "message": ("message",),
        "log.level": ("level",),
        "event.provider": ("module",),
        "event.code": ("code",),
        "event.action": ("event.action",),
        "event.outcome": ("event.outcome",),
        "process.pid": ("pid",),
        "process.thread.id": ("tid",),
        "source.ip": ("client",),
        "source.port": ("client_port",),
        "user.name": ("user.name",),
        "http.request.referrer": ("referer",),
    },
    time=("time",),
)
