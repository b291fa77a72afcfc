"""YAML -> plain values, as yaml.CSafeLoader gives them, in half its time.

Rules are plain YAML: maps, lists and scalars. Those are built here straight from the C parser's events.
A text with anything else (anchors, aliases, tags, merge keys) is given to CSafeLoader as a whole.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCTORS = SafeConstructor.yaml_constructors
_MERGE = "tag:yaml.org,2002:merge"
_NO_KEY = object()


class _NotPlainError(Exception):
    """The text uses more of YAML than is built here."""


def load_all(content: bytes) -> Iterator[Any]:
    """Yield each document of a text; raises what yaml.load_all raises."""
    try:
        documents = list(_documents(content))
    except (_NotPlainError, yaml.YAMLError):
        # Not only for what is not plain: of a broken text, the documents before the fault still count.
        yield from yaml.load_all(content, Loader=yaml.CSafeLoader)
        return
    yield from documents


def _documents(content: bytes) -> Iterator[Any]:
    builder = _Builder()
    for event in yaml.parse(content, Loader=yaml.CSafeLoader):
        kind = type(event)
        if kind is ScalarEvent:
            builder.put(builder.scalar(event))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            builder.open(event, {} if kind is MappingStartEvent else [])
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            builder.close()
        elif kind is DocumentEndEvent:
            yield builder.root
            builder.root = None
        elif kind is AliasEvent:
            raise _NotPlainError


class _Builder:
    """A stack of open collections; beside each map the key that waits for its value."""

    def __init__(self) -> None:
        self.root: Any = None
        self.inside: list[Any] = []
        self.keys: list[Any] = []

    def put(self, value: Any) -> None:
        """Take a finished value in."""
        if not self.inside:
            self.root = value
        elif type(self.inside[-1]) is list:
            self.inside[-1].append(value)
        elif self.keys[-1] is _NO_KEY:
            self.keys[-1] = _as_key(value)
        else:
            self.inside[-1][self.keys[-1]] = value
            self.keys[-1] = _NO_KEY

    def open(self, event: Any, collection: Any) -> None:
        """Begin a map or a list."""
        if event.anchor is not None or event.tag is not None:
            raise _NotPlainError
        self.inside.append(collection)
        self.keys.append(_NO_KEY)

    def close(self) -> None:
        """End the innermost map or list."""
        self.keys.pop()
        self.put(self.inside.pop())

    def scalar(self, event: Any) -> Any:
        """Return the value of a scalar."""
        if event.anchor is not None or event.tag is not None:
            raise _NotPlainError
        # Quoted, or a block, it is a text whatever it looks like.
        return _resolve(event.value) if event.implicit[0] else event.value


def _as_key(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _NotPlainError
    return value


@lru_cache(maxsize=20_000)
def _resolve(text: str) -> Any:
    for tag, pattern in (*_RESOLVERS.get(text[:1], ()), *_RESOLVERS.get(None, ())):
        if pattern.match(text):
            if tag == _MERGE or tag not in _CONSTRUCTORS:
                raise _NotPlainError
            return _CONSTRUCTORS[tag](_CONSTRUCTOR, yaml.ScalarNode(tag, text))
    return text


_CONSTRUCTOR = SafeConstructor()
