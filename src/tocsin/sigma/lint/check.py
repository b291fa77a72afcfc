"""What a check is. A check is a class in `checks/`: listing that folder finds it, nothing else names it."""

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

from tocsin.sigma.lint.file import Doc, File
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.lint.items import Item
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.project import Project


class Check:
    """One thing that can be wrong with a rule.

    `bad` and `good` are what a rule author reads on the check's page and what the tests run: only the keys
    that matter, laid over a sound rule (`examples.complete`). `without`: keys that the bad example lacks.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    summary: ClassVar[str]
    explain: ClassVar[str]
    bad: ClassVar[str]
    good: ClassVar[str]
    without: ClassVar[tuple[str, ...]] = ()
    bad_path: ClassVar[str] = "example_rule.yml"
    fixes: ClassVar[bool] = False
    """Whether `--fix` can put (some of) it right; it never changes which events a rule matches."""
    generic: ClassVar[bool] = False
    """Said only when nothing more exact is: a parser's error that a check of its own explains better."""

    def __init_subclass__(cls) -> None:
        for word in ("bad", "good", "explain"):
            if word in cls.__dict__:
                setattr(cls, word, dedent(cls.__dict__[word]).removeprefix("\n"))

    def __init__(self, known: Known) -> None:
        self.known = known


class FileCheck(Check):
    """Looks at a file's text."""

    def check(self, file: File) -> Iterator[Found]:
        raise NotImplementedError


class DocCheck(Check):
    """Looks at one document."""

    kinds: ClassVar[tuple[str, ...]] = ("rule", "correlation", "filter")

    def check(self, doc: Doc) -> Iterator[Found]:
        raise NotImplementedError


class RuleCheck(DocCheck):
    """Looks at a document that has detections."""

    kinds = ("rule", "filter")


class DetectionCheck(DocCheck):
    """Looks at a rule, not at a filter or correlation."""

    kinds = ("rule",)


class CorrelationCheck(DocCheck):
    """Looks at a correlation."""

    kinds = ("correlation",)


class FilterCheck(DocCheck):
    """Looks at a filter."""

    kinds = ("filter",)


class ItemCheck(Check):
    """Looks at one detection item of a rule or filter."""

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        raise NotImplementedError


class ProjectCheck(Check):
    """Looks at all documents together."""

    def check(self, project: Project) -> Iterator[Found]:
        raise NotImplementedError


class CommentCheck(Check):
    """Looks at the suppression comments of a file; run by `suppress`, after all others."""


@cache
def catalog() -> dict[str, type[Check]]:
    """Return every check by its code, found by listing `checks/`."""
    folder = Path(__file__).parent / "checks"
    names = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    modules = [import_module(f"tocsin.sigma.lint.checks.{name}") for name in names]
    found = [
        one
        for module in modules
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, Check) and one.__module__ == module.__name__ and "code" in one.__dict__
    ]
    return {one.code: one for one in sorted(found, key=lambda one: one.code)}
