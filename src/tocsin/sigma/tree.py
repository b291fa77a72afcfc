"""A rule's condition as a tree: And, Or, Not over leaves; a leaf is one test on one field."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

ANY = 0
"""In a pattern: `*`, any run of characters, also none."""
ONE = 1
"""In a pattern: `?`, exactly one character."""

Parts: TypeAlias = tuple[str | int, ...]
"""A pattern: literal runs, ANY and ONE, never two literals side by side. () is the empty string."""


class Text(Struct, frozen=True, cache_hash=True, tag="text"):
    """The value's text is as the pattern says, from its start to its end."""

    parts: Parts
    cased: bool = False


class Regex(Struct, frozen=True, cache_hash=True, tag="re"):
    """The regular expression is found anywhere in the value; flags out of `i`, `m`, `s`."""

    pattern: str
    flags: str = ""


class Cidr(Struct, frozen=True, tag="cidr"):
    """The value is an address inside the network."""

    network: str


class Compare(Struct, frozen=True, tag="compare"):
    """The value, read as a number, is less or greater. op: lt, lte, gt, gte."""

    op: str
    number: int | float


class Null(Struct, frozen=True, tag="null"):
    """The field is absent or null."""


class Exists(Struct, frozen=True, tag="exists"):
    """The event has the field (null counts), or has it not."""

    wanted: bool


class How(StrEnum):
    """In which way two fields are compared."""

    EQUALS = "equals"
    STARTSWITH = "startswith"
    ENDSWITH = "endswith"
    CONTAINS = "contains"


class SameAs(Struct, frozen=True, cache_hash=True, tag="fieldref"):
    """The value compares with that of another field of the same event."""

    field: str
    how: How = How.EQUALS
    cased: bool = False


class TimePart(Struct, frozen=True, tag="time"):
    """A part of the value, read as a time (UTC). part: minute, hour, day, week, month, year."""

    part: str
    number: int


Test: TypeAlias = Text | Regex | Cidr | Compare | Null | Exists | SameAs | TimePart


class Leaf(Struct, frozen=True, cache_hash=True, tag="leaf"):
    """One test on one field; field None: a keyword, looked for anywhere in the event."""

    field: str | None
    test: Test


class And(Struct, frozen=True, cache_hash=True, tag="and"):
    items: "tuple[Node, ...]"


class Or(Struct, frozen=True, cache_hash=True, tag="or"):
    items: "tuple[Node, ...]"


class Not(Struct, frozen=True, cache_hash=True, tag="not"):
    item: "Node"


Node: TypeAlias = And | Or | Not | Leaf


def both(items: "tuple[Node, ...]") -> Node:
    """Join with And; one item stands for itself."""
    return items[0] if len(items) == 1 else And(items)


def either(items: "tuple[Node, ...]") -> Node:
    """Join with Or; one item stands for itself."""
    return items[0] if len(items) == 1 else Or(items)


def leaves(node: Node) -> "list[Leaf]":
    """List the leaves, left to right."""
    if isinstance(node, Leaf):
        return [node]
    found: list[Leaf] = []
    for item in (node.item,) if isinstance(node, Not) else node.items:
        if type(item) is Leaf:  # most are: no call for each
            found.append(item)
        else:
            found += leaves(item)
    return found
