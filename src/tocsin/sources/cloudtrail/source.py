"""AWS CloudTrail: one event of a trail, as in `Records` or as delivered one a line."""

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.json_record import parse_object

_ROUTE = Route(logsources=(LogSource("aws", None, "cloudtrail"),))


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None or "eventSource" not in fields or "eventName" not in fields:
        return 0
    return 95 if str(fields["eventSource"]).endswith(".amazonaws.com") else 60


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="cloudtrail",
    title="AWS CloudTrail",
    kind=Kind.JSON,
    parse=parse_object,
    recognise=_recognise,
    route=_route,
    normalised={
        "event.action": ("eventName",),
        "event.provider": ("eventSource",),
        "user.name": ("userIdentity.userName", "userIdentity.arn"),
        "source.ip": ("sourceIPAddress",),
        "user_agent.original": ("userAgent",),
        "cloud.account.id": ("recipientAccountId",),
        "cloud.region": ("awsRegion",),
    },
    time=("eventTime",),
    id=("eventID",),
)
