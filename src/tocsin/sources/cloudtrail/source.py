"""AWS CloudTrail: one event of a trail, as in `Records` or as delivered one a line."""

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

_ROUTE = Route(
    logsources=(LogSource("aws", None, "cloudtrail"),),
    aliases={
        "src_ip": ("sourceIPAddress",),
        "src_user": ("userIdentity.userName", "userIdentity.arn"),
        "http_user_agent": ("userAgent",),
        "aws_account_id": ("recipientAccountId", "userIdentity.accountId"),
    },
)


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    if "eventSource" in fields and "eventName" in fields:
        service = fields["eventSource"]
        return 95 if isinstance(service, str) and service.endswith(".amazonaws.com") else 60
    if "eventName" in fields and "userIdentity" in fields:
        return 50
    # Insights events name the call inside insightDetails only.
    return 95 if "insightDetails" in fields and fields.get("eventType") == "AwsCloudTrailInsight" else 0


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="cloudtrail",
    title="AWS CloudTrail",
    kind=Kind.JSON,
    accounts="aws",
    parse=parse_object,
    recognise=_recognise,
    marks=("eventName", "insightDetails"),
    route=_route,
    normalised={
        "event.action": ("eventName", "insightDetails.eventName"),
        "event.provider": ("eventSource", "insightDetails.eventSource"),
        "event.outcome": ("responseElements.ConsoleLogin", "responseElements.PasswordUpdated"),
        "error.code": ("errorCode", "insightDetails.errorCode"),
        "error.message": ("errorMessage",),
        # A role session has no user of its own: the role it came from is the lasting name.
        "user.name": (
            "userIdentity.userName",
            "userIdentity.sessionContext.sessionIssuer.userName",
            "userIdentity.arn",
            "userIdentity.invokedBy",
        ),
        "user.id": ("userIdentity.principalId", "userIdentity.onBehalfOf.userId"),
        "user.roles": ("userIdentity.sessionContext.sessionIssuer.arn",),
        "user.target.name": ("requestParameters.userName",),
        "source.ip": ("sourceIPAddress",),
        "source.address": ("sourceIPAddress",),
        "user_agent.original": ("userAgent",),
        "cloud.account.id": ("recipientAccountId", "userIdentity.accountId"),
        "cloud.region": ("awsRegion",),
        "cloud.service.name": ("eventSource", "insightDetails.eventSource"),
        "cloud.instance.id": (
            "requestParameters.instanceId",
            "requestParameters.instanceIds",
            "requestParameters.target",
            "requestParameters.instancesSet.items.instanceId",
            "responseElements.instancesSet.items.instanceId",
        ),
        "url.domain": ("tlsDetails.clientProvidedHostHeader",),
        "tls.version": ("tlsDetails.tlsVersion",),
        "tls.cipher": ("tlsDetails.cipherSuite",),
    },
    time=("eventTime",),
    id=("eventID",),
)
