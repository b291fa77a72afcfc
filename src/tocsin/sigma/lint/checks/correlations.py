"""Checks of correlations, within the document."""

import re
from collections.abc import Iterator

import yaml

from tocsin.sigma.correlation import OPS
from tocsin.sigma.lint.check import CorrelationCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.rule import Correlation, Kind

_COUNTS = (Kind.EVENT_COUNT, Kind.VALUE_COUNT)
_TEMPORAL = (Kind.TEMPORAL, Kind.TEMPORAL_ORDERED)
_SHORT, _LONG = 5, 30 * 86_400
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")

_BASE = """
---
name: hidden_window
"""
_PAIR = """
---
name: hidden_window
---
name: hidden_service
"""


def _example(*, head: str = "event_count", rules: str = "hidden_window", more: str) -> str:
    listed = "".join(f"        - {name}\n" for name in rules.split())
    return f"correlation:\n    type: {head}\n    rules:\n{listed}{more}level: high"


_GROUP = "    group-by:\n        - User\n"
_SPAN = "    timespan: 5m\n"
_TEN = "    condition:\n        gte: 10\n"
_GOOD = _example(more=_GROUP + _SPAN + _TEN) + _BASE


def _at(doc: Doc, key: str, message: str) -> Found:
    one = doc.section.get(key)
    return doc.at(one.value if one else doc.entries["correlation"].key, message)


class GroupByMissing(CorrelationCheck):
    code, name, severity = "TS401", "group-by-missing", Severity.WARNING
    summary = "A count over everything: there is no `group-by`."
    explain = "Ten failed logins of one user are an attack, ten of a whole company a morning. Say per what to count."
    bad = _example(more=_SPAN + _TEN) + _BASE
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        if isinstance(doc.parsed, Correlation) and doc.parsed.kind in _COUNTS and not doc.parsed.group_by:
            yield _at(doc, "", "counts over all events together; add `group-by`")


class TimespanShort(CorrelationCheck):
    code, name, severity = "TS402", "timespan-short", Severity.WARNING
    summary = f"The time span is shorter than {_SHORT} seconds."
    explain = "Clocks of logs differ by more, and many logs tell whole seconds only."
    bad = _example(more=_GROUP + "    timespan: 1s\n" + _TEN) + _BASE
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        if isinstance(doc.parsed, Correlation) and doc.parsed.timespan < _SHORT:
            yield _at(doc, "timespan", "shorter than the clocks of logs are exact")


class TimespanLong(CorrelationCheck):
    code, name, severity = "TS403", "timespan-long", Severity.WARNING
    summary = "The time span is longer than 30 days."
    explain = "Every group is remembered for that long. `M` is a month; minutes are `m`."
    bad = _example(more=_GROUP + "    timespan: 5M\n" + _TEN) + _BASE
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        if isinstance(doc.parsed, Correlation) and doc.parsed.timespan > _LONG:
            yield _at(doc, "timespan", "longer than 30 days; `m` is minutes, `M` months")


class ThresholdOne(CorrelationCheck):
    code, name, severity = "TS404", "threshold-one", Severity.WARNING
    summary = "A count that one event reaches."
    explain = "The correlation is then true whenever its rule is, and adds only a delay."
    bad = _example(more=_GROUP + _SPAN + "    condition:\n        gte: 1\n") + _BASE
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        one = doc.parsed
        if isinstance(one, Correlation) and one.kind in _COUNTS and one.threshold and len(one.rules) == 1:
            bounds = dict(one.threshold.bounds)
            if bounds.get("gte", 2) <= 1 or bounds.get("gt", 1) < 1 or bounds.get("eq", 2) <= 1:
                yield _at(doc, "condition", "one event is enough to reach this")


class ThresholdNever(CorrelationCheck):
    code, name, severity = "TS405", "threshold-impossible", Severity.WARNING
    summary = "The bounds leave no number between them."
    explain = "No count is at least ten and at most five; the correlation is never true."
    bad = _example(more=_GROUP + _SPAN + "    condition:\n        gte: 10\n        lte: 5\n") + _BASE
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        if isinstance(doc.parsed, Correlation) and doc.parsed.threshold:
            bounds = dict(doc.parsed.threshold.bounds)
            low = max(
                bounds.get("gte", float("-inf")),
                bounds.get("gt", float("-inf")),
                bounds.get("eq", float("-inf")),
            )
            high = min(
                bounds.get("lte", float("inf")),
                bounds.get("lt", float("inf")),
                bounds.get("eq", float("inf")),
            )
            strict = low in (bounds.get("gt"), bounds.get("lt")) or high in (
                bounds.get("gt"),
                bounds.get("lt"),
            )
            if low > high or (low == high and strict) or bounds.get("eq", 0) == bounds.get("neq", 1):
                yield _at(
                    doc, "condition", f"no number passes all of {', '.join(op for op in OPS if op in bounds)}"
                )


class TemporalOfOne(CorrelationCheck):
    code, name, severity = "TS406", "temporal-of-one", Severity.WARNING
    summary = "A temporal correlation of a single rule."
    explain = "It waits for several different rules; of one it is true at every match. For many matches use event_count."
    bad = _example(head="temporal", more=_GROUP + _SPAN) + _BASE
    good = _example(head="temporal", rules="hidden_window hidden_service", more=_GROUP + _SPAN) + _PAIR

    def check(self, doc: Doc) -> Iterator[Found]:
        if (
            isinstance(doc.parsed, Correlation)
            and doc.parsed.kind in _TEMPORAL
            and len(doc.parsed.rules) == 1
        ):
            yield _at(doc, "rules", "temporal over one rule; name another, or use event_count")


class AliasUnused(CorrelationCheck):
    code, name, severity = "TS407", "alias-unused", Severity.WARNING
    summary = "An alias is in no `group-by`."
    explain = (
        "An alias gives one name to fields that are called differently; it does nothing unless grouped by."
    )
    bad = (
        _example(
            more=_GROUP + _SPAN + _TEN + "    aliases:\n        person:\n            hidden_window: User\n",
        )
        + _BASE
    )
    good = (
        _example(
            more="    group-by:\n        - person\n"
            + _SPAN
            + _TEN
            + "    aliases:\n        person:\n            hidden_window: User\n",
        )
        + _BASE
    )

    def check(self, doc: Doc) -> Iterator[Found]:
        one = doc.parsed
        if isinstance(one, Correlation):
            used = {*one.group_by, *(one.threshold.fields if one.threshold else ())}
            for alias in one.aliases:
                if alias not in used:
                    yield _at(doc, "aliases", f"the alias `{alias}` is in no `group-by`")


class AliasIncomplete(CorrelationCheck):
    code, name, severity = "TS408", "alias-incomplete", Severity.WARNING
    summary = "An alias leaves out a rule of the correlation."
    explain = "Matches of that rule have no value under the alias, so they never join a group."
    bad = (
        _example(
            head="temporal",
            rules="hidden_window hidden_service",
            more="    group-by:\n        - person\n"
            + _SPAN
            + "    aliases:\n        person:\n            hidden_window: User\n",
        )
        + _PAIR
    )
    good = (
        _example(
            head="temporal",
            rules="hidden_window hidden_service",
            more="    group-by:\n        - person\n" + _SPAN + "    aliases:\n        person:\n"
            "            hidden_window: User\n            hidden_service: AccountName\n",
        )
        + _PAIR
    )

    def check(self, doc: Doc) -> Iterator[Found]:
        one = doc.parsed
        if isinstance(one, Correlation):
            for alias, fields in one.aliases.items():
                for rule in one.rules:
                    if rule not in fields:
                        yield _at(doc, "aliases", f"the alias `{alias}` has no field for `{rule}`")


class CountsItsGroup(CorrelationCheck):
    code, name, severity = "TS409", "counts-its-group", Severity.WARNING
    summary = "The field whose values are counted is in `group-by`."
    explain = "Within a group that field has one value, so the count is always one."
    bad = (
        _example(
            head="value_count", more=_GROUP + _SPAN + "    condition:\n        gte: 10\n        field: User\n"
        )
        + _BASE
    )
    good = (
        _example(
            head="value_count",
            more=_GROUP + _SPAN + "    condition:\n        gte: 10\n        field: Computer\n",
        )
        + _BASE
    )

    def check(self, doc: Doc) -> Iterator[Found]:
        one = doc.parsed
        if isinstance(one, Correlation) and one.kind is Kind.VALUE_COUNT and one.threshold:
            for field in set(one.threshold.fields) & set(one.group_by):
                yield _at(doc, "condition", f"`{field}` is grouped by, so each group has one value of it")


class GenerateMisplaced(CorrelationCheck):
    code, name, severity = "TS410", "generate-misplaced", Severity.WARNING
    summary = "`generate` stands beside `correlation`, where nothing reads it."
    explain = "Inside `correlation`, `generate: true` lets the referenced rules report on their own as well."
    bad = _example(more=_GROUP + _SPAN + _TEN).replace("level: high", "generate: true\nlevel: high") + _BASE
    good = _example(more=_GROUP + _SPAN + _TEN + "    generate: true\n") + _BASE

    def check(self, doc: Doc) -> Iterator[Found]:
        if "generate" in doc.entries:
            yield doc.at_key("generate", "nothing reads `generate` here; move it into `correlation`")


class ReferencedTwice(CorrelationCheck):
    code, name, severity = "TS411", "referenced-twice", Severity.WARNING
    summary = "A rule stands in the correlation's list twice."
    explain = "It is counted once. A sequence of the same rule is not what the list says."
    bad = _example(rules="hidden_window hidden_window", more=_GROUP + _SPAN + _TEN) + _BASE
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        rules = doc.section.get("rules")
        seen: set[str] = set()
        for node in rules.value.value if rules and isinstance(rules.value, yaml.SequenceNode) else ():
            if str(node.value) in seen:
                yield doc.at(node, f"`{node.value}` stands here twice")
            seen.add(str(node.value))


class ReferenceById(CorrelationCheck):
    code, name, severity = "TS412", "reference-by-id", Severity.INFO
    summary = "A rule is referred to by its id."
    explain = "A reader cannot tell which rule that is. Give the rule a `name` and refer to it by that."
    bad = _example(rules="0f06a3a5-6a09-413f-8743-e6cf35561291", more=_GROUP + _SPAN + _TEN) + _BASE
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        rules = doc.section.get("rules")
        for node in rules.value.value if rules and isinstance(rules.value, yaml.SequenceNode) else ():
            if _UUID.fullmatch(str(node.value)):
                yield doc.at(node, "an id tells a reader nothing; refer to the rule's `name`")


class CorrelationWithDetection(CorrelationCheck):
    code, name, severity = "TS413", "correlation-with-detection", Severity.WARNING
    summary = "A correlation document has a `detection` or `logsource`."
    explain = "Nothing reads them there. The rule to correlate is a document of its own, parted by `---`."
    bad = (
        _example(more=_GROUP + _SPAN + _TEN).replace(
            "level: high", "logsource:\n    product: windows\nlevel: high"
        )
        + _BASE
    )
    good = _GOOD

    def check(self, doc: Doc) -> Iterator[Found]:
        for key in ("detection", "logsource"):
            if key in doc.entries:
                yield doc.at_key(
                    key, f"nothing reads `{key}` in a correlation; make it a document of its own"
                )
