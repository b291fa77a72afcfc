"""GitHub webhooks with something around the payload: a receiver's record, or GitHub's own list of deliveries."""

from tocsin.model.event import Fields, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.github_webhook.fields import NORMALISED, TIME, mapping, under, weigh
from tocsin.sources.json_record import parse_object

# A source of its own and not two more roots of github_webhook: each root is looked through for each field,
# and bare payloads, by far the most common, would pay for it twice over.
_ROOTS = ("payload.", "request.payload.")
_NAMES = ("X-GitHub-Event", "x-github-event")
_ROUTE = Route(logsources=(LogSource("github", None, "webhook"),))


def _recognise(_: bytes, fields: Fields | None) -> int:
    if fields is None:
        return 0
    request = mapping(fields.get("request"))
    payload = mapping(fields.get("payload")) or mapping(request.get("payload"))
    if not payload:
        return 0
    headers = {**fields, **mapping(fields.get("headers")), **mapping(request.get("headers"))}
    return 96 if any(name in headers for name in _NAMES) else weigh(payload)


def _route(_: tuple[Value, ...]) -> Route:
    return _ROUTE


SOURCE = Source(
    name="github_delivery",
    title="GitHub webhooks with their headers",
    kind=Kind.JSON,
    accounts="github",
    parse=parse_object,
    recognise=_recognise,
    marks=("payload",),
    route=_route,
    normalised={
        **{name: under(_ROOTS, paths) for name, paths in NORMALISED.items()},
        # The event's name is a header, not a part of the payload.
        "event.dataset": (
            *(f"headers.{name}" for name in _NAMES),
            "request.headers.X-GitHub-Event",
            "X-GitHub-Event",
            "event",
        ),
    },
    time=("delivered_at", "received_at", "timestamp", "@timestamp", *under(_ROOTS, TIME)),
    id=(
        "guid",
        "headers.X-GitHub-Delivery",
        "headers.x-github-delivery",
        "request.headers.X-GitHub-Delivery",
        "X-GitHub-Delivery",
    ),
    roots=_ROOTS,
)
