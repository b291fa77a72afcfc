"""Detection items and condition words with their places: the parser's view of `detection`, kept at the nodes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from tocsin.sigma import pattern
from tocsin.sigma.modifiers import AFFIXES, ENCODINGS, REGEX_FLAGS
from tocsin.sigma.tree import Parts

_CONSTRUCT = yaml.constructor.SafeConstructor()
_READ = {
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": _CONSTRUCT.construct_yaml_bool,
    "tag:yaml.org,2002:int": _CONSTRUCT.construct_yaml_int,
    "tag:yaml.org,2002:float": _CONSTRUCT.construct_yaml_float,
}
_WORD = re.compile(r"[()|]|[^\s()|]+")
NOT_TEXT = frozenset({"re", "cidr", "exists", "fieldref", "lt", "lte", "gt", "gte", "expand"}) | {
    "minute", "hour", "day", "week", "month", "year",
}  # fmt: skip


def scalar(node: yaml.Node) -> Any:
    """Return what YAML reads a scalar as; dates stay text."""
    read = _READ.get(node.tag)
    try:
        return read(node) if read and isinstance(node, yaml.ScalarNode) else node.value
    except (ValueError, KeyError, IndexError):
        return node.value


@dataclass(slots=True, frozen=True)
class Value:
    """One value and its node."""

    node: yaml.ScalarNode
    read: Any

    @property
    def text(self) -> str:
        """The value if it is a text, else nothing."""
        return self.read if isinstance(self.read, str) else ""

    @property
    def parts(self) -> Parts:
        """The value as a wildcard pattern."""
        return pattern.parse(self.text)


@dataclass
class Item:
    """`Field|contains|all: values` of one detection; field "" for keywords."""

    detection: str
    key: yaml.Node
    field: str
    modifiers: tuple[str, ...]
    values: tuple[Value, ...]
    listed: bool
    """Whether the values stand in a list."""

    @cached_property
    def is_text(self) -> bool:
        """Whether values are compared as text patterns."""
        return not NOT_TEXT.intersection(self.modifiers)

    @cached_property
    def is_encoded(self) -> bool:
        """Whether values are transformed before they are compared."""
        return any(word in {"base64", "base64offset", "windash", *ENCODINGS} for word in self.modifiers)

    @cached_property
    def affix(self) -> str:
        """Return contains, startswith, endswith or nothing."""
        return next((word for word in self.modifiers if word in AFFIXES), "")

    @cached_property
    def cased(self) -> bool:
        """Whether upper and lower case differ."""
        return "cased" in self.modifiers

    @cached_property
    def flags(self) -> str:
        """Flags of a regular expression."""
        return "".join(sorted({REGEX_FLAGS[word] for word in self.modifiers if word in REGEX_FLAGS}))


def read_items(detection: str, key: yaml.Node, node: yaml.Node) -> Iterator[Item]:
    """Yield the items of one detection; keywords are an item without a field."""
    if isinstance(node, yaml.MappingNode):
        for inner, value in node.value:
            if isinstance(inner, yaml.ScalarNode):
                field, *modifiers = inner.value.split("|")
                values, listed = _values(value)
                yield Item(detection, inner, field, tuple(modifiers), values, listed)
    elif isinstance(node, yaml.SequenceNode):
        values, _ = _values(node)
        if values:
            yield Item(detection, key, "", (), values, listed=True)
        for inner in node.value:
            if not isinstance(inner, yaml.ScalarNode):
                yield from read_items(detection, key, inner)
    elif isinstance(node, yaml.ScalarNode):
        yield Item(detection, key, "", (), (Value(node, scalar(node)),), listed=False)


def _values(node: yaml.Node) -> tuple[tuple[Value, ...], bool]:
    if isinstance(node, yaml.SequenceNode):
        return tuple(Value(one, scalar(one)) for one in node.value if isinstance(one, yaml.ScalarNode)), True
    return ((Value(node, scalar(node)),) if isinstance(node, yaml.ScalarNode) else ()), False


@dataclass(slots=True, frozen=True)
class Word:
    """A word of a condition and where it stands; without a place of its own, that of the whole condition."""

    text: str
    start: int
    end: int
    exact: bool


@dataclass
class Condition:
    """One condition line."""

    node: yaml.ScalarNode
    words: tuple[Word, ...]

    @cached_property
    def names(self) -> list[Word]:
        """The words that must be names of detections: no keyword, no wildcard of `of`."""
        return [word for at, word in enumerate(self.words) if self._is_name(at)]

    @cached_property
    def groups(self) -> list[tuple[Word, Word]]:
        """Each `1 of x*` as (quantity, target)."""
        return [(one, self.words[at + 2]) for at, one in enumerate(self.words[:-2]) if self._is_of(at + 1)]

    def _is_of(self, at: int) -> bool:
        return self.words[at].text.lower() == "of" and self.words[at - 1].text.lower() in {"1", "any", "all"}

    def _is_name(self, at: int) -> bool:
        if self.words[at].text.lower() in {"and", "or", "not", "(", ")", "|"}:
            return False
        return not any(self._is_of(near) for near in (at + 1, at, at - 1) if 0 < near < len(self.words))


def read_conditions(node: yaml.Node, text: str, shift: int) -> list[Condition]:
    """Read the condition, or each of a list of conditions."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    return [_condition(one, text, shift) for one in nodes if isinstance(one, yaml.ScalarNode)]


def _condition(node: yaml.ScalarNode, text: str, shift: int) -> Condition:
    start, end = node.start_mark.index + shift, node.end_mark.index + shift
    at = start + (node.style in {"'", '"'})
    exact = text[at : at + len(node.value)] == node.value
    words = (
        Word(found[0], at + found.start(), at + found.end(), True)
        if exact
        else Word(found[0], start, end, False)
        for found in _WORD.finditer(node.value)
    )
    return Condition(node, tuple(words))
