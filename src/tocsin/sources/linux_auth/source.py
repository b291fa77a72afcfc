"""/var/log/auth.log and /var/log/secure: sshd, sudo, su, PAM, account programs, logind, cron."""

import re

from tocsin.model.event import Fields
from tocsin.ports.source import Kind, Source
from tocsin.sources.linux.header import parse_line
from tocsin.sources.linux.messages import read_message
from tocsin.sources.linux.names import NORMALISED
from tocsin.sources.linux.routes import AUTH_PROGRAMS, ROUTE_BY, route

_TAG = re.compile(
    rb"(?:\d{1,6} )?(?:<\d{1,3}>)?(?:1 )?"
    rb"(?:[A-Z][a-z][a-z] {1,2}\d{1,2}(?: \d{4})? \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)[^ ]{0,40}"
    rb" (?:[^ ]{1,256} )?([A-Za-z][A-Za-z0-9_.-]{0,60})[\[(: ]"
)
_ALSO = frozenset({"CRON", "systemd"})


def _parse(record: bytes) -> Fields:
    return read_message(parse_line(record))


def _recognise(record: bytes, fields: Fields | None) -> int:
    if fields is not None or not (found := _TAG.match(record[:600])):
        return 0
    program = found[1].decode()
    if program in AUTH_PROGRAMS:
        return 90
    return 80 if program in _ALSO and b"pam_" in record[:600] else 0


SOURCE = Source(
    name="linux_auth",
    title="Linux authentication log",
    kind=Kind.LINE,
    accounts="host",
    parse=_parse,
    recognise=_recognise,
    route=route,
    route_by=ROUTE_BY,
    maps=("log.syslog.structured_data",),
    normalised=NORMALISED,
    time=("timestamp",),
)
