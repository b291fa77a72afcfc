"""Checks over all documents of a run: doubles, references, field names that no other rule uses."""

from collections.abc import Iterator

import yaml

from tocsin.model.near import distance, hint
from tocsin.sigma.lint.check import ProjectCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.lint.project import Project, logsource
from tocsin.sigma.rule import Correlation, Level, Rule

_OFTEN = 5
_SHORT = 4
_COUNT = "correlation:\n    type: event_count\n    rules:\n        - {rules}\n    group-by:\n        - User\n"
_REST = "    timespan: 5m\n    condition:\n        gte: 10\nlevel: high\n---\nname: hidden_window\n"


def _place(doc: Doc) -> str:
    return f"{doc.file.path}:{doc.file.place(doc.file.span(doc.node)[0])[0]}"


def _doubles(project: Project, key: str, what: str) -> Iterator[Found]:
    for text, documents in project.by(key).items():
        for doc in documents[1:]:
            yield doc.at(
                doc.entries[key].value, f"the {key} `{text}` is taken by {_place(documents[0])}{what}"
            )


class DuplicateId(ProjectCheck):
    code, name, severity = "TS601", "duplicate-id", Severity.ERROR
    summary = "Two rules have the same id."
    explain = "Only the first is loaded. A copied rule needs an id of its own."
    bad = """
        id: b3c1a9d4-77f2-4f0e-9a51-5d2f6f0c7e11
        ---
        id: b3c1a9d4-77f2-4f0e-9a51-5d2f6f0c7e11
    """
    good = """
        id: b3c1a9d4-77f2-4f0e-9a51-5d2f6f0c7e11
        ---
        id: c5a8f0e2-1b7d-4c43-8f0a-2f9d3b6e4a22
    """

    def check(self, project: Project) -> Iterator[Found]:
        yield from _doubles(project, "id", "; only that one is loaded")


class DuplicateTitle(ProjectCheck):
    code, name, severity = "TS602", "duplicate-title", Severity.INFO
    summary = "Two rules have the same title."
    explain = "In a list of alerts they cannot be told apart."
    bad = """
        title: Suspicious Window Hidden by Example Tool
        ---
        title: Suspicious Window Hidden by Example Tool
    """
    good = """
        title: Suspicious Window Hidden by Example Tool
        ---
        title: Suspicious Service Hidden by Example Tool
    """

    def check(self, project: Project) -> Iterator[Found]:
        yield from _doubles(project, "title", "")


class DuplicateName(ProjectCheck):
    code, name, severity = "TS603", "duplicate-name", Severity.ERROR
    summary = "Two rules have the same name."
    explain = "A correlation that refers to the name cannot mean both."
    bad = """
        name: hidden_window
        ---
        name: hidden_window
    """
    good = """
        name: hidden_window
        ---
        name: hidden_service
    """

    def check(self, project: Project) -> Iterator[Found]:
        yield from _doubles(project, "name", "; a reference cannot mean both")


class ReferenceMissing(ProjectCheck):
    code, name, severity = "TS604", "reference-missing", Severity.ERROR
    summary = "A correlation refers to a rule that is in none of the files."
    explain = "The correlation does not load. Lint the folder that holds both, and refer to `name` or `id`."
    bad = _COUNT.format(rules="hiden_window") + _REST
    good = _COUNT.format(rules="hidden_window") + _REST

    def check(self, project: Project) -> Iterator[Found]:
        titles = {doc.text_of("title"): doc for doc in project.documents}
        for doc in project.documents:
            if not isinstance(doc.parsed, Correlation):
                continue
            for name in doc.parsed.rules:
                if name in project.referable:
                    continue
                said = (
                    "; that is a title: give the rule a `name`"
                    if name in titles
                    else hint(name, project.referable)
                )
                yield doc.at(_reference(doc, name), f"no rule is called `{name}`{said}")


def _reference(doc: Doc, name: str) -> yaml.Node:
    """Find where a reference is said: in `rules`, or in the condition."""
    rules = doc.section.get("rules")
    nodes = rules.value.value if rules and isinstance(rules.value, yaml.SequenceNode) else []
    return next((node for node in nodes if node.value == name), doc.entries["correlation"].key)


class FilterReferenceMissing(ProjectCheck):
    code, name, severity = "TS605", "filter-reference-missing", Severity.WARNING
    summary = "A filter names a rule that is in none of the files."
    explain = (
        "It then filters nothing. It may be right if the rules are in another folder: lint both together."
    )
    bad = """
        filter:
            rules:
                - hiden_window
            selection:
                User: backup
            condition: not selection
        ---
        name: hidden_window
    """
    good = """
        filter:
            rules:
                - hidden_window
            selection:
                User: backup
            condition: not selection
        ---
        name: hidden_window
    """

    def check(self, project: Project) -> Iterator[Found]:
        titles = set(project.by("title"))
        for doc in project.documents:
            rules = doc.section.get("rules") if doc.kind == "filter" else None
            for node in rules.value.value if rules and isinstance(rules.value, yaml.SequenceNode) else ():
                name = str(node.value)
                if name not in project.referable and name not in titles:
                    yield doc.at(node, f"no rule is called `{name}`{hint(name, project.referable)}")


class BaseSilenced(ProjectCheck):
    code, name, severity = "TS606", "base-silenced", Severity.INFO
    summary = "A rule of level high or critical reports only through a correlation."
    explain = "A referenced rule no longer reports on its own, unless the correlation says `generate: true`."
    bad = _COUNT.format(rules="hidden_window") + _REST + "level: critical\n"
    good = _COUNT.format(rules="hidden_window") + "    generate: true\n" + _REST + "level: critical\n"

    def check(self, project: Project) -> Iterator[Found]:
        for doc in project.documents:
            if not isinstance(doc.parsed, Correlation) or doc.parsed.generate:
                continue
            for name in doc.parsed.rules:
                other = project.referable.get(name)
                rule = other.parsed if other else None
                if isinstance(rule, Rule) and rule.meta.level.rank >= Level.HIGH.rank:
                    message = f"`{name}`, of level {rule.meta.level.value}, no longer reports on its own"
                    yield doc.at(_reference(doc, name), message)


class FieldMisspelt(ProjectCheck):
    code, name, severity = "TS607", "field-misspelt", Severity.WARNING
    summary = "A field that nothing else uses, one letter from a field that everything uses."
    explain = """
        Events have no such field, so the test is never true. Known are the fields of Sigma's taxonomy, of the
        sources, and those that at least five rules of the same log source use.
    """
    bad = """
        detection:
            selection:
                ComandLine|contains: ' -hide '
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains: ' -hide '
            condition: selection
    """

    def check(self, project: Project) -> Iterator[Found]:
        for doc in project.documents:
            if doc.kind != "rule":
                continue
            source = logsource(doc)
            use = project.field_use[source]
            known = self.known.fields_of(source) | {name for name, count in use.items() if count >= _OFTEN}
            for item in doc.items:
                if item.field.strip() in known | self.known.anywhere or len(item.field) < _SHORT:
                    continue
                if meant := _meant(item.field, known):
                    yield doc.at(item.key, f"no other rule uses `{item.field}`; did you mean `{meant}`?")


def _meant(field: str, known: frozenset[str]) -> str:
    """Return a known field one edit away; a difference in digits alone is another field."""
    letters = _letters(field)
    near = sorted(name for name in known if distance(field.lower(), name.lower(), 1) <= 1)
    return next((name for name in near if _letters(name) != letters or name.lower() == field.lower()), "")


def _letters(name: str) -> str:
    return "".join(char for char in name if not char.isdigit()).lower()
