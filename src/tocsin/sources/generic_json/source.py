"""Any JSON object that no other source knows: common names are understood, and it may say what it is."""

from functools import lru_cache

from tocsin.model.event import Fields, Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.ecs.dataset import logsources_of
from tocsin.sources.generic_json.names import ALIASES, NORMALISED, TIME
from tocsin.sources.json_record import parse_object

_ROUTE_BY: tuple[Path, ...] = (
    "logsource.product",
    "logsource.category",
    "logsource.service",
    "event.module",
    "event.dataset",
    "product",
    "category",
    "service.name",
    "service",
    # What only the access logs of nginx, Traefik and Caddy have.
    "request_method",
    "RequestMethod",
    "logger",
)


def _recognise(_: bytes, fields: Fields | None) -> int:
    return 2 if fields is not None else 0


def _route(values: tuple[Value, ...]) -> Route:
    product, category, service, module, dataset, *flat = (_word(value) for value in values)
    if product or category or service:
        return _declared(product, category, service)
    if module or dataset:
        return _of_dataset(module, dataset)
    own_product, own_category, service_name, own_service, nginx, traefik, logger = flat
    service = service_name or own_service
    if nginx or traefik or logger.startswith("http.log.access"):
        return _declared(own_product, "webserver", service)
    # `product` and `category` mean many things in many logs; only beside a service are they Sigma's.
    return _declared(own_product if service else "", own_category if service else "", service)


def _word(value: Value) -> str:
    return value.lower() if isinstance(value, str) and len(value) <= 64 else ""


@lru_cache(maxsize=512)
def _declared(product: str, category: str, service: str) -> Route:
    return Route((LogSource(product or None, category or None, service or None),), aliases=ALIASES)


@lru_cache(maxsize=512)
def _of_dataset(module: str, dataset: str) -> Route:
    return Route(logsources_of(module, dataset) or (LogSource(),), aliases=ALIASES)


SOURCE = Source(
    name="generic_json",
    title="JSON",
    kind=Kind.JSON,
    parse=parse_object,
    recognise=_recognise,
    route=_route,
    route_by=_ROUTE_BY,
    normalised=NORMALISED,
    time=TIME,
    id=("event.id",),
)
