"""Google Cloud audit: Cloud Logging entries with an AuditLog payload, Google Workspace's among them."""

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

# Rules name the field as the entry does, as Pub/Sub wraps it (`data.`) or as Elastic flattens it.
_AUDIT = {
    "gcp.audit.method_name": ("protoPayload.methodName", "data.protoPayload.methodName"),
    "gcp.audit.service_name": ("protoPayload.serviceName", "data.protoPayload.serviceName"),
    "gcp.audit.resource_name": ("protoPayload.resourceName", "data.protoPayload.resourceName"),
    "data.protoPayload.methodName": ("protoPayload.methodName",),
    "data.protoPayload.serviceName": ("protoPayload.serviceName",),
    "data.protoPayload.resourceName": ("protoPayload.resourceName",),
    "data.protoPayload.resource.type": ("resource.type", "data.resource.type"),
    "data.protoPayload.logName": ("logName", "data.logName"),
    "data.protoPayload.authorizationInfo.permission": ("protoPayload.authorizationInfo.permission",),
    "data.protoPayload.authorizationInfo.granted": ("protoPayload.authorizationInfo.granted",),
    "data.protoPayload.authenticationInfo.principalEmail": (
        "protoPayload.authenticationInfo.principalEmail",
    ),
}
_WORKSPACE = {
    **_AUDIT,
    "eventService": ("protoPayload.serviceName",),
    "eventName": ("protoPayload.metadata.event.eventName",),
    "setting_name": ("protoPayload.metadata.event.parameter.value",),
    "new_value": ("protoPayload.metadata.event.parameter.value",),
    "protoPayload.Servicename": ("protoPayload.serviceName",),
}

_CLOUD = LogSource("gcp", None, "gcp.audit")
_PLAIN = Route(logsources=(_CLOUD,), aliases=_AUDIT)
_BY_SERVICE = {
    "admin.googleapis.com": Route((LogSource("gcp", None, "google_workspace.admin"), _CLOUD), _WORKSPACE),
    "login.googleapis.com": Route((LogSource("gcp", None, "google_workspace.login"), _CLOUD), _WORKSPACE),
    "oauth2.googleapis.com": Route((LogSource("gcp", None, "google_workspace.token"), _CLOUD), _WORKSPACE),
    "cloudidentity.googleapis.com": Route(
        (LogSource("gcp", None, "google_workspace.groups"), _CLOUD), _WORKSPACE
    ),
}


def _payload(fields: Fields) -> Value:
    payload = fields.get("protoPayload")
    if payload is None and isinstance(wrapped := fields.get("data"), dict):
        payload = wrapped.get("protoPayload")
    return payload


def _recognise(_: bytes, fields: Fields | None) -> int:
    payload = None if fields is None else _payload(fields)
    if not isinstance(payload, dict):
        return 0
    return 95 if "methodName" in payload or "serviceName" in payload else 40


def _route(values: tuple[Value, ...]) -> Route:
    service = next((value for value in values if isinstance(value, str)), "")
    return _BY_SERVICE.get(service.lower(), _PLAIN)


def _payload_paths(*names: str) -> tuple[str, ...]:
    return tuple(f"{root}protoPayload.{name}" for name in names for root in ("", "data."))


SOURCE = Source(
    name="gcp_audit",
    title="Google Cloud audit",
    kind=Kind.JSON,
    accounts="google",
    parse=parse_object,
    recognise=_recognise,
    marks=("protoPayload",),
    route=_route,
    route_by=_payload_paths("serviceName"),
    normalised={
        "event.action": (*_payload_paths("metadata.event.eventName"), *_payload_paths("methodName")),
        "event.provider": _payload_paths("serviceName"),
        "error.code": _payload_paths("status.code"),
        "error.message": _payload_paths("status.message"),
        "user.name": _payload_paths(
            "authenticationInfo.principalEmail", "authenticationInfo.principalSubject"
        ),
        "user.id": _payload_paths("authenticationInfo.serviceAccountKeyName"),
        "user.effective.name": _payload_paths(
            "authenticationInfo.serviceAccountDelegationInfo.firstPartyPrincipal.principalEmail"
        ),
        "user.target.name": _payload_paths("request.user.name", "request.service_account.email_id"),
        "source.ip": _payload_paths("requestMetadata.callerIp", "requestMetadata.callerIP"),
        "user_agent.original": _payload_paths("requestMetadata.callerSuppliedUserAgent"),
        "http.response.status_code": _payload_paths("response.code"),
        "cloud.account.id": ("resource.labels.project_id", "data.resource.labels.project_id"),
        "cloud.project.id": ("resource.labels.project_id", "data.resource.labels.project_id"),
        "cloud.region": ("resource.labels.location", "resource.labels.zone", "data.resource.labels.location"),
        "cloud.service.name": _payload_paths("serviceName"),
        "cloud.instance.id": ("resource.labels.instance_id",),
        "orchestrator.cluster.name": ("resource.labels.cluster_name",),
        "gcp.audit.resource_name": _payload_paths("resourceName"),
        "log.level": ("severity", "data.severity"),
    },
    time=("timestamp", "data.timestamp", "receiveTimestamp"),
    id=("insertId", "data.insertId"),
)
