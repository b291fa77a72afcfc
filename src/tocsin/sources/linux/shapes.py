"""A message's shape: a linear pattern, the names of its groups, and what such a message means."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from ipaddress import ip_address

from tocsin.model.event import Fields, Value

_NUMBERS = frozenset({"source.port", "destination.port", "server.port", "process.pid", "event.repeated"})
_OCTETS = frozenset(map(str, range(256)))
_SHORT = 64
_LONGEST_REMEMBERED = 256


class Shape:
    """`names` are ECS names of the pattern's groups in order; `said` holds for every such message.

    Write what is optional as `(?:…|)`: `(?:…)?` takes half as long again.
    """

    __slots__ = ("address", "match", "names", "numbers", "said")

    def __init__(self, pattern: str, names: str = "", **said: str) -> None:
        self.match = re.compile(pattern, re.ASCII).match
        self.names = tuple(names.split())
        self.numbers = tuple((place, name) for place, name in enumerate(self.names) if name in _NUMBERS)
        self.address = self.names.index("source.ip") if "source.ip" in self.names else None
        self.said = {f"event.{name}": value for name, value in said.items()}

    def read(self, message: str, fields: Fields) -> bool:
        """Add what the message says to the fields; tell whether it has this shape."""
        found = self.match(message)
        if found is None:
            return False
        fields |= self.said
        values = found.groups()
        for name, value in zip(self.names, values, strict=True):
            if value:
                fields[name] = value
        for place, name in self.numbers:
            if value := values[place]:
                fields[name] = number(value)
        if self.address is not None and (text := values[self.address]) and not is_address(text):
            fields["source.address"] = fields.pop("source.ip")
        return True


def put_address(fields: Fields, text: str) -> None:
    """Set source.ip, or source.address when the text is a name and no IP address."""
    fields["source.ip" if is_address(text) else "source.address"] = text


def number(text: str) -> Value:
    """Return the number that the text is, or the text itself."""
    return int(text) if text.isdigit() and len(text) < 19 and text.isascii() else text


def is_address(text: str) -> bool:
    """Tell whether the text is an IPv4 or IPv6 address."""
    return is_short_address(text) if len(text) <= _SHORT else is_short_address.__wrapped__(text)


@lru_cache(maxsize=8192)
def is_short_address(text: str) -> bool:
    """Tell whether the text, which is short by its pattern and so may be remembered, is an address."""
    parts = text.split(".")
    if len(parts) == 4 and _OCTETS.issuperset(parts):
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def read_first(shapes: tuple[Shape, ...], message: str, fields: Fields) -> bool:
    """Let the first shape that fits read the message."""
    for shape in shapes:  # noqa: SIM110 - any() over a generator doubles the time of a line
        if shape.read(message, fields):
            return True
    return False


def read_by_word(table: Mapping[str, tuple[Shape, ...]], message: str, fields: Fields) -> bool:
    """Let the shapes that begin with the message's first word read it."""
    shapes = table.get(message.partition(" ")[0])
    return shapes is not None and read_first(shapes, message, fields)


def remembered(read: Callable[[str, Fields], object]) -> Callable[[str, Fields], None]:
    """Wrap a reader of messages that come again and again, word for word: each is read once."""

    @lru_cache(maxsize=4096)
    def said(message: str) -> Fields:
        fields: Fields = {}
        read(message, fields)
        return fields

    def read_once(message: str, fields: Fields) -> None:
        if len(message) <= _LONGEST_REMEMBERED:
            fields |= said(message)
        else:
            read(message, fields)

    return read_once
