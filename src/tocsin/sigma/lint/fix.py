"""Apply the edits of findings to a text, comments and all, and refuse any that changes what a rule matches."""

import difflib
from collections.abc import Iterable
from typing import Any

import yaml

from tocsin.errors import ContentError
from tocsin.sigma.depth import refuse_deep
from tocsin.sigma.lint.finding import Edit, Finding
from tocsin.sigma.lint.run import Linter
from tocsin.sigma.parser import parse
from tocsin.sigma.rule import Correlation, Filter
from tocsin.sigma.tree import Leaf, Node, Not, Text

_ROUNDS = 5
"""A fix can uncover another; each round only shortens the list, so this is a bound and no tuning knob."""


def fix(path: str, content: bytes, linter: Linter) -> bytes:
    """Return the content with all safe fixes applied; the same content when there are none."""
    for _ in range(_ROUNDS):
        report = linter.lint([(path, content)], most=len(content) + 1)
        fixed = _once(content, report.findings)
        if fixed == content:
            break
        content = fixed
    return content


def diff(path: str, before: bytes, after: bytes) -> str:
    """Return a unified diff."""
    old, new = (text.decode(errors="replace").splitlines(keepends=True) for text in (before, after))
    lines = difflib.unified_diff(old, new, path, path)
    return "".join(
        line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines
    )


def _once(content: bytes, findings: Iterable[Finding]) -> bytes:
    fixes = [one.edits for one in findings if one.edits]
    if not fixes:
        return content
    text = content.decode()
    meant = meaning(text)
    together = apply(text, [edit for edits in fixes for edit in edits])
    if meaning(together) == meant:
        return together.encode()
    for edits in fixes:  # one of them is not safe here: find the first that is, the next round takes the rest
        alone = apply(text, edits)
        if alone != text and meaning(alone) == meant:
            return alone.encode()
    return content


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits from the end to the start; of two that overlap the first wins."""
    kept: list[Edit] = []
    for edit in sorted(set(edits), key=lambda one: (one.start, one.end)):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    for edit in reversed(kept):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def meaning(text: str) -> list[Any]:
    """Return what the documents of a text match, without what they say about themselves."""
    try:
        refuse_deep(text.encode())
        return [_meant(one) for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one is not None]
    except (yaml.YAMLError, ContentError, ValueError, RecursionError) as error:
        return [type(error).__name__]


def _meant(document: Any) -> Any:
    try:
        rule = parse(document, {})
    except ContentError as error:
        return error.message
    if isinstance(rule, Correlation):
        return (
            rule.kind,
            rule.rules,
            rule.group_by,
            rule.timespan,
            rule.threshold,
            rule.combination,
            rule.generate,
        )
    if isinstance(rule, Filter):
        return (rule.logsource, rule.rules, plain(rule.condition))
    return (rule.logsource, tuple(plain(one) for one in rule.conditions), rule.meta.level)


def plain(node: Node) -> Node:
    """Say a tree without repeats, joints of one and idle capitals: equal trees then match the same events."""
    if isinstance(node, Not):
        return Not(plain(node.item))
    if isinstance(node, Leaf):
        return Leaf(node.field, _lowered(node.test)) if isinstance(node.test, Text) else node
    kind = type(node)
    items: list[Node] = []
    for item in (plain(one) for one in node.items):
        items += item.items if isinstance(item, kind) else [item]
    unique = tuple(dict.fromkeys(items))
    return unique[0] if len(unique) == 1 else kind(unique)


def _lowered(test: Text) -> Text:
    if test.cased:
        return test
    return Text(tuple(part.lower() if isinstance(part, str) else part for part in test.parts))
