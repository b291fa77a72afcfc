"""Checks of a document as a mapping: can it be parsed, are its keys the ones Sigma knows."""

from collections.abc import Iterator

import yaml

from tocsin.model.near import nearest
from tocsin.sigma.lint.check import DocCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.lint.taxonomy import TOP_LEVEL

_LISTS = ("references", "tags", "falsepositives", "related", "fields", "scope")
_TEXTS = ("title", "description", "author", "name", "license", "taxonomy")


class NotSigma(DocCheck):
    code, name, severity, generic = "TS002", "does-not-parse", Severity.ERROR, True
    summary = "The document is not a sound Sigma rule; no engine can run it."
    explain = "The message is the parser's own. The rule is left out of every hunt until it is put right."
    bad = """
        detection:
            selection:
                Image: []
            condition: selection
    """
    good = r"""
        detection:
            selection:
                Image: 'C:\tool.exe'
            condition: selection
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        if doc.error:
            yield doc.at(_lead(doc.node, doc.error.keys), doc.error.message)


def _lead(node: yaml.Node, keys: tuple[str, ...]) -> yaml.Node:
    """Follow the keys of an error to the key at fault."""
    place = node.value[0][0] if isinstance(node, yaml.MappingNode) and node.value else node
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            break
        pair = next((one for one in node.value if one[0].value == key), None)
        if pair is None:
            break
        place, node = pair
    return place


class DuplicateKey(DocCheck):
    code, name, severity = "TS003", "duplicate-key", Severity.ERROR
    summary = "A key is given twice; only the last one counts."
    explain = """
        YAML forbids it, and most readers silently keep the last. In a detection that drops a condition:
        two values of one field belong in a list, two tests of one field in `|all` or two detections.
    """
    bad = """
        detection:
            selection:
                CommandLine|contains: ' -hide '
                CommandLine|contains: ' -quiet '
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains|all:
                    - ' -hide '
                    - ' -quiet '
            condition: selection
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        waiting: list[yaml.Node] = [doc.node]
        while waiting:
            node = waiting.pop()
            if isinstance(node, yaml.SequenceNode):
                waiting += node.value
            elif isinstance(node, yaml.MappingNode):
                seen: set[str] = set()
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode) and key.value in seen:
                        yield doc.at(key, f"`{key.value}` stands here twice; only this one counts")
                    seen.add(str(key.value))
                    waiting.append(value)


class MisspeltKey(DocCheck):
    code, name, severity = "TS020", "misspelt-key", Severity.WARNING
    summary = "A top-level key that looks like a misspelt one."
    explain = "Sigma lets rules carry keys of their own, so a misspelt key is not an error: it is ignored."
    bad = "licence: Apache-2.0\n"
    good = "license: Apache-2.0\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for key, one in doc.entries.items():
            meant = "" if key in TOP_LEVEL else _meant(key)
            if meant and meant not in doc.entries:
                yield doc.at(one.key, f"unknown key `{key}`; did you mean `{meant}`?")


def _meant(key: str) -> str:
    return {"licence": "license", "reference": "references", "detections": "detection"}.get(key) or nearest(
        key, TOP_LEVEL
    )


class UnknownKey(DocCheck):
    code, name, severity = "TS021", "unknown-key", Severity.INFO
    summary = "A top-level key that Sigma does not define."
    explain = "Allowed, and carried along by no tool that does not know it."
    bad = "colour: red\n"
    good = "taxonomy: sigma\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for key, one in doc.entries.items():
            if key in TOP_LEVEL or (key == "generate" and doc.kind == "correlation"):
                continue  # the latter has a check of its own
            if not _meant(key) or _meant(key) in doc.entries:
                yield doc.at(one.key, f"`{key}` is no key of Sigma's")


class WrongType(DocCheck):
    code, name, severity = "TS022", "wrong-type", Severity.WARNING
    summary = "A list where a text belongs, or a text where a list belongs."
    explain = "Other tools refuse the rule, though this one reads a single text as a list of one."
    bad = "references: https://example.org/write-up\n"
    good = "references:\n    - https://example.org/write-up\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for key, one in doc.entries.items():
            if doc.value.get(key) is None:
                continue
            if key in _LISTS and not isinstance(one.value, yaml.SequenceNode):
                yield doc.at(one.value, f"`{key}` is a list; write each entry on a line after `- `")
            elif key in _TEXTS and not isinstance(one.value, yaml.ScalarNode):
                yield doc.at(one.key, f"`{key}` is a text")


class EmptyKey(DocCheck):
    code, name, severity = "TS023", "empty-key", Severity.WARNING
    summary = "A top-level key without a value."
    explain = "It says nothing. Give it a value or leave it out."
    bad = "fields:\n"
    good = "fields:\n    - CommandLine\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for key, one in doc.entries.items():
            if doc.value.get(key) in (None, "", [], {}) and key not in {"logsource", "detection"}:
                yield doc.at(one.key, f"`{key}` has no value; give it one or leave it out")
