"""Syslog lines of any program, RFC 3164 or RFC 5424; what known programs say is taken apart too."""

import re

from tocsin.model.event import Fields
from tocsin.ports.source import Kind, Source
from tocsin.sources.linux.header import parse_line
from tocsin.sources.linux.messages import read_message
from tocsin.sources.linux.names import NORMALISED
from tocsin.sources.linux.routes import ROUTE_BY, route

_STAMP = (
    rb"(?:[A-Z][a-z][a-z] {1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^ ]{0,40})"
)
_PRI = rb"(?:\d{1,6} )?<\d{1,3}>"
_CERTAIN = re.compile(_PRI + rb"(?:\d{1,2} )?(?:-|" + _STAMP + rb") ")
_USUAL = re.compile(_STAMP + rb" [^ ]{1,256} [^ \[:]{1,128}(?:\[[^\] ]{1,20}\])?: ")
_POSSIBLE = re.compile(rb"(?:" + _PRI + rb"|[A-Z][a-z][a-z] {1,2}\d{1,2} \d\d:\d\d:\d\d )")


def _parse(record: bytes) -> Fields:
    return read_message(parse_line(record))


def _recognise(record: bytes, fields: Fields | None) -> int:
    if fields is not None:
        return 0
    head = record[:600]
    if _CERTAIN.match(head) or _USUAL.match(head):
        return 60
    return 30 if _POSSIBLE.match(head) else 0


SOURCE = Source(
    name="syslog",
    title="Syslog",
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
