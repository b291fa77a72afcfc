"""Kubernetes API server audit: one `audit.k8s.io` Event a line, of any level and stage."""

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

# Where a pod's specification sits: in a pod, in what owns pods, and in a cron job.
_POD = (
    "requestObject.spec.",
    "requestObject.spec.template.spec.",
    "requestObject.spec.jobTemplate.spec.template.spec.",
)


def _in_pod(*names: str) -> tuple[str, ...]:
    return tuple(pod + name for name in names for pod in _POD)


_ROUTE = Route(
    # Public rules say the category "application" or none; a rule's None matches either.
    logsources=(LogSource("kubernetes", "application", "audit"),),
    aliases={
        "apiGroup": ("objectRef.apiGroup",),
        "namespace": ("objectRef.namespace",),
        "resource": ("objectRef.resource",),
        "subresource": ("objectRef.subresource",),
        "username": ("user.username",),
        "hostPath": _in_pod("volumes.hostPath.path"),
        "capabilities": _in_pod(
            "containers.securityContext.capabilities.add", "initContainers.securityContext.capabilities.add"
        ),
        "privileged": _in_pod("containers.securityContext.privileged"),
        "hostNetwork": _in_pod("hostNetwork"),
        "hostPID": _in_pod("hostPID"),
        "hostIPC": _in_pod("hostIPC"),
    },
)


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    version = fields.get("apiVersion")
    if isinstance(version, str) and version.startswith("audit.k8s.io/"):
        # A webhook's EventList is a document, not an event.
        return 97 if fields.get("kind") == "Event" else 0
    if "auditID" in fields:
        return 90 if "stage" in fields or "verb" in fields or "requestURI" in fields else 0
    return 80 if "verb" in fields and "objectRef" in fields else 0


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="kubernetes_audit",
    title="Kubernetes audit",
    kind=Kind.JSON,
    accounts="kubernetes",
    parse=parse_object,
    recognise=_recognise,
    marks=("apiVersion", "auditID", "objectRef"),
    route=_route,
    normalised={
        "event.action": ("verb",),
        "event.reason": ("annotations.authorization.k8s.io/reason",),
        "user.name": ("user.username",),
        "user.id": ("user.uid",),
        "user.roles": ("user.groups",),
        "user.effective.name": ("impersonatedUser.username",),
        "user.target.name": ("impersonatedUser.username",),
        "source.ip": ("sourceIPs",),
        "user_agent.original": ("userAgent",),
        "url.original": ("requestURI",),
        "http.response.status_code": ("responseStatus.code",),
        "error.message": ("responseStatus.message",),
        "orchestrator.api_version": ("objectRef.apiVersion",),
        "orchestrator.namespace": ("objectRef.namespace",),
        "orchestrator.resource.type": ("objectRef.resource",),
        "orchestrator.resource.name": (
            "objectRef.name",
            "requestObject.metadata.name",
            "responseObject.metadata.name",
        ),
        "host.name": ("requestObject.spec.nodeName", "responseObject.spec.nodeName"),
        "container.image.name": _in_pod("containers.image"),
        "process.args": ("requestObject.command",),
    },
    time=("requestReceivedTimestamp", "stageTimestamp", "timestamp"),
    id=("auditID",),
)
