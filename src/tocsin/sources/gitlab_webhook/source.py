"""GitLab webhooks and system hooks: the payload as delivered, alone or in a wrapper with its headers."""

from tocsin.model.event import Fields, Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

_ROOTS = ("", "payload.", "request_data.")
_ROUTE = Route(logsources=(LogSource("gitlab", None, "webhook"),))
# System hooks have no object_kind; one of these tells them from any other record with an event_name.
_SYSTEM = (
    "project_id",
    "path_with_namespace",
    "user_id",
    "username",
    "user_username",
    "group_id",
    "group_path",
)


def _everywhere(*paths: Path) -> tuple[Path, ...]:
    return tuple(root + path for root in _ROOTS for path in paths)


_NORMALISED = {
    name: _everywhere(*paths)
    for name, paths in {
        "event.action": ("object_kind", "event_name"),
        "user.name": ("user_username", "user.username", "user_name", "username"),
        "user.id": ("user_id", "user.id"),
        "user.email": ("user_email", "user.email"),
        "vcs.repository.name": (
            "project.path_with_namespace",
            "path_with_namespace",
            "project_path_with_namespace",
        ),
        "vcs.repository.url.full": ("project.web_url",),
        "vcs.owner.name": ("project.namespace", "group_path"),
        "vcs.ref.head.name": ("object_attributes.source_branch", "object_attributes.ref", "ref"),
        "vcs.ref.head.revision": (
            "object_attributes.last_commit.id",
            "object_attributes.sha",
            "checkout_sha",
            "sha",
        ),
        "vcs.ref.base.name": ("object_attributes.target_branch",),
        "vcs.ref.base.revision": ("before", "object_attributes.before_sha", "before_sha"),
        "vcs.change.id": ("merge_request.iid", "object_attributes.iid"),
        "vcs.change.title": ("object_attributes.title",),
        "vcs.change.state": ("object_attributes.state",),
        "cicd.pipeline.name": ("object_attributes.name",),
        "cicd.pipeline.run.id": ("pipeline_id",),
        "cicd.pipeline.result": ("object_attributes.detailed_status", "build_status"),
        "cicd.pipeline.task.name": ("build_name",),
        "cicd.pipeline.task.run.id": ("build_id",),
        "cicd.worker.id": ("runner.id",),
        "cicd.worker.name": ("runner.description",),
        "deployment.environment.name": ("environment",),
        "deployment.id": ("deployment_id",),
    }.items()
}


def _weigh(payload: Fields) -> int:
    if "entity_type" in payload:
        return 0
    if isinstance(payload.get("object_kind"), str):
        return 92
    if isinstance(payload.get("event_name"), str) and any(name in payload for name in _SYSTEM):
        return 85
    return 0


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    inner = (fields.get("payload"), fields.get("request_data"))
    return max(_weigh(payload) for payload in (fields, *inner) if isinstance(payload, dict))


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="gitlab_webhook",
    title="GitLab webhooks",
    kind=Kind.JSON,
    accounts="gitlab",
    parse=parse_object,
    recognise=_recognise,
    marks=("object_kind", "event_name"),
    route=_route,
    normalised=_NORMALISED,
    time=(
        *("received_at", "timestamp", "@timestamp"),
        *_everywhere(
            "object_attributes.updated_at",
            "object_attributes.created_at",
            "status_changed_at",
            "build_created_at",
            "updated_at",
            "created_at",
        ),
    ),
    id=("headers.X-Gitlab-Event-UUID", "headers.X-Gitlab-Webhook-UUID"),
    roots=_ROOTS,
)
