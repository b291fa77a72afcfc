"""Files and folders of rules -> a Collection; a broken document is reported, the rest load."""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import yaml

from tocsin.errors import ConfigError, ContentError
from tocsin.model.logsource import LogSource
from tocsin.sigma.depth import refuse_deep
from tocsin.sigma.modifiers import NeedsPlaceholderError, Placeholders
from tocsin.sigma.parser import parse
from tocsin.sigma.rule import Correlation, Document, Filter, Rule
from tocsin.sigma.tree import And
from tocsin.sigma.yaml_text import load_all

MAX_FILE_BYTES = 4 * 1024 * 1024


@dataclass(slots=True)
class Collection:
    """What was loaded, and what was not and why."""

    rules: list[Rule] = field(default_factory=list)
    correlations: list[Correlation] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    errors: list[ContentError] = field(default_factory=list)
    """Documents that are wrong."""
    waiting: list[ContentError] = field(default_factory=list)
    """Documents that need configuration: placeholders without values."""
    files: int = 0

    @property
    def reporting(self) -> list[Rule | Correlation]:
        """What can report: rules and correlations."""
        return [*self.rules, *self.correlations]

    def add(self, document: Document) -> None:
        """Take one document in."""
        if isinstance(document, Rule):
            self.rules.append(document)
        elif isinstance(document, Correlation):
            self.correlations.append(document)
        else:
            self.filters.append(document)


def rule_files(paths: Iterable[Path]) -> list[Path]:
    """List the rule files under the paths, sorted; test files and hidden folders are none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += _rules_in(path)
        elif path.exists():
            found.append(path)
        else:
            raise ConfigError(f"{path}: no such file or folder of rules")
    return sorted(found)


def _rules_in(top: Path) -> list[Path]:
    """Rule files of a folder, and the folders that cannot be looked into: reading those says why."""
    shut: list[OSError] = []
    found = [
        path
        for folder, _, names in os.walk(top, onerror=shut.append)
        for name in names
        if name.endswith((".yml", ".yaml"))
        and _is_rule(path := Path(folder, name), top)
        and not _is_endless(path)
    ]
    unread = [Path(error.filename) for error in shut]
    return found + [path for path in unread if _is_rule(path, top)]


def _is_endless(path: Path) -> bool:
    """Tell a pipe or device; what is not there or shut is for reading to report."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _is_rule(path: Path, top: Path) -> bool:
    inside = path.relative_to(top)
    return not path.name.endswith((".tests.yml", ".tests.yaml")) and not any(
        p.startswith(".") for p in inside.parts
    )


def load(paths: Iterable[Path], placeholders: Placeholders | None = None) -> Collection:
    """Read every document of every file. Wrong ones are in `errors`, each with its file and line."""
    collection = Collection()
    for path in rule_files(paths):
        collection.files += 1
        for document in read_file(path, placeholders or {}):
            if isinstance(document, NeedsPlaceholderError):
                collection.waiting.append(document)
            elif isinstance(document, ContentError):
                collection.errors.append(document)
            else:
                collection.add(document)
    return finish(collection)


def finish(collection: Collection) -> Collection:
    """Refuse duplicates, apply filters and check references: what needs all documents at once."""
    _refuse_duplicates(collection)
    collection.rules = [_filtered(rule, collection.filters) for rule in collection.rules]
    _report_idle_filters(collection)
    _check_references(collection)
    return collection


def read_file(path: Path, placeholders: Placeholders) -> Iterator[Document | ContentError]:
    """Yield each document of a file, or the error that stands for it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        yield ContentError(f"cannot be read: {error.strerror}", path=str(path))
        return
    yield from read_content(content, placeholders, path=str(path))


def read_content(
    content: bytes, placeholders: Placeholders, *, path: str
) -> Iterator[Document | ContentError]:
    """Yield each document of a file's content, or the error that stands for it."""
    if too_large := why_too_large(content):
        yield ContentError(too_large, path=path)
    else:
        yield from read_text(content, placeholders, path=path)


def why_too_large(content: bytes) -> str:
    """Return why a file of this size is not read, or nothing."""
    size = len(content)
    return f"{size} bytes; a rule file has at most {MAX_FILE_BYTES}" if size > MAX_FILE_BYTES else ""


def read_text(content: bytes, placeholders: Placeholders, *, path: str) -> Iterator[Document | ContentError]:
    """Yield each document of a YAML text, or the error that stands for it."""
    starts = _document_lines(content)
    try:
        refuse_deep(content)
        for index, document in enumerate(load_all(content)):
            line = starts[index] if index < len(starts) else 1
            if document is not None:
                try:
                    yield parse(document, placeholders, path=path, line=line)
                except ContentError as error:
                    kind = type(error)
                    yield kind(error.message, path=path, line=_line_of(content, index, error.keys))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = str(getattr(error, "problem", None) or error).splitlines()[0]
        yield ContentError(f"not YAML: {what}", path=path, line=mark.line + 1 if mark else 0)
    except ContentError as error:
        yield ContentError(error.message, path=path, line=error.line)
    except RecursionError:
        yield ContentError("nests too deep to be a rule", path=path)
    except ValueError as error:  # a scalar that only looks like a date or a number, such as 2024-13-45
        yield ContentError(f"not YAML: {error}", path=path)


def _document_lines(content: bytes) -> list[int]:
    """Line on which each document starts. Most files hold one: then nothing is searched."""
    if b"\n---" not in content:
        return [1]
    lines = content.splitlines()
    marks = [number + 2 for number, text in enumerate(lines) if text.rstrip() == b"---"]
    return marks if lines[0].rstrip() == b"---" else [1, *marks]


def _line_of(content: bytes, index: int, keys: tuple[str, ...]) -> int:
    """Find the line of a key by composing the document again, with marks this time."""
    node = list(yaml.compose_all(content, Loader=yaml.CSafeLoader))[index]
    line = node.start_mark.line + 1
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            break
        found = next((pair for pair in node.value if pair[0].value == key), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return int(line)


def _refuse_duplicates(collection: Collection) -> None:
    first: dict[str, Rule | Correlation] = {}
    for document in collection.reporting:
        meta = document.meta
        if first.setdefault(meta.id, document) is not document:
            taken = first[meta.id].meta
            text = f"id `{meta.id}` is already taken by {taken.path}:{taken.line}; this one is left out"
            collection.errors.append(ContentError(text, path=meta.path, line=meta.line))
    kept = {id(document) for document in first.values()}
    collection.rules = [rule for rule in collection.rules if id(rule) in kept]
    collection.correlations = [one for one in collection.correlations if id(one) in kept]


def _filtered(rule: Rule, filters: list[Filter]) -> Rule:
    wanted = [one.condition for one in filters if _concerns(one, rule)]
    if not wanted:
        return rule
    conditions = tuple(And((condition, *wanted)) for condition in rule.conditions)
    return Rule(rule.meta, rule.logsource, conditions, rule.fields)


def _concerns(one: Filter, rule: Rule) -> bool:
    names = {rule.meta.id, rule.meta.name, rule.meta.title}
    return (not one.rules or any(name in names for name in one.rules)) and _within(
        rule.logsource, one.logsource
    )


def _within(rule: LogSource, wider: LogSource) -> bool:
    return all(
        said is None or said == own
        for said, own in zip(
            (wider.product, wider.category, wider.service),
            (rule.product, rule.category, rule.service),
            strict=True,
        )
    )


def _report_idle_filters(collection: Collection) -> None:
    for one in collection.filters:
        if one.rules and not any(_concerns(one, rule) for rule in collection.rules):
            text = f"filter `{one.meta.title}` fits none of the loaded rules: {', '.join(one.rules)}"
            collection.errors.append(ContentError(text, path=one.meta.path, line=one.meta.line))


def _check_references(collection: Collection) -> None:
    """Leave out correlations that refer to nothing or, in the end, to themselves."""
    while True:
        known = {
            name
            for document in collection.reporting
            for name in (document.meta.id, document.meta.name)
            if name
        }
        broken = [(one, ref) for one in collection.correlations for ref in one.rules if ref not in known]
        for one, reference in broken:
            text = f"refers to the rule `{reference}`, which is not loaded"
            collection.errors.append(ContentError(text, path=one.meta.path, line=one.meta.line))
        lost = {id(one) for one, _ in broken}
        if not lost:
            break
        collection.correlations = [one for one in collection.correlations if id(one) not in lost]
    _refuse_circles(collection)


def _refuse_circles(collection: Collection) -> None:
    found = collection.correlations
    by_name = {name: one.meta.id for one in found for name in (one.meta.id, one.meta.name) if name}
    graph = TopologicalSorter(
        {one.meta.id: {by_name[ref] for ref in one.rules if ref in by_name} for one in found}
    )
    sound: set[str] = set()
    with suppress(CycleError):  # what is in no circle can still be sorted
        graph.prepare()
    while ready := graph.get_ready():
        sound.update(ready)
        graph.done(*ready)
    wrong = [one for one in found if one.meta.id not in sound]
    for one in wrong:
        text = f"`{one.meta.title}` refers, in a circle, to itself: {', '.join(one.rules)}"
        collection.errors.append(ContentError(text, path=one.meta.path, line=one.meta.line))
    collection.correlations = [one for one in found if one.meta.id in sound]
