"""Azure and Entra ID: activity, audit and sign-in logs, risk detections and PIM alerts as exported."""

from tocsin.model.event import Fields
from tocsin.ports.source import Kind, Source
from tocsin.sources.azure.route import ROUTE_BY, route
from tocsin.sources.json_record import parse_object

_HINTS = (
    "correlationId",
    "resourceId",
    "tenantId",
    "resultType",
    "callerIpAddress",
    "properties",
    "operationVersion",
)
_DECISIVE = ("operationName", "operationNameValue", "activityDisplayName", "riskEventType")
_ALSO = ("riskState", "riskLevel")


def _spellings(word: str) -> tuple[str, ...]:
    """As Azure's own services write it, as Log Analytics does, and as some exporters do."""
    return word, word[0].upper() + word[1:], word.lower()


_SPELT = {spelling: word.lower() for word in (*_HINTS, *_DECISIVE, *_ALSO) for spelling in _spellings(word)}


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    names = {_SPELT[name] for name in fields if name in _SPELT}
    hints = sum(hint.lower() in names for hint in _HINTS)
    if "riskeventtype" in names:
        return 90 if hints or "riskstate" in names or "risklevel" in names else 50
    if not names & {"operationname", "operationnamevalue", "activitydisplayname"}:
        return 80 if hints >= 5 and "operationversion" in names else 0
    return 92 if hints >= 3 else 60 if hints == 2 else 0


def _either(*names: str) -> tuple[str, ...]:
    return tuple(root + name for name in names for root in ("properties.", ""))


SOURCE = Source(
    name="azure",
    title="Azure and Entra ID",
    kind=Kind.JSON,
    accounts="entra",
    parse=parse_object,
    recognise=_recognise,
    marks=tuple(
        f'"{spelling}'
        for word in ("operationName", "operationVersion", "activityDisplayName", "riskEventType")
        for spelling in _spellings(word)
    ),
    route=route,
    route_by=ROUTE_BY,
    # Exports wrap what the log says in `properties`; the API and Log Analytics do not.
    roots=("properties.", ""),
    normalised={
        "event.action": (
            "operationName.value",
            "operationName",
            "operationname",
            "OperationNameValue",
            *_either("activityDisplayName"),
        ),
        "event.outcome": (*_either("result"), "resultType", "resulttype", "status.value", "resultSignature"),
        "event.reason": (*_either("resultReason", "status.failureReason"), "resultDescription"),
        "event.provider": _either("loggedByService", "appDisplayName", "resourceProviderName.value"),
        "rule.name": _either("riskEventType", "alertDefinitionId"),
        "error.code": _either("status.errorCode"),
        "user.name": (
            *_either(
                "userPrincipalName", "initiatedBy.user.userPrincipalName", "initiatedBy.app.displayName"
            ),
            "identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
            "identity.claims.name",
            "claims.name",
            "identity.claims.appid",
            *_either("servicePrincipalName", "userDisplayName", "caller", "Caller"),
        ),
        "user.id": _either("userId", "initiatedBy.user.id", "servicePrincipalId"),
        "user.target.name": _either("targetResources.userPrincipalName"),
        "source.ip": (
            *_either("ipAddress"),
            "callerIpAddress",
            "calleripaddress",
            *_either("initiatedBy.user.ipAddress"),
            "httpRequest.clientIpAddress",
            "CallerIpAddress",
        ),
        "source.geo.country_iso_code": _either("location.countryOrRegion"),
        "source.geo.city_name": _either("location.city"),
        "user_agent.original": _either("userAgent"),
        "cloud.account.id": ("tenantId", "tenantid", "TenantId", "subscriptionId"),
        "cloud.service.name": _either("resourceDisplayName"),
        "host.name": _either("deviceDetail.displayName"),
        "host.os.name": _either("deviceDetail.operatingSystem"),
        "azure.resource.id": ("resourceId", "resourceid", "ResourceId"),
        "azure.correlation_id": ("correlationId", "correlationid"),
    },
    time=("time", "eventTimestamp", "TimeGenerated", *_either("createdDateTime", "activityDateTime")),
    id=_either("id", "eventDataId"),
)
