"""A rule file as the linter sees it: its text, its documents with positions, and what the parser made of them."""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from tocsin.errors import ContentError
from tocsin.sigma.condition import MAX_WORDS
from tocsin.sigma.depth import MAX_NESTING, refuse_deep
from tocsin.sigma.lint.finding import Edit, Found
from tocsin.sigma.lint.items import Condition, Item, read_conditions, read_items
from tocsin.sigma.loader import why_too_large
from tocsin.sigma.modifiers import MAX_VALUE, NeedsPlaceholderError
from tocsin.sigma.parser import parse
from tocsin.sigma.rule import Document

BOM = "\ufeff"
MAX_EXCERPT = 400
"""Of a line that is shown."""
MAX_NODES = 50_000
"""As in the parser: aliases can unfold to endless trees, and every check walks the tree."""


@dataclass(slots=True, frozen=True)
class Entry:
    """One `key: value` of a mapping."""

    key: yaml.Node
    value: yaml.Node


@dataclass(slots=True)
class File:
    """One file. `trouble` is why it, or the rest of it, is not YAML; `refused`: its text is not even looked at."""

    path: str
    text: str
    documents: "list[Doc]" = field(default_factory=list)
    trouble: Found | None = None
    refused: bool = False
    _starts: list[int] = field(default_factory=list)

    @property
    def shift(self) -> int:
        """A byte order mark is in the text, but YAML does not count it."""
        return int(self.text.startswith(BOM))

    @property
    def starts(self) -> list[int]:
        """Offsets at which lines begin."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer("\n", self.text))]
        return self._starts

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column, from 1."""
        line = bisect.bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line's text, from 1."""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    def excerpt(self, number: int) -> str:
        """Return the beginning of a line: it is kept for every finding on it."""
        start = self.starts[number - 1]
        return self.text[start : start + MAX_EXCERPT].partition("\n")[0].rstrip("\r")

    def span(self, node: yaml.Node) -> tuple[int, int]:
        """Return the offsets of a node's text."""
        start, end = node.start_mark.index + self.shift, node.end_mark.index + self.shift
        return start, max(start, end)

    def raw(self, node: yaml.Node) -> str:
        """Return a node's text as it is written."""
        start, end = self.span(node)
        return self.text[start:end]

    def found(self, start: int, end: int, message: str, edits: tuple[Edit, ...] = ()) -> Found:
        """Make a finding at a stretch of the text."""
        return Found(self.path, start, min(max(end, start), len(self.text)), message, edits)


@dataclass
class Doc:
    """One document: `value` as the loader sees it, `node` with the places, `parsed` if it is a sound rule."""

    file: File
    node: yaml.MappingNode
    value: dict[Any, Any]
    parsed: Document | None = None
    error: ContentError | None = None

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The top-level keys."""
        return entries(self.node)

    @cached_property
    def kind(self) -> str:
        """Return rule, correlation or filter."""
        return next((word for word in ("correlation", "filter") if word in self.entries), "rule")

    @cached_property
    def section(self) -> dict[str, Entry]:
        """The keys of `detection`, or of `filter` or `correlation`."""
        name = "detection" if self.kind == "rule" else self.kind
        return entries(self.entries[name].value) if name in self.entries else {}

    @cached_property
    def detections(self) -> dict[str, Entry]:
        """The named detections of a rule or filter."""
        if self.kind == "correlation":
            return {}
        return {
            key: one for key, one in self.section.items() if key not in {"condition", "timeframe", "rules"}
        }

    @cached_property
    def items(self) -> list[Item]:
        """Every detection item, in order; without those that the parser refuses for the length of a value."""
        return [
            item
            for name, one in self.detections.items()
            for item in read_items(name, one.key, one.value)
            if all(len(value.text) <= MAX_VALUE for value in item.values)
        ]

    @cached_property
    def conditions(self) -> list[Condition]:
        """The condition lines of a rule or filter; without those that the parser refuses for their length."""
        if self.kind == "correlation" or "condition" not in self.section:
            return []
        found = read_conditions(self.section["condition"].value, self.file.text, self.file.shift)
        return [one for one in found if len(one.words) <= MAX_WORDS]

    def text_of(self, key: str) -> str:
        """Return a top-level value if it is a text, stripped."""
        value = self.value.get(key)
        return value.strip() if isinstance(value, str) else ""

    def listed(self, key: str) -> list[yaml.ScalarNode]:
        """Return the scalars of a top-level list."""
        one = self.entries.get(key)
        if one is None or not isinstance(one.value, yaml.SequenceNode):
            return []
        return [node for node in one.value.value if isinstance(node, yaml.ScalarNode)]

    def at(self, node: yaml.Node, message: str, *edits: Edit) -> Found:
        """Make a finding at a node."""
        return self.file.found(*self.file.span(node), message, edits)

    def at_key(self, key: str, message: str, *edits: Edit) -> Found:
        """Make a finding at a top-level key, or at the document's first key if it is missing."""
        one = self.entries.get(key)
        first = self.node.value[0][0] if self.node.value else self.node
        return self.at(one.key if one else first, message, *edits)

    def rewrite(self, node: yaml.Node, text: str) -> Edit | None:
        """Edit a one-line scalar's text inside its quotes; None if it is written in a way that forbids it."""
        inner = inside(node, self.file.text, self.file.shift)
        if inner is None or "'" in text or "\n" in text:  # a quote would need doubling in one style of three
            return None
        return Edit(*inner, text)

    def without_line(self, node: yaml.Node) -> Edit | None:
        """Edit away a list entry that stands alone on its line, `- value`."""
        start, end = self.file.span(node)
        line = self.file.place(start)[0]
        head = self.file.text[self.file.starts[line - 1] : start]
        if head.strip() != "-" or self.file.place(end)[0] != line or line >= len(self.file.starts):
            return None
        rest = self.file.text[end : self.file.starts[line]]
        return Edit(self.file.starts[line - 1], self.file.starts[line], "") if not rest.strip() else None


def inside(node: yaml.Node, text: str, shift: int) -> tuple[int, int] | None:
    """Return the offsets of a scalar's own characters, if it is written as it reads."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    quote = 1 if node.style in {"'", '"'} else 0
    start, end = node.start_mark.index + shift + quote, node.end_mark.index + shift - quote
    return (start, end) if text[start:end] == node.value else None


def entries(node: yaml.Node) -> dict[str, Entry]:
    """Return the pairs of a mapping by the text of their keys; of doubles the last, as YAML loads them."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: Entry(key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def read(path: str, content: bytes) -> File:
    """Read a file; never raises for what is in it."""
    if too_large := why_too_large(content):
        return File(path, "", trouble=Found(path, 0, 0, too_large), refused=True)
    try:
        file = File(path, content.decode())
    except UnicodeDecodeError as error:
        file = File(path, content.decode(errors="replace"), refused=True)
        before = content[: error.start].decode()
        file.trouble = file.found(len(before), len(before) + 1, "the file is not UTF-8; save it as UTF-8")
        return file
    try:
        refuse_deep(content)
        for node, value in _compose(file.text):
            if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
                file.documents.append(_document(file, node, value))
            elif value is not None:
                message = "this document is no mapping; a Sigma rule is `key: value` lines"
                file.trouble = file.trouble or file.found(*file.span(node), message)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = min(mark.index + file.shift, len(file.text)) if mark else 0
        file.trouble = file.found(at, at + 1, f"not YAML: {getattr(error, 'problem', None) or error}")
    except (ContentError, ValueError, RecursionError) as error:
        at = file.starts[error.line - 1] if isinstance(error, ContentError) and error.line else 0
        file.trouble = file.found(at, at + 1, f"not a rule: {error}")
    return file


def _compose(text: str) -> Iterator[tuple[yaml.Node, Any]]:
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                return
            _refuse_endless(node)
            yield node, loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_endless(top: yaml.Node) -> None:
    waiting = [(top, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > MAX_NODES or depth > MAX_NESTING:
            raise ContentError(f"nests too deep, or unfolds to more than {MAX_NODES} nodes (YAML aliases?)")
        if isinstance(node, yaml.SequenceNode):
            waiting += ((one, depth + 1) for one in node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting += ((one, depth + 1) for pair in node.value for one in pair)


def _document(file: File, node: yaml.MappingNode, value: dict[Any, Any]) -> Doc:
    doc = Doc(file, node, value)
    try:
        doc.parsed = parse(value, {}, path=file.path, line=file.place(file.span(node)[0])[0])
    except NeedsPlaceholderError:
        pass  # configuration is missing, not the rule wrong
    except ContentError as error:
        doc.error = error
    return doc
