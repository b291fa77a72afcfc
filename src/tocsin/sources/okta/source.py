"""Okta System Log: one LogEvent, as the API returns it; names in lower case are read as well."""

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

# Some shippers and older rules write these names in lower case; each spelling finds the other.
_CAMEL = (
    "eventType",
    "legacyEventType",
    "displayMessage",
    "outcome.result",
    "outcome.reason",
    "actor.alternateId",
    "actor.displayName",
    "target.alternateId",
    "target.displayName",
    "client.ipAddress",
    "client.userAgent.rawUserAgent",
    "debugContext.debugData.requestUri",
    "debugContext.debugData.behaviors",
    "debugContext.debugData.logOnlySecurityData",
    "debugContext.debugData.risk",
    "debugContext.debugData.threatSuspected",
    "securityContext.isProxy",
    "securityContext.asOrg",
    "authenticationContext.externalSessionId",
)


def _lower_root(name: str) -> str:
    root, dot, rest = name.partition(".")
    return root.lower() + dot + rest


_ALIASES = {
    **{name: (_lower_root(name), name.lower()) for name in _CAMEL},
    **{name.lower(): (name, _lower_root(name)) for name in _CAMEL},
}
_ROUTE = Route(logsources=(LogSource("okta", None, "okta"),), aliases=_ALIASES)


def _both(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((name, _lower_root(name))))


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or ("eventType" not in fields and "eventtype" not in fields):
        return 0
    own = sum(
        name in fields
        for name in ("actor", "outcome", "published", "displayMessage", "legacyEventType", "uuid")
    )
    lowered = "displaymessage" in fields or "legacyeventtype" in fields
    if own >= 3 or (own and lowered):
        return 93
    return 60 if "actor" in fields and "client" in fields else 0


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="okta",
    title="Okta System Log",
    kind=Kind.JSON,
    accounts="okta",
    parse=parse_object,
    recognise=_recognise,
    marks=("actor", "published", "displayMessage", "legacyEventType", "displaymessage", "legacyeventtype"),
    route=_route,
    normalised={
        "event.action": _both("eventType"),
        "event.outcome": ("outcome.result",),
        "event.reason": ("outcome.reason",),
        "log.level": ("severity",),
        "message": _both("displayMessage"),
        "user.name": ("actor.alternateId", "actor.displayName"),
        "user.full_name": ("actor.displayName",),
        "user.id": ("actor.id",),
        "user.target.name": ("target.alternateId",),
        "user.target.full_name": ("target.displayName",),
        "source.ip": ("client.ipAddress", "request.ipChain.ip"),
        "source.geo.country_name": ("client.geographicalContext.country",),
        "source.geo.city_name": ("client.geographicalContext.city",),
        "source.as.number": _both("securityContext.asNumber"),
        "source.as.organization.name": _both("securityContext.asOrg"),
        "source.domain": _both("securityContext.domain"),
        "user_agent.original": ("client.userAgent.rawUserAgent",),
        "user_agent.os.name": ("client.userAgent.os",),
        "url.path": _both("debugContext.debugData.requestUri"),
        "session.id": _both("authenticationContext.externalSessionId"),
        "transaction.id": ("transaction.id",),
        "device.id": ("device.id",),
        "host.name": ("device.name",),
    },
    time=("published",),
    id=("uuid",),
)
