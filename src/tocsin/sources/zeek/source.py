"""Zeek logs as JSON: the log's name is `_path`, or is told from fields that only that log has."""

from tocsin.errors import DataError
from tocsin.model.event import ABSENT, Fields, Value
from tocsin.ports.source import Kind, Route, Source, Unpack
from tocsin.sources.json_record import parse_object
from tocsin.sources.zeek import tsv
from tocsin.sources.zeek.routes import TELLTALES, route_of

_NAMES = ("_path", "@path")


def _parse(record: bytes) -> Fields:
    if record.startswith(b"#"):
        raise DataError("header line", "a tab-separated log is read by its header, from its start")
    return parse_object(record)


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or "ts" not in fields:
        return 0
    if isinstance(fields.get("_path"), str):
        return 95
    connection = "id.orig_h" in fields or (isinstance(fields.get("id"), dict) and "orig_h" in fields["id"])
    if connection:
        return 92
    return 85 if any(name in fields for name in TELLTALES) else 0


def _route(values: tuple[Value, ...]) -> Route:
    for name in values[: len(_NAMES)]:
        if isinstance(name, str) and name:
            return route_of(name)
    for (_, log), value in zip(TELLTALES.items(), values[len(_NAMES) :], strict=False):
        if value is not ABSENT:
            return route_of(log)
    return route_of("")


SOURCE = Source(
    name="zeek",
    title="Zeek network logs",
    kind=Kind.JSON,
    parse=_parse,
    recognise=_recognise,
    marks=("ts",),
    route=_route,
    route_by=(*_NAMES, *TELLTALES),
    glance=("_path",),
    unpack=Unpack(lambda head: head.startswith(b"#separator"), tsv.read),
    normalised={
        "source.ip": ("id.orig_h", "src"),
        "source.port": ("id.orig_p",),
        "source.bytes": ("orig_bytes",),
        "destination.ip": ("id.resp_h", "dst"),
        "destination.port": ("id.resp_p", "p"),
        "destination.bytes": ("resp_bytes",),
        "network.transport": ("proto",),
        "network.protocol": ("service",),
        "network.connection.id": ("uid",),
        "user.name": ("username", "user"),
        "observer.name": ("_system_name",),
        "event.action": ("action", "operation", "request_type", "command"),
        "event.duration": ("duration",),
        "dns.question.name": ("query",),
        "dns.question.type": ("qtype_name",),
        "dns.answers.data": ("answers",),
        "dns.response_code": ("rcode_name",),
        "http.request.method": ("method",),
        "http.request.referrer": ("referrer",),
        "http.response.status_code": ("status_code",),
        "url.domain": ("host",),
        "url.original": ("uri",),
        "user_agent.original": ("user_agent",),
        "tls.client.server_name": ("server_name",),
        "tls.client.ja3": ("ja3",),
        "tls.server.ja3s": ("ja3s",),
        "tls.cipher": ("cipher",),
        "x509.serial_number": ("certificate.serial",),
        "x509.subject.distinguished_name": ("certificate.subject",),
        "x509.issuer.distinguished_name": ("certificate.issuer",),
        "file.name": ("filename",),
        "file.mime_type": ("mime_type",),
        "file.size": ("total_bytes",),
        "file.hash.md5": ("md5",),
        "file.hash.sha1": ("sha1",),
        "file.hash.sha256": ("sha256",),
        "rule.name": ("note",),
        "message": ("msg",),
    },
    time=("ts", "_write_ts"),
)
