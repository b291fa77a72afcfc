"""A query as a tree.

A pattern is the pieces of text between its stars: `a*b` is ("a", "b"), without a star it is one piece. Case of the
letters A to Z does not matter anywhere but in names.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, TypeAlias

Pattern: TypeAlias = tuple[str, ...]
Operator: TypeAlias = Literal[">", ">=", "<", "<="]


@dataclass(frozen=True, slots=True)
class Text:
    """Free text: its words occur in the raw record, and the text itself; with stars, only the text."""

    pattern: Pattern
    at: int = 0


@dataclass(frozen=True, slots=True)
class Is:
    """A field is a text."""

    field: str
    pattern: Pattern
    at: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    """A field is a number, or a time, above or below another."""

    field: str
    operator: Operator
    value: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Within:
    """A field is an address of a network."""

    field: str
    network: IPv4Network | IPv6Network
    at: int = 0


@dataclass(frozen=True, slots=True)
class Exists:
    """A field has a value that is not empty."""

    field: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of them; none: true."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    items: tuple["Node", ...]


Node: TypeAlias = Text | Is | Compare | Within | Exists | Not | And | Or
EVERYTHING = And(())
