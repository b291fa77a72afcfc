"""Suricata's EVE JSON: every event says its kind in `event_type`."""

from functools import lru_cache
from typing import TypeAlias

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

_Aliases: TypeAlias = dict[str, tuple[str, ...]]

_ENDS: _Aliases = {
    "dst_ip": ("dest_ip",),
    "dst_port": ("dest_port",),
    "SourceIp": ("src_ip",),
    "SourcePort": ("src_port",),
    "DestinationIp": ("dest_ip",),
    "DestinationPort": ("dest_port",),
    "action": ("alert.action", "verdict.action"),
}
# Versions 4 to 7 name the question dns.rrname, version 8 lists it under dns.queries.
_QUESTION = ("dns.rrname", "dns.queries.rrname", "dns.query.rrname")
_QUESTION_TYPE = ("dns.rrtype", "dns.queries.rrtype", "dns.query.rrtype")
_ANSWERS = ("dns.answers.rdata", "dns.answer.rdata", "dns.grouped.*", "dns.rdata")
_DNS: _Aliases = {
    "query": _QUESTION,
    "QueryName": _QUESTION,
    "record_type": _QUESTION_TYPE,
    "answer": _ANSWERS,
    "QueryResults": _ANSWERS,
}
_HTTP: _Aliases = {
    "c-ip": ("src_ip",),
    "c-uri": ("http.url",),
    "cs-uri": ("http.url",),
    "c-uri-query": ("http.url",),
    "cs-uri-query": ("http.url",),
    "c-uri-stem": ("http.url",),
    "cs-uri-stem": ("http.url",),
    "c-useragent": ("http.http_user_agent",),
    "cs-user-agent": ("http.http_user_agent",),
    "cs-method": ("http.http_method",),
    "cs-host": ("http.hostname",),
    "r-dns": ("http.hostname",),
    "cs-referer": ("http.http_refer",),
    "cs-referrer": ("http.http_refer",),
    "cs-version": ("http.protocol",),
    "sc-status": ("http.status",),
    "sc-bytes": ("http.length",),
}
_CATEGORIES: dict[str, tuple[str, ...]] = {
    "alert": ("ids",),
    "dns": ("dns",),
    "http": ("proxy", "webserver"),
    "flow": ("firewall", "network_connection"),
    "netflow": ("firewall", "network_connection"),
}


@lru_cache(maxsize=256)
def _route_of(kind: str) -> Route:
    categories: tuple[str | None, ...] = _CATEGORIES.get(kind, (None,))
    return Route(
        logsources=tuple(LogSource("suricata", category, kind or None) for category in categories),
        # An alert carries the application's record that it fired on.
        aliases={**_ENDS, **_DNS, **_HTTP},
    )


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or not isinstance(fields.get("event_type"), str) or "timestamp" not in fields:
        return 0
    return 95 if "flow_id" in fields or "src_ip" in fields or "stats" in fields else 40


def _route(values: tuple[Value, ...]) -> Route:
    kind = values[0] if values else ""
    return _route_of(kind[:64] if isinstance(kind, str) else "")


SOURCE = Source(
    name="suricata",
    title="Suricata EVE",
    kind=Kind.JSON,
    parse=parse_object,
    recognise=_recognise,
    marks=("event_type",),
    route=_route,
    route_by=("event_type",),
    normalised={
        "event.action": ("alert.action", "verdict.action"),
        "event.severity": ("alert.severity",),
        "rule.id": ("alert.signature_id",),
        "rule.name": ("alert.signature",),
        "rule.category": ("alert.category",),
        "source.ip": ("src_ip",),
        "source.port": ("src_port",),
        "destination.ip": ("dest_ip",),
        "destination.port": ("dest_port",),
        "network.transport": ("proto",),
        "network.protocol": ("app_proto",),
        "network.connection.id": ("flow_id",),
        "network.community_id": ("community_id",),
        "observer.name": ("host",),
        "observer.ingress.interface.name": ("in_iface",),
        "dns.question.name": _QUESTION,
        "dns.question.type": _QUESTION_TYPE,
        "dns.answers.data": _ANSWERS,
        "dns.response_code": ("dns.rcode",),
        "http.request.method": ("http.http_method",),
        "http.request.referrer": ("http.http_refer",),
        "http.response.status_code": ("http.status",),
        "url.domain": ("http.hostname",),
        "url.original": ("http.url",),
        "user_agent.original": ("http.http_user_agent",),
        "user.name": ("ftp.user", "smb.ntlmssp.user", "krb5.cname"),
        "tls.client.server_name": ("tls.sni",),
        "tls.client.ja3": ("tls.ja3.hash",),
        "tls.version": ("tls.version",),
        "x509.serial_number": ("tls.serial",),
        "x509.subject.distinguished_name": ("tls.subject",),
        "x509.issuer.distinguished_name": ("tls.issuerdn",),
        "file.name": ("fileinfo.filename", "files.filename"),
        "file.size": ("fileinfo.size",),
        "file.hash.md5": ("fileinfo.md5",),
        "file.hash.sha256": ("fileinfo.sha256",),
        "vlan.id": ("vlan",),
    },
    time=("timestamp",),
)
