"""What is wrong between tables: names that nothing has, ports that are wanted twice."""

from collections.abc import Iterator
from typing import Any

from tocsin.model.near import nearest
from tocsin.settings.kinds import Socket, Table
from tocsin.settings.mistake import Fault, Severity
from tocsin.settings.quote import Keys, dotted, quoted
from tocsin.settings.tables import Settings
from tocsin.settings.walk import walk


def across(settings: Settings, document: dict[str, Any]) -> Iterator[Fault]:
    """Yield the faults. document: the file as written; what was wrong in it is named by others all the same."""
    yield from _channels(document)
    yield from _unused(document)
    yield from _classes(settings, document)
    yield from _twice(settings)


def _routes(document: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    """Yield every name of a channel in a route."""
    routes = document.get("routes")
    for at, route in enumerate(routes if isinstance(routes, list) else ()):
        named = route.get("channels") if isinstance(route, dict) else None
        for index, name in enumerate(named if isinstance(named, list) else ()):
            if isinstance(name, str):
                yield ("routes", at, "channels", index), name


def _channels(document: dict[str, Any]) -> Iterator[Fault]:
    known = _table(document, "channels")
    for keys, name in _routes(document):
        if name not in known:
            yield Fault(keys, f"no channel {quoted(name)}; {_instead(name, known, 'channels')}")


def _unused(document: dict[str, Any]) -> Iterator[Fault]:
    """A channel that no route names is a person who waits in vain."""
    named = {name for _, name in _routes(document)}
    for name in _table(document, "channels"):
        if name not in named:
            text = "no route leads here, so it will never be told anything; name it in the channels of a [[routes]]"
            yield Fault(("channels", name), text, Severity.WARNING, on_key=True)


def _classes(settings: Settings, document: dict[str, Any]) -> Iterator[Fault]:
    known = settings.store.retention.keys() | _table(_table(document, "store"), "retention").keys()
    for name, one in _table(document, "inputs").items():
        wanted = one.get("retention", "standard") if isinstance(one, dict) else "standard"
        if isinstance(wanted, str) and wanted not in known:
            text = f"no retention class {quoted(wanted)}; {_instead(wanted, known, 'store.retention')}"
            yield Fault(("inputs", name, "retention"), text)


def _instead(name: str, known: Any, table: str) -> str:
    near = nearest(name[:100], known)
    return (
        f'did you mean "{near}"?'
        if near
        else f"add [{table}.{name}]"
        if _short(name)
        else f"add it to [{table}]"
    )


def _short(name: str) -> bool:
    return name.isascii() and name.replace("-", "").replace("_", "").isalnum() and len(name) < 64


def _twice(settings: Settings) -> Iterator[Fault]:
    taken: list[tuple[Keys, Socket]] = []
    for at, table in walk(settings):
        for one in table.sockets() if isinstance(table, Table) else ():
            other = next((keys for keys, other in taken if _clash(one, other)), None)
            if other:
                text = f"{one.listen} over {one.protocol} is taken by {dotted(other)}; choose another port"
                yield Fault((*at, one.key), text)
            taken.append(((*at, one.key), one))


def _clash(one: Socket, other: Socket) -> bool:
    if (one.protocol, one.listen.port) != (other.protocol, other.listen.port):
        return False
    return one.listen.everywhere or other.listen.everywhere or _host(one) == _host(other)


def _host(one: Socket) -> str:
    return "127.0.0.1" if one.listen.host == "localhost" else one.listen.host


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}
