"""JSON in the Elastic Common Schema: Filebeat, Auditbeat, Packetbeat, Elastic Agent, ECS loggers."""

from tocsin.model.event import Fields
from tocsin.ports.source import Kind, Source
from tocsin.sources.ecs.names import NORMALISED
from tocsin.sources.ecs.routes import ROUTE_BY, route
from tocsin.sources.json_record import parse_object

_TOLD = ("category", "kind", "dataset", "module", "action", "code")
_FLAT = tuple(f"event.{name}" for name in _TOLD)


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or "@timestamp" not in fields:
        return 0
    if "winlog" in fields or "winlog.channel" in fields:
        return 0  # Winlogbeat's events have a source of their own, which knows their channels
    if "ecs" in fields or "ecs.version" in fields:
        return 84
    event = fields.get("event")
    if isinstance(event, dict) and any(name in event for name in _TOLD):
        return 80
    if any(name in fields for name in _FLAT):
        return 80
    return 55 if "agent" in fields or "agent.type" in fields or "beat" in fields else 0


SOURCE = Source(
    name="ecs",
    title="Elastic Common Schema",
    kind=Kind.JSON,
    parse=parse_object,
    recognise=_recognise,
    marks=("ecs", "ecs.version", "event", '"event.', "agent", "agent.type", "beat"),
    route=route,
    route_by=ROUTE_BY,
    # Auditd's and Kubernetes' own names, which their public rules use, are kept below these.
    roots=("", "auditd.data.", "kubernetes.audit."),
    normalised=NORMALISED,
    time=("@timestamp", "event.created", "event.start"),
    id=("event.id",),
)
