"""One YAML document -> one Rule, Correlation or Filter; every mistake is a ContentError that says where."""

import math
import re
from collections.abc import Mapping
from typing import Any

from tocsin.errors import ContentError
from tocsin.model.logsource import LogSource
from tocsin.sigma import condition, modifiers
from tocsin.sigma.correlation import read_correlation
from tocsin.sigma.modifiers import Placeholders, Scalar
from tocsin.sigma.rule import Document, Filter, Level, Meta, Rule
from tocsin.sigma.tree import Leaf, Node, Not, both, either

MAX_NODES = 50_000  # the largest public rule has under 2,000; YAML aliases can make far more
MAX_DEPTH = 32
_NOT_DETECTIONS = {"condition", "timeframe"}


def parse(document: Any, placeholders: Placeholders, *, path: str = "", line: int = 1) -> Document:
    """Read one document; raises ContentError with the keys that lead to the mistake."""
    if not isinstance(document, dict):
        raise ContentError("a Sigma rule is a YAML mapping")
    _refuse_bombs(document)
    meta = _meta(document, path, line)
    if "correlation" in document:
        return read_correlation(meta, _mapping(document, "correlation"))
    if "filter" in document:
        return _filter(meta, document, placeholders)
    if "detection" not in document:
        raise ContentError("no `detection`, `correlation` or `filter` in this document")
    return _rule(meta, document, placeholders)


def _rule(meta: Meta, document: Mapping[str, Any], placeholders: Placeholders) -> Rule:
    detection = _mapping(document, "detection")
    named = _detections(detection, placeholders, "detection")
    if "condition" not in detection:
        raise ContentError("no `condition` in `detection`", keys=("detection",))
    lines = detection["condition"]
    conditions = tuple(
        _condition(one, named, "detection") for one in (lines if isinstance(lines, list) else [lines])
    )
    if not conditions:
        raise ContentError("`condition` is an empty list", keys=("detection", "condition"))
    return Rule(meta, _logsource(document), conditions, _texts(document, "fields"))


def _filter(meta: Meta, document: Mapping[str, Any], placeholders: Placeholders) -> Filter:
    content = dict(_mapping(document, "filter"))
    rules = content.pop("rules", "any")
    if not (isinstance(rules, list) or (isinstance(rules, str) and rules.lower() == "any")):
        raise ContentError(
            "`rules` of a filter is a list of names or ids, or `any`", keys=("filter", "rules")
        )
    if "condition" not in content:
        raise ContentError("no `condition` in `filter`", keys=("filter",))
    named = _detections(content, placeholders, "filter")
    node = _condition(content["condition"], named, "filter")
    names = tuple(str(one) for one in rules) if isinstance(rules, list) else ()
    return Filter(meta, _logsource(document), names, node)


def _condition(text: Any, named: Mapping[str, Node], section: str) -> Node:
    if not isinstance(text, str):
        raise ContentError("a condition is a text", keys=(section, "condition"))
    try:
        return condition.parse(text, named)
    except ContentError as error:
        raise ContentError(error.message, keys=(section, "condition")) from None


def _detections(section: Mapping[str, Any], placeholders: Placeholders, name: str) -> dict[str, Node]:
    found = {}
    for key, value in section.items():
        if key in _NOT_DETECTIONS:
            continue
        try:
            found[str(key)] = _detection(value, placeholders)
        except ContentError as error:
            kind = type(error)
            raise kind(error.message, keys=(name, str(key), *error.keys)) from None
    if not found:
        raise ContentError(f"`{name}` holds no detection beside its condition", keys=(name,))
    return found


def _detection(value: Any, placeholders: Placeholders) -> Node:
    """A map: all of its items. A list: any of its maps and keywords."""
    if isinstance(value, dict):
        if not value:
            raise ContentError("an empty map matches nothing; name a field")
        return both(tuple(_item(str(key), inner, placeholders) for key, inner in value.items()))
    if isinstance(value, list):
        if not value:
            raise ContentError("an empty list matches nothing; give it a value")
        return either(tuple(_detection(inner, placeholders) for inner in value))
    return _values(None, [value], [], placeholders)


def _item(key: str, value: Any, placeholders: Placeholders) -> Node:
    field, *names = key.split("|")
    unknown = [name for name in names if name not in modifiers.ALL]
    if unknown:
        raise ContentError(
            f"unknown modifier `{unknown[0]}`; known: {', '.join(sorted(modifiers.ALL))}", keys=(key,)
        )
    values = value if isinstance(value, list) else [value]
    if not values:
        raise ContentError("an empty list matches nothing; give it a value", keys=(key,))
    try:
        return _values(field or None, values, names, placeholders)
    except ContentError as error:
        kind = type(error)
        raise kind(error.message, keys=(key,)) from None


def _values(field: str | None, values: list[Any], names: list[str], placeholders: Placeholders) -> Node:
    nodes = []
    for value in values:
        tests = modifiers.to_tests(_scalar(value), names, placeholders)
        nodes.append(either(tuple(Leaf(field, test) for test in tests)))
    if field is None and any(isinstance(leaf.test, modifiers.WITHOUT_FIELD) for leaf in map(_first, nodes)):
        raise ContentError("this modifier needs a field before the `|`")
    node = both(tuple(nodes)) if "all" in names else either(tuple(nodes))
    return Not(node) if "neq" in names else node


def _first(node: Node) -> Leaf:
    while not isinstance(node, Leaf):
        node = node.item if isinstance(node, Not) else node.items[0]
    return node


def _scalar(value: Any) -> Scalar:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            raise ContentError("a number that is not finite cannot be compared")
        return value
    if isinstance(value, dict | list):
        raise ContentError("a map or list cannot be a value here; values are texts and numbers")
    return str(value)  # YAML's dates


def _logsource(document: Mapping[str, Any]) -> LogSource:
    found = _mapping(document, "logsource")
    words = {}
    for word in ("product", "category", "service"):
        value = found.get(word)
        if value is not None and not isinstance(value, str):
            raise ContentError(f"`{word}` is a text", keys=("logsource", word))
        words[word] = value.strip().lower() if value else None
    return LogSource(**words)


def _meta(document: Mapping[str, Any], path: str, line: int) -> Meta:
    title = document.get("title")
    if not isinstance(title, str) or not title.strip():
        raise ContentError("no `title`")
    identity = str(document.get("id") or document.get("name") or _slug(title))
    return Meta(
        id=identity,
        title=title.strip(),
        name=str(document.get("name") or ""),
        level=_level(document.get("level", "medium")),
        tags=_texts(document, "tags"),
        references=_texts(document, "references"),
        falsepositives=_texts(document, "falsepositives"),
        path=path,
        line=line,
        **{
            word: str(document.get(word) or "")
            for word in ("status", "description", "author", "date", "modified")
        },
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _level(value: Any) -> Level:
    try:
        return Level(str(value).lower())
    except ValueError:
        known = ", ".join(level.value for level in Level)
        raise ContentError(f"unknown level `{value}`; known: {known}", keys=("level",)) from None


def _mapping(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    if not isinstance(found, dict):
        raise ContentError(f"`{key}` is missing or is not a map", keys=(key,))
    return found


def _texts(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = document.get(key)
    if found is None:
        return ()
    return tuple(str(one) for one in found) if isinstance(found, list) else (str(found),)


def _refuse_bombs(document: Any) -> None:
    """YAML aliases can stand for endless or doubling trees: count what a walk would see."""
    waiting = [(document, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if seen > MAX_NODES:
            raise ContentError(f"the document unfolds to more than {MAX_NODES} nodes (YAML aliases?)")
        if depth > MAX_DEPTH:
            raise ContentError(f"the document nests deeper than {MAX_DEPTH}")
        if isinstance(value, dict):
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
