"""The `correlation` section of a document."""

import math
import re
from collections.abc import Mapping
from typing import Any

from tocsin.errors import ContentError
from tocsin.sigma.rule import Combination, Correlation, Kind, Meta, Threshold

OPS = ("lt", "lte", "gt", "gte", "eq", "neq")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800, "M": 2_629_746, "y": 31_556_952}
_SPAN = re.compile(r"(\d{1,9})([smhdwMy])")
_WORD = re.compile(r"\s*([()]|[^\s()]+)")
_KEYS = {"type", "rules", "group-by", "timespan", "condition", "aliases", "generate"}


def read_correlation(meta: Meta, section: Mapping[str, Any]) -> Correlation:
    """Read the section; raises ContentError with the key at fault."""
    for key in section:
        if key not in _KEYS:
            raise _wrong(str(key), f"unknown key `{key}`; known: {', '.join(sorted(_KEYS))}")
    kind = _kind(section)
    threshold, combination = _condition(section, kind)
    rules = _names(section, "rules") or _named_in(combination)
    if not rules:
        raise _wrong("rules", "`rules` names no rule")
    return Correlation(
        meta=meta,
        kind=kind,
        rules=rules,
        group_by=_names(section, "group-by"),
        timespan=_timespan(section),
        threshold=threshold,
        combination=combination,
        aliases=_aliases(section, rules),
        generate=_flag(section),
    )


def _wrong(key: str, message: str) -> ContentError:
    return ContentError(message, keys=("correlation", key))


def _kind(section: Mapping[str, Any]) -> Kind:
    word = str(section.get("type", "")).removesuffix("_extended")
    try:
        return Kind(word)
    except ValueError:
        known = ", ".join(kind.value for kind in Kind)
        raise _wrong("type", f"unknown correlation type `{section.get('type')}`; known: {known}") from None


def _condition(section: Mapping[str, Any], kind: Kind) -> tuple[Threshold | None, Combination | None]:
    found = section.get("condition")
    temporal = kind in {Kind.TEMPORAL, Kind.TEMPORAL_ORDERED}
    if found is None:
        if temporal:
            return None, None
        raise _wrong("condition", f"`{kind.value}` needs a `condition`, for example `gte: 10`")
    if isinstance(found, str):
        if not temporal:
            raise _wrong("condition", "only temporal correlations take a condition in words")
        return None, _combination(found)
    if not isinstance(found, dict):
        raise _wrong("condition", "a condition is a map such as `gte: 10`")
    return _threshold(found, kind), None


def _threshold(found: Mapping[str, Any], kind: Kind) -> Threshold:
    unknown = [key for key in found if key not in {*OPS, "field", "percentile"}]
    if unknown:
        raise _wrong(
            "condition", f"unknown condition `{unknown[0]}`; known: {', '.join(OPS)}, field, percentile"
        )
    bounds = tuple((op, _number(found[op])) for op in OPS if op in found)
    if not bounds:
        raise _wrong("condition", f"the condition compares with nothing; use one of {', '.join(OPS)}")
    field = found.get("field")
    fields = tuple(str(one) for one in field) if isinstance(field, list) else (str(field),) if field else ()
    if kind.value.startswith("value_") and not fields:
        raise _wrong("condition", f"`{kind.value}` needs `field` in its condition")
    percentile = found.get("percentile", 50)
    if isinstance(percentile, bool) or not isinstance(percentile, int) or not 0 <= percentile <= 100:
        raise _wrong("condition", f"`percentile` is a whole number from 0 to 100, not `{percentile}`")
    return Threshold(bounds, fields, percentile)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong("condition", f"`{value}` is no number")
    return value


def _timespan(section: Mapping[str, Any]) -> int:
    text = section.get("timespan", section.get("timeframe"))
    found = _SPAN.fullmatch(str(text))
    if not found or int(found[1]) == 0:
        raise _wrong(
            "timespan", f"`timespan` is a number and one of s m h d w M y, for example 10m; not `{text}`"
        )
    return int(found[1]) * _SECONDS[found[2]]


def _names(section: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = section.get(key)
    if found is None:
        return ()
    values = found if isinstance(found, list) else [found]
    if not all(isinstance(one, str) and one for one in values):
        raise _wrong(key, f"`{key}` is a list of names")
    return tuple(dict.fromkeys(values))


def _aliases(section: Mapping[str, Any], rules: tuple[str, ...]) -> dict[str, dict[str, str]]:
    found = section.get("aliases") or {}
    if not isinstance(found, dict):
        raise _wrong("aliases", "`aliases` maps an alias to {rule: field}")
    for alias, fields in found.items():
        if not isinstance(fields, dict) or not fields:
            raise _wrong("aliases", f"alias `{alias}` maps rules to fields")
        stranger = next((rule for rule in fields if rule not in rules), None)
        if stranger is not None:
            raise _wrong("aliases", f"alias `{alias}` names the rule `{stranger}`, which `rules` does not")
    return {str(a): {str(rule): str(field) for rule, field in fields.items()} for a, fields in found.items()}


def _flag(section: Mapping[str, Any]) -> bool:
    value = section.get("generate", False)
    if not isinstance(value, bool):
        raise _wrong("generate", f"`generate` is true or false, not `{value}`")
    return value


def _combination(text: str) -> Combination:
    words = _WORD.findall(text)
    node, rest = _any(words)
    if rest:
        raise _wrong("condition", f"`{rest[0]}` is not expected here in `{text}`")
    return node


def _any(words: list[str]) -> tuple[Combination, list[str]]:
    return _chain(words, "or", lambda inner: _chain(inner, "and", _one))


def _chain(words: list[str], op: str, read: Any) -> tuple[Combination, list[str]]:
    item, rest = read(words)
    items = [item]
    while rest and rest[0].lower() == op:
        item, rest = read(rest[1:])
        items.append(item)
    return (items[0] if len(items) == 1 else Combination(op, tuple(items))), rest


def _one(words: list[str]) -> tuple[Combination, list[str]]:
    if not words or words[0] == ")" or words[0].lower() in {"and", "or"}:
        raise _wrong("condition", "the condition ends too early or misses a rule")
    if words[0].lower() == "not":
        inner, rest = _one(words[1:])
        return Combination("not", (inner,)), rest
    if words[0] == "(":
        inner, rest = _any(words[1:])
        if not rest or rest[0] != ")":
            raise _wrong("condition", "a `(` in the condition is not closed")
        return inner, rest[1:]
    return Combination("rule", rule=words[0]), words[1:]


def _named_in(node: Combination | None) -> tuple[str, ...]:
    if node is None:
        return ()
    inner = [name for item in node.items for name in _named_in(item)]
    return tuple(dict.fromkeys(([node.rule] if node.rule else []) + inner))
