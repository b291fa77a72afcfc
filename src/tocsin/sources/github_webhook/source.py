"""GitHub webhooks: the payload as delivered, alone or in a wrapper that kept the headers."""

from tocsin.model.event import Fields, Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.github_webhook.fields import ID, NORMALISED, ROOTS, TIME
from tocsin.sources.json_record import parse_object

# The event's name is a header, not a part of the payload: present only where a wrapper kept it.
_EVENT: tuple[Path, ...] = (
    "headers.X-GitHub-Event",
    "headers.x-github-event",
    "request.headers.X-GitHub-Event",
    "X-GitHub-Event",
    "event",
)
_ROUTE = Route(logsources=(LogSource("github", None, "webhook"),), aliases={"webhook.event": _EVENT})
_HEADERS = ("X-GitHub-Event", "x-github-event", "X-GitHub-Delivery", "x-github-delivery")
# One of these beside repository, organization or sender makes it a payload of GitHub's.
_KINDS = frozenset(
    (
        "action",
        "pusher",
        "commits",
        "pull_request",
        "issue",
        "comment",
        "review",
        "workflow_run",
        "workflow_job",
        "check_run",
        "check_suite",
        "deployment",
        "deployment_status",
        "release",
        "alert",
        "hook",
        "forkee",
        "pages",
        "member",
        "team",
        "ref_type",
        "sha",
        "client_payload",
        "package",
        "registry_package",
        "rule",
        "thread",
        "milestone",
        "label",
        "discussion",
        "installation",
    )
)


def _mapping(value: Value) -> Fields:
    return value if isinstance(value, dict) else {}


def _weigh(payload: Fields) -> int:
    """Return how sure the payload's own keys make us."""
    if "object_kind" in payload or "." in str(payload.get("action", "")):
        return 0
    marks = ("full_name" in _mapping(payload.get("repository"))) + (
        "login" in _mapping(payload.get("sender"))
    )
    marks += "login" in _mapping(payload.get("organization"))
    if not marks:
        return 0
    return min(80 + 5 * marks, 90) if not _KINDS.isdisjoint(payload) else 40


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    request = _mapping(fields.get("request"))
    payload = _mapping(fields.get("payload")) or _mapping(request.get("payload"))
    if not payload:
        return _weigh(fields)
    headers = {**fields, **_mapping(fields.get("headers")), **_mapping(request.get("headers"))}
    return 96 if any(name in headers for name in _HEADERS) else _weigh(payload)


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="github_webhook",
    title="GitHub webhooks",
    kind=Kind.JSON,
    parse=parse_object,
    recognise=_recognise,
    route=_route,
    normalised=NORMALISED,
    time=TIME,
    id=ID,
    roots=ROOTS,
)
