"""All values of the settings, each with the way to it."""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import structs

from tocsin.settings.kinds import Table
from tocsin.settings.quote import Keys
from tocsin.settings.schema import keys_of


def walk(value: Any, at: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Yield tables, and the values that are in no table of their own."""
    if isinstance(value, Table):
        yield at, value
        for key in keys_of(type(value)).values():
            yield from walk(getattr(value, key.field), (*at, key.name))
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from walk(one, (*at, name))
    elif type(value) is tuple:
        for index, one in enumerate(value):
            yield from walk(one, (*at, index))
    elif value is not None:
        yield at, value


def changed(value: Any, change: Callable[[Any, Keys], Any], at: Keys = ()) -> Any:
    """Return the settings with `change(value, keys)` in place of every value that is no table."""
    if isinstance(value, Table):
        keys = keys_of(type(value)).values()
        made = {key.field: changed(getattr(value, key.field), change, (*at, key.name)) for key in keys}
        return structs.replace(value, **made)
    if isinstance(value, dict):
        return {name: changed(one, change, (*at, name)) for name, one in value.items()}
    if type(value) is tuple:
        return tuple(changed(one, change, (*at, index)) for index, one in enumerate(value))
    return None if value is None else change(value, at)
