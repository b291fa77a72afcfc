"""An ECS event's category, type, action and system -> which Sigma rules it gets."""

from functools import lru_cache
from typing import NamedTuple

from tocsin.model.event import Path, Value
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Route
from tocsin.sources.ecs.aliases import ALL, CLOUDTRAIL
from tocsin.sources.ecs.dataset import logsources_of

ROUTE_BY: tuple[Path, ...] = (
    "event.category",
    "event.type",
    "event.action",
    "event.module",
    "event.dataset",
    "host.os.type",
    "host.os.family",
    "host.os.platform",
    "network.protocol",
)
_SYSTEMS = {
    "windows": "windows",
    "macos": "macos",
    "darwin": "macos",
    **dict.fromkeys(
        ("linux", "debian", "ubuntu", "redhat", "rhel", "centos", "fedora", "suse", "arch", "alpine", "amzn"),
        "linux",
    ),
}
# Of a category: what makes it which of Sigma's. A word is looked for in event.type, then in event.action.
_FILE: dict[str, tuple[str, ...]] = {
    "creation": ("file_event",),
    # Sysmon's file creation, which those rules are written for, includes overwriting.
    "change": ("file_event",),
    "deletion": ("file_delete",),
    "access": ("file_access",),
}
_REGISTRY: dict[str, tuple[str, ...]] = {
    "creation": ("registry_add", "registry_event"),
    "change": ("registry_set", "registry_event"),
    "deletion": ("registry_delete", "registry_event"),
}
_PROCESS: dict[str, tuple[str, ...]] = {
    "start": ("process_creation",),
    "process_start": ("process_creation",),
    "end": ("process_termination",),
    "access": ("process_access",),
}
_BY_TYPE: dict[str, dict[str, tuple[str, ...]]] = {
    "process": _PROCESS,
    "file": _FILE,
    "registry": _REGISTRY,
    "driver": {"start": ("driver_load",)},
    "library": {"start": ("image_load",)},
}
_BY_ACTION = {
    "rename": ("file_rename",),
    "exec": ("process_creation",),
    "executed": ("process_creation",),
    "process_started": ("process_creation",),
    "load": ("image_load",),
}
_LOOKUPS = frozenset({"lookup_requested", "lookup_result", "dns_query", "dnsquery"})
_ALWAYS = {"web": ("webserver",), "malware": ("antivirus",), "database": ("database",)}
_VALUES = {
    "Initiated": {"true": "egress", "false": "ingress"},
    "EventType": {"setvalue": "modification", "createkey": "creation", "deletekey": "deletion"},
}


class _Said(NamedTuple):
    """What an event says about itself, in lower case."""

    categories: tuple[str, ...]
    types: tuple[str, ...]
    actions: tuple[str, ...]
    module: str
    dataset: str
    system: str | None
    protocol: str


def route(values: tuple[Value, ...]) -> Route:
    """Return the route of an event by the values of ROUTE_BY; total for hostile types."""
    categories, types, actions, module, dataset, *systems, protocol = (_words(value) for value in values)
    system = next((_SYSTEMS[word] for words in systems for word in words if word in _SYSTEMS), None)
    return _route(_Said(categories, types, actions, _one(module), _one(dataset), system, _one(protocol)))


def _words(value: Value) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(item.lower()[:64] for item in listed[:8] if isinstance(item, str))


def _one(words: tuple[str, ...]) -> str:
    return words[0] if words else ""


@lru_cache(maxsize=1024)
def _route(said: _Said) -> Route:
    sources = logsources_of(said.module, said.dataset)
    # A dataset that says its category (nginx.access, panw.panos) knows better than `web` or `network`.
    generic = () if any(source.category for source in sources) else _generic(said)
    logsources = tuple(LogSource(said.system, category, None) for category in generic) + sources
    return Route(
        logsources=logsources or (LogSource(said.system, None, None),),
        aliases={**ALL, **CLOUDTRAIL} if said.dataset == "aws.cloudtrail" else ALL,
        values=_VALUES,
    )


def _generic(said: _Said) -> tuple[str, ...]:
    found: list[str] = []
    for category in said.categories:
        by_type = _BY_TYPE.get(category, {})
        acted = [name for action in said.actions for name in _BY_ACTION.get(action, ()) if by_type]
        # A fork is a start in ECS, with its parent's command line: not what process rules mean.
        typed = (
            [] if "fork" in said.actions else [name for kind in said.types for name in by_type.get(kind, ())]
        )
        found += acted or typed
        found += _ALWAYS.get(category, ())
        if category == "network":
            found += _network(said)
    return tuple(dict.fromkeys(found))


def _network(said: _Said) -> tuple[str, ...]:
    if said.protocol == "dns" or said.dataset.endswith("dns") or _LOOKUPS.intersection(said.actions):
        return ("dns_query", "dns")
    if "allowed" in said.types or "denied" in said.types:
        return ("firewall",)
    # The end of a connection is told by its start already.
    return () if "end" in said.types and "start" not in said.types else ("network_connection",)
