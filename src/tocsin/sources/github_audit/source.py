"""GitHub's audit log, organisation or enterprise: REST API, streamed or exported, one event a record."""

from tocsin.model.event import Fields, Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

# The export of the web page nests what belongs to one kind of event under `data`; the API and the
# stream do not. Rules use the flat names.
_NESTED = (
    "branch",
    "config.insecure_ssl",
    "config.url",
    "environment_name",
    "events",
    "hook_id",
    "key",
    "name",
    "new_repo_permission",
    "old_permission",
    "permission",
    "previous_visibility",
    "public_repo",
    "read_only",
    "repository_selection",
    "team",
    "user",
    "visibility",
)
_ROUTE = Route(
    logsources=(LogSource("github", None, "audit"),),
    aliases={
        **{name: (f"data.{name}",) for name in _NESTED},
        "repo": ("repository",),
        "country_code": ("actor_location.country_code",),
    },
)
# Beside a dotted action, any of these says that it is GitHub's.
_COMPANIONS = ("org", "org_id", "business", "repo", "actor_id", "operation_type", "programmatic_access_type")


def _dotted(action: Value) -> bool:
    """Tell whether this looks like `repo.create`: a category and what was done, in lower case."""
    return (
        isinstance(action, str)
        and "." in action[1:-1]
        and len(action) < 120
        and action.replace(".", "").replace("_", "").isalnum()
        and action == action.lower()
    )


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or not _dotted(fields.get("action")):
        return 0
    if "_document_id" in fields:
        return 95
    if "actor" not in fields:
        return 60 if "org" in fields or "business" in fields else 0
    return 90 if any(name in fields for name in _COMPANIONS) else 70


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


_NORMALISED: dict[str, tuple[Path, ...]] = {
    "event.action": ("action",),
    "event.id": ("_document_id",),
    "event.reason": ("reason", "explanation"),
    "user.name": ("actor",),
    "user.id": ("actor_id",),
    "user.email": ("external_identity_nameid",),
    "user.target.name": ("user", "data.user", "invitee", "collaborator", "blocked_user"),
    "user.target.id": ("user_id",),
    "user.target.roles": ("permission", "data.permission", "new_repo_permission"),
    "group.name": ("team", "data.team"),
    "organization.name": ("org", "business"),
    "organization.id": ("org_id", "business_id"),
    "source.ip": ("actor_ip",),
    "source.geo.country_iso_code": ("actor_location.country_code", "country_code"),
    "user_agent.original": ("user_agent",),
    "network.protocol": ("transport_protocol_name",),
    "http.request.method": ("request_method",),
    "http.request.id": ("request_id",),
    "http.response.status_code": ("status_code",),
    "url.path": ("url_path",),
    "url.query": ("query_string",),
    "url.full": ("config.url", "data.config.url"),
    "rule.name": ("ruleset_name",),
    "rule.id": ("ruleset_id",),
    "vcs.repository.name": ("repo", "repository"),
    "vcs.owner.name": ("org",),
    "vcs.ref.head.name": ("head_branch", "branch", "data.branch", "ref"),
    "vcs.ref.head.revision": ("head_sha", "after", "commit_oid"),
    "vcs.ref.base.revision": ("before",),
    "vcs.change.id": ("pull_request_id",),
    "vcs.change.title": ("pull_request_title",),
    "cicd.pipeline.name": ("job_workflow_ref",),
    "cicd.pipeline.run.id": ("workflow_run_id",),
    "cicd.pipeline.result": ("conclusion",),
    "cicd.pipeline.task.name": ("job_name",),
    "cicd.worker.id": ("runner_id",),
    "cicd.worker.name": ("runner_name",),
    "deployment.environment.name": ("environment_name", "data.environment_name"),
}

SOURCE = Source(
    name="github_audit",
    title="GitHub audit log",
    kind=Kind.JSON,
    accounts="github",
    parse=parse_object,
    recognise=_recognise,
    marks=("action",),
    route=_route,
    normalised=_NORMALISED,
    time=("@timestamp", "created_at", "at_sign_timestamp"),
    id=("_document_id",),
)
