"""nginx's error log: `2026/11/23 07:50:08 [error] 812#812: *7 text, client: …, server: …, request: "…"`."""

import re

from tocsin.errors import DataError
from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.linux.header import parse_line

_ROUTE = Route(logsources=(LogSource("nginx", None, "nginx"),))

_HEAD = re.compile(
    r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d) \[([a-z]{2,8})\] (\d{1,18})#(\d{1,18}): (?:\*(\d{1,18}) )?",
    re.ASCII,
)
_SHAPE = re.compile(rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[[a-z]{2,8}\] \d+#\d+: ")
_SYSLOG = re.compile(rb"<\d{1,3}>|[A-Z][a-z]{2} [ \d]\d \d\d:|\d{4}-\d\d-\d\dT")
_LONGEST_HEADER = 400
_LEVELS = tuple(
    f"[{level}] " for level in ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"]
)
_PART = re.compile(r', (server|request|subrequest|upstream|host|referrer): (?:"([^"]*)"|([^",]*))')
_USER = re.compile(r'user "([^"]{1,256})"(?:: password mismatch| was not found in )')


def _parse(record: bytes) -> Fields:
    start = _start(record)
    text = record[start:].decode("utf-8", "replace")
    found = _HEAD.match(text)
    if not found:
        raise DataError("not an nginx error line")
    year, month, day, clock, level, process, thread, connection = found.groups()
    fields: Fields = {
        "time": f"{year}-{month}-{day}T{clock}",
        "level": level,
        "pid": int(process),
        "tid": int(thread),
    }
    if connection:
        fields["connection"] = int(connection)
    message, mark, context = text[found.end() :].partition(", client: ")
    fields["message"] = message
    if mark:
        _add_context(fields, context)
    _add_failed_login(fields, message)
    if start:
        fields |= {name: value for name, value in parse_line(record[:start]).items() if name == "host.name"}
    return fields


def _start(record: bytes) -> int:
    """Return where nginx's own part begins: 0, or after the syslog header that it or a relay put before it."""
    if record[:4].isdigit() and record[4:5] == b"/":
        return 0
    found = _SHAPE.search(record, 0, _LONGEST_HEADER)
    return found.start() if found else 0


def _add_context(fields: Fields, context: str) -> None:
    client, comma, rest = context.partition(",")
    fields["client"] = client
    for name, quoted, bare in _PART.findall(comma + rest):
        # The first of a name is nginx's own; a later one may be a client's, inside a header.
        fields.setdefault(name, quoted or bare)
    method, blank, target = fields.get("request", "").partition(" ")
    if blank and target:
        fields["cs-method"] = method
        fields["cs-uri"] = target.rpartition(" HTTP/")[0] or target


def _add_failed_login(fields: Fields, message: str) -> None:
    found = _USER.match(message) if message.startswith("user ") else None
    if found:
        fields["user.name"] = found[1]
        fields["event.action"] = "login"
        fields["event.outcome"] = "failure"


def _recognise(record: bytes, fields: Fields | None) -> int:
    if fields is not None:
        return 0
    if _SHAPE.match(record):
        return 95
    return 88 if _SYSLOG.match(record) and _SHAPE.search(record, 0, _LONGEST_HEADER) else 0


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="nginx_error",
    title="nginx error log",
    kind=Kind.LINE,
    parse=_parse,
    recognise=_recognise,
    carried=_LEVELS,
    route=_route,
    normalised={
        "message": ("message",),
        "log.level": ("level",),
        "process.pid": ("pid",),
        "process.thread.id": ("tid",),
        "host.name": ("host.name",),
        "source.ip": ("client",),
        "user.name": ("user.name",),
        "event.action": ("event.action",),
        "event.outcome": ("event.outcome",),
        "http.request.method": ("cs-method",),
        "http.request.referrer": ("referrer",),
        "url.original": ("cs-uri",),
        "url.domain": ("host",),
    },
    time=("time",),
)
