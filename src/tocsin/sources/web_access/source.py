"""Access logs of nginx, Apache and all that write as they do: common, combined, with virtual host."""

import re

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.web_access.parser import parse

# The format does not say which server wrote it, so rules for either are meant for it.
_ROUTE = Route(
    logsources=(LogSource("apache", "webserver", "apache"), LogSource("nginx", "webserver", "nginx")),
    aliases={
        "c-uri": ("cs-uri",),
        "c-uri-stem": ("cs-uri-stem",),
        "c-uri-query": ("cs-uri-query",),
        "c-useragent": ("cs-user-agent",),
        "cs-useragent": ("cs-user-agent",),
        "cs-referrer": ("cs-referer",),
        "r-dns": ("cs-host",),
        "src_ip": ("c-ip",),
        "clientip": ("c-ip",),
        "remote_addr": ("c-ip",),
        "remote_user": ("cs-username",),
        "request_method": ("cs-method",),
        "request_uri": ("cs-uri",),
        "status": ("sc-status",),
        "body_bytes_sent": ("sc-bytes",),
        "http_referer": ("cs-referer",),
        "http_user_agent": ("cs-user-agent",),
        "http_x_forwarded_for": ("x-forwarded-for",),
    },
)

_SHAPE = re.compile(
    rb'\[(?:\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[^\]"\s]{0,10}'
    rb'(?: [+-]\d{4})?\] "[^"]*'
)


def _recognise(record: bytes, fields: Fields | None) -> int:
    if fields is not None or record.startswith(b"["):
        return 0
    return 90 if _SHAPE.search(record, 0, 2048) else 0


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="web_access",
    title="Web server access log (nginx, Apache)",
    kind=Kind.LINE,
    parse=parse,
    recognise=_recognise,
    carried=('] "',),
    route=_route,
    normalised={
        "source.ip": ("c-ip",),
        "user.name": ("cs-username",),
        "host.name": ("host.name",),
        "url.domain": ("cs-host",),
        "url.original": ("cs-uri",),
        "url.path": ("cs-uri-stem",),
        "url.query": ("url.query",),
        "http.request.method": ("cs-method",),
        "http.request.referrer": ("cs-referer",),
        "http.response.status_code": ("sc-status",),
        "http.response.body.bytes": ("sc-bytes",),
        "user_agent.original": ("cs-user-agent",),
        "network.forwarded_ip": ("x-forwarded-for",),
    },
    time=("time",),
)
