"""(channel, event id, provider) -> Route: tables built once, looked up without memory of what was asked."""

from collections.abc import Mapping
from typing import NamedTuple

from tocsin.model.event import Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Route
from tocsin.sources.windows.aliases import BY_CHANNEL, BY_EVENT, VALUES, Aliases
from tocsin.sources.windows.categories import CATEGORIES
from tocsin.sources.windows.channels import (
    EVENTLOG_PROVIDER,
    EVENTLOG_SECURITY_IDS,
    FORWARDED,
    PROVIDERS,
    SECURITY,
    SERVICES,
)

_LONGEST_NAME = 128


class _Channel(NamedTuple):
    by_id: dict[int, Route]
    other: Route


def _invert(services: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for service, channels in services.items():
        for channel in channels:
            found[channel] = (*found.get(channel, ()), service)
    return found


_SERVICES_OF = _invert(SERVICES)


def _merge(*parts: Aliases) -> Aliases:
    """Join alias tables: for a name that several have, the places of the first come first."""
    merged: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, places in part.items():
            merged[name] = tuple(dict.fromkeys(merged.get(name, ()) + places))
    return merged


def _logsources(channel: str, event_id: int | None) -> tuple[LogSource, ...]:
    known = CATEGORIES.get(channel, {})
    categories = known.get(event_id, (None,)) if event_id is not None else (None,)
    services = _SERVICES_OF.get(channel, (None,))
    return tuple(LogSource("windows", category, service) for category in categories for service in services)


def _build(channel: str) -> _Channel:
    usual = BY_CHANNEL.get(channel, {})
    special = {event_id for name, event_id in BY_EVENT if name == channel}
    by_id = {
        event_id: Route(
            _logsources(channel, event_id),
            _merge(BY_EVENT.get((channel, event_id), {}), usual),
            VALUES.get((channel, event_id), {}),
        )
        for event_id in {*CATEGORIES.get(channel, ()), *special}
    }
    return _Channel(by_id, Route(_logsources(channel, None), usual))


_CHANNELS = {channel: _build(channel) for channel in {*_SERVICES_OF, *CATEGORIES}}
_UNKNOWN = Route((LogSource("windows"),))


def route(channel: Value, event_id: Value, provider: Value) -> Route:
    """Return the route of an event; total for any values, and no value is remembered."""
    number = event_number(event_id)
    name = channel_of(channel, number, provider)
    found = _CHANNELS.get(name)
    if found is None:
        return _UNKNOWN
    return found.other if number is None else found.by_id.get(number, found.other)


def channel_of(channel: Value, event_id: int | None, provider: Value) -> str:
    """Return an event's channel in lower case, from its provider where it names none; "" if neither tells."""
    name = _lower(channel)
    if name and name != FORWARDED:
        return name
    source = _lower(provider)
    if source == EVENTLOG_PROVIDER:
        return SECURITY if event_id in EVENTLOG_SECURITY_IDS else "system"
    return PROVIDERS.get(source, "")


def _lower(name: Value) -> str:
    return name.lower() if isinstance(name, str) and len(name) <= _LONGEST_NAME else ""


def event_number(value: Value) -> int | None:
    """Read an event id: 4688, "4688", 4688.0, or EVTX's {"#text": 4688, "#attributes": …}."""
    if isinstance(value, dict):
        value = value.get("#text")
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= 10 and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None
