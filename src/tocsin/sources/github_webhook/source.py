"""GitHub webhooks: the payload as delivered, with nothing around it."""

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.github_webhook.fields import NORMALISED, TIME, weigh
from tocsin.sources.json_record import parse_object

_ROUTE = Route(logsources=(LogSource("github", None, "webhook"),))


def _recognise(_: bytes, fields: Fields | None) -> int:
    return weigh(fields) if fields else 0


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="github_webhook",
    title="GitHub webhooks",
    kind=Kind.JSON,
    accounts="github",
    parse=parse_object,
    recognise=_recognise,
    marks=("repository", "sender", "organization"),
    route=_route,
    normalised=NORMALISED,
    time=TIME,
)
