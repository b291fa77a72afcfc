"""GitLab audit events: the API's, the streamed ones, and the lines of audit_json.log."""

from tocsin.model.event import Fields, Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

# The API keeps these under `details`; audit_json.log and the stream have them (also) at the top.
_DETAILS = (
    "add",
    "as",
    "author_class",
    "author_email",
    "author_name",
    "change",
    "custom_message",
    "entity_path",
    "event_name",
    "failed_login",
    "from",
    "ip_address",
    "remove",
    "target_details",
    "target_id",
    "target_type",
    "to",
    "with",
)
_ROUTE = Route(
    logsources=(LogSource("gitlab", None, "audit"),),
    aliases={
        **{name: (f"details.{name}",) for name in _DETAILS},
        "event_name": ("event_type", "details.event_name"),
        "event_type": ("event_name", "details.event_name"),
    },
)
_MARKS = ("details", "target_type", "target_details", "entity_path", "ip_address")

_NORMALISED: dict[str, tuple[Path, ...]] = {
    "event.action": ("event_type", "event_name", "details.event_name"),
    "event.id": ("id",),
    "event.provider": ("meta.caller_id",),
    "message": ("custom_message", "details.custom_message"),
    "user.name": ("meta.user", "author_name", "details.author_name"),
    "user.id": ("author_id",),
    "user.email": ("author_email", "details.author_email"),
    "source.ip": ("ip_address", "details.ip_address", "meta.remote_ip"),
    "http.request.id": ("correlation_id",),
    "vcs.repository.name": ("meta.project", "entity_path", "details.entity_path"),
    "vcs.owner.name": ("meta.root_namespace",),
}


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or not isinstance(fields.get("entity_type"), str) or "object_kind" in fields:
        return 0
    if "author_id" not in fields and "author_name" not in fields:
        return 0
    return 92 if any(mark in fields for mark in _MARKS) else 60


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="gitlab_audit",
    title="GitLab audit events",
    kind=Kind.JSON,
    accounts="gitlab",
    parse=parse_object,
    recognise=_recognise,
    marks=("entity_type",),
    route=_route,
    normalised=_NORMALISED,
    time=("created_at", "time"),
    id=("id",),
)
