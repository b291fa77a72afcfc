"""YAML -> plain values, as yaml.CSafeLoader gives them, in half its time.

Rules are plain YAML: maps, lists and scalars. Those are built here straight from the C parser's events.
A text with anything else (anchors, aliases, tags, merge keys) is given to CSafeLoader as a whole.
"""

from collections.abc import Iterator
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
_MOST_REMEMBERED = 20_000
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
    """Follow the events with a stack of open collections; the last one's open key is kept beside it."""
    stack: list[Any] = []
    keys: list[Any] = []
    scalars: dict[str, Any] = {}
    root: Any = None
    for event in yaml.parse(content, Loader=yaml.CSafeLoader):
        kind = type(event)
        if kind is ScalarEvent:
            value = _scalar(event, scalars)
        elif kind in (MappingStartEvent, SequenceStartEvent):
            if event.anchor is not None or event.tag is not None:
                raise _NotPlainError
            stack.append({} if kind is MappingStartEvent else [])
            keys.append(_NO_KEY)
            continue
        elif kind in (MappingEndEvent, SequenceEndEvent):
            value = stack.pop()
            keys.pop()
        elif kind is DocumentEndEvent:
            yield root
            root = None
            continue
        elif kind is AliasEvent:
            raise _NotPlainError
        else:
            continue
        if not stack:
            root = value
        elif type(stack[-1]) is list:
            stack[-1].append(value)
        elif keys[-1] is _NO_KEY:
            keys[-1] = _as_key(value)
        else:
            stack[-1][keys[-1]] = value
            keys[-1] = _NO_KEY


def _as_key(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise _NotPlainError
    return value


def _scalar(event: ScalarEvent, known: dict[str, Any]) -> Any:
    if event.anchor is not None or event.tag is not None:
        raise _NotPlainError
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block: a text whatever it looks like
        return text
    if text in known:
        return known[text]
    value = _resolve(text)
    if len(known) < _MOST_REMEMBERED:
        known[text] = value
    return value


def _resolve(text: str) -> Any:
    for tag, pattern in (*_RESOLVERS.get(text[:1], ()), *_RESOLVERS.get(None, ())):
        if pattern.match(text):
            if tag == _MERGE or tag not in _CONSTRUCTORS:
                raise _NotPlainError
            return _CONSTRUCTORS[tag](_CONSTRUCTOR, yaml.ScalarNode(tag, text))
    return text


_CONSTRUCTOR = SafeConstructor()
