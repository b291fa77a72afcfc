"""OpenTelemetry log records, one flat JSON object each: what `otlp.records` makes, or an exporter writes."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from tocsin.errors import DataError
from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object
from tocsin.sources.otel_log import otlp

_Aliases: TypeAlias = dict[str, tuple[str, ...]]

# OpenTelemetry's semantic conventions for HTTP, the stable names and those before 2024.
_WEB: _Aliases = {
    "c-ip": ("client.address", "http.client_ip", "network.peer.address"),
    "cs-method": ("http.request.method", "http.method"),
    "cs-uri": ("url.full", "http.url", "http.target", "url.path"),
    "c-uri": ("url.full", "http.url", "http.target", "url.path"),
    "cs-uri-stem": ("url.path", "http.target"),
    "cs-uri-query": ("url.query", "http.target", "url.path"),
    "cs-host": ("server.address", "http.host"),
    "cs-user-agent": ("user_agent.original", "http.user_agent"),
    "c-useragent": ("user_agent.original", "http.user_agent"),
    "sc-status": ("http.response.status_code", "http.status_code"),
}
_PROCESS: _Aliases = {
    "Image": ("process.executable.path",),
    "CommandLine": ("process.command_line", "process.command"),
    "User": ("process.owner", "user.name"),
}
_ROOTS = ("", "attributes.", "resource.attributes.", "body.")


def _parse(record: bytes) -> Fields:
    fields = parse_object(record)
    if "resourceLogs" in fields:
        raise DataError("an export, not a log record", "it is unwrapped by otlp.records")
    return fields


@lru_cache(maxsize=256)
def _route_of(category: str | None, service: str | None) -> Route:
    return Route(logsources=(LogSource(None, category, service),), aliases={**_WEB, **_PROCESS})


def _expand(record: bytes) -> Iterator[bytes]:
    return otlp.records(record) if b'"resourceLogs"' in record else iter((record,))


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    if isinstance(fields.get("resourceLogs"), list):
        return 95
    if ("timeUnixNano" in fields or "observedTimeUnixNano" in fields) and (
        "body" in fields or "attributes" in fields
    ):
        return 92
    exported = {"Body", "SeverityText", "Timestamp"} <= fields.keys()
    return 80 if exported and ("Attributes" in fields or "Resource" in fields) else 0


def _route(values: tuple[Value, ...]) -> Route:
    service, method, old_method = values
    category = "webserver" if isinstance(method, str) or isinstance(old_method, str) else None
    return _route_of(category, service.lower()[:64] if isinstance(service, str) and service else None)


def _attribute(*names: str) -> tuple[str, ...]:
    return tuple(f"{place}{name}" for name in names for place in ("attributes.", "Attributes.", "body."))


def _resource(*names: str) -> tuple[str, ...]:
    return tuple(f"{place}{name}" for name in names for place in ("resource.attributes.", "Resource."))


SOURCE = Source(
    name="otel_log",
    title="OpenTelemetry logs",
    kind=Kind.JSON,
    parse=_parse,
    recognise=_recognise,
    marks=("resourceLogs", "timeUnixNano", "observedTimeUnixNano", "SeverityText"),
    route=_route,
    route_by=("resource.attributes.service.name", "attributes.http.request.method", "attributes.http.method"),
    roots=_ROOTS,
    expand=_expand,
    normalised={
        "message": ("body", "Body"),
        "log.level": ("severityText", "SeverityText"),
        "event.action": ("eventName", *_attribute("event.name")),
        "trace.id": ("traceId", "TraceId"),
        "span.id": ("spanId", "SpanId"),
        "service.name": _resource("service.name"),
        "service.version": _resource("service.version"),
        "host.name": _resource("host.name", "k8s.node.name"),
        "user.name": _attribute("user.name", "enduser.id"),
        "user.id": _attribute("user.id"),
        "source.ip": _attribute("client.address", "source.address", "http.client_ip", "network.peer.address"),
        "source.port": _attribute("client.port", "source.port"),
        "destination.ip": _attribute("destination.address"),
        "http.request.method": _attribute("http.request.method", "http.method"),
        "http.response.status_code": _attribute("http.response.status_code", "http.status_code"),
        "url.original": _attribute("url.full", "http.url", "http.target"),
        "url.path": _attribute("url.path"),
        "url.query": _attribute("url.query"),
        "url.domain": _attribute("server.address", "http.host"),
        "user_agent.original": _attribute("user_agent.original", "http.user_agent"),
        "process.name": _resource("process.executable.name"),
        "process.executable": _resource("process.executable.path"),
        "process.command_line": _resource("process.command_line", "process.command"),
        "process.pid": _resource("process.pid"),
        "file.path": _attribute("log.file.path"),
        "container.id": _resource("container.id"),
        "container.image.name": _resource("container.image.name"),
        "orchestrator.namespace": _resource("k8s.namespace.name"),
        "orchestrator.resource.name": _resource("k8s.pod.name"),
        "cloud.account.id": _resource("cloud.account.id"),
        "cloud.region": _resource("cloud.region"),
        "vcs.repository.name": (*_attribute("vcs.repository.name"), *_resource("vcs.repository.name")),
        "vcs.owner.name": (*_attribute("vcs.owner.name"), *_resource("vcs.owner.name")),
        "vcs.ref.head.name": (*_attribute("vcs.ref.head.name"), *_resource("vcs.ref.head.name")),
        "vcs.change.id": (*_attribute("vcs.change.id"), *_resource("vcs.change.id")),
        "cicd.pipeline.name": (*_attribute("cicd.pipeline.name"), *_resource("cicd.pipeline.name")),
        "cicd.pipeline.run.id": (*_attribute("cicd.pipeline.run.id"), *_resource("cicd.pipeline.run.id")),
        "artifact.hash": _attribute("artifact.hash"),
    },
    time=("timeUnixNano", "Timestamp", "observedTimeUnixNano", "ObservedTimestamp"),
)
