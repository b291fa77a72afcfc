"""Conditions of a rule as a whole."""

from datetime import date
from typing import Any, Literal, TypeAlias

from tocsin.errors import ContentError
from tocsin.sigma.modifiers import to_tests
from tocsin.sigma.pipeline.compare import Op, compare, in_state
from tocsin.sigma.pipeline.draft import Draft
from tocsin.sigma.pipeline.step import RuleCondition
from tocsin.sigma.rule import Level, Meta

Plain: TypeAlias = str | int | float | bool

_TEXTS = frozenset({"id", "title", "name", "description", "author"})
_LISTS = frozenset({"tags", "references", "falsepositives", "fields"})
_DATES = frozenset({"date", "modified"})
_STATUSES = ("unsupported", "deprecated", "experimental", "test", "stable")
ATTRIBUTES = _TEXTS | _LISTS | _DATES | {"level", "status"}
"""What Tocsin keeps of a rule's metadata."""


class OfLogsource(RuleCondition, frozen=True):
    """The log source is that, or within; a correlation's is that of any of its rules."""

    category: str | None = None
    product: str | None = None
    service: str | None = None

    def __post_init__(self) -> None:
        if not self._wanted():
            raise ValueError("names no log source; give category, product or service")

    def of_rule(self, draft: Draft) -> bool:
        wanted = self._wanted()
        return any(
            all(getattr(source, word) == value for word, value in wanted.items()) for source in draft.sources
        )

    def _wanted(self) -> dict[str, str]:
        said = {word: getattr(self, word) for word in ("category", "product", "service")}
        return {word: value.strip().lower() for word, value in said.items() if value}


class ContainsField(RuleCondition, frozen=True):
    """Some item tests the field."""

    field: str

    def of_rule(self, draft: Draft) -> bool:
        return any(item.field == self.field for item in draft.items())


class ContainsDetectionItem(RuleCondition, frozen=True):
    """Some item tests the field for exactly that value."""

    field: str
    value: Plain

    def of_rule(self, draft: Draft) -> bool:
        wanted = to_tests(self.value, [], {})[0]
        return any(item.field == self.field and wanted in item.tests for item in draft.items())


class Applied(RuleCondition, frozen=True):
    """A step with that id was applied to the rule."""

    processing_item_id: str

    def of_rule(self, draft: Draft) -> bool:
        return self.processing_item_id in draft.marks


class InState(RuleCondition, frozen=True):
    """The pipeline's state holds the value."""

    key: str
    val: Plain
    op: Op = "eq"

    def of_rule(self, draft: Draft) -> bool:
        return in_state(draft.trail.state, self.key, self.op, self.val)


class IsRule(RuleCondition, frozen=True):
    """It is a detection rule."""

    def of_rule(self, draft: Draft) -> bool:
        return draft.correlation is None


class IsCorrelation(RuleCondition, frozen=True):
    """It is a correlation."""

    def of_rule(self, draft: Draft) -> bool:
        return draft.correlation is not None


class Tagged(RuleCondition, frozen=True):
    """The rule bears the tag."""

    tag: str

    def of_rule(self, draft: Draft) -> bool:
        return self.tag in draft.meta.tags


class HasAttribute(RuleCondition, frozen=True):
    """A part of the rule's metadata, or what set_custom_attribute left, compares with the value."""

    attribute: str
    value: Plain
    op: Literal["eq", "ne", "gte", "gt", "lte", "lt", "in", "not_in"] = "eq"

    def __post_init__(self) -> None:
        if self.attribute in _TEXTS and self.op not in {"eq", "ne"}:
            raise ValueError(f"`{self.attribute}` is a text: `op` is eq or ne")
        if self.attribute in _LISTS and self.op not in {"in", "not_in"}:
            raise ValueError(f"`{self.attribute}` is a list: `op` is in or not_in")
        if self.attribute in _DATES and _day(self.value) is None:
            raise ValueError(f"`{self.attribute}` compares with a date such as '2024-01-31'")
        for name, known in (("level", [one.value for one in Level]), ("status", _STATUSES)):
            if self.attribute == name and self.value not in known:
                raise ValueError(f"`{name}` compares with one of {', '.join(known)}")

    def of_rule(self, draft: Draft) -> bool:
        said = _attribute(draft, self.attribute)
        if said is None:
            return False
        if isinstance(said, list | tuple):
            return self._among(said)
        if self.op in {"in", "not_in"}:
            raise ContentError(f"`{self.attribute}` is no list; `op: {self.op}` needs one")
        return compare(said, self.op, _ranked(self.attribute, self.value))

    def _among(self, said: list[Any] | tuple[Any, ...]) -> bool:
        if self.op in {"in", "not_in"}:
            return (self.value in said) is (self.op == "in")
        return self.op == "ne"


def _attribute(draft: Draft, name: str) -> Any:
    if name == "fields":
        return draft.fields
    if name in ATTRIBUTES:
        return _ranked(name, _of_meta(draft.meta, name))
    return draft.attributes.get(name)


def _of_meta(meta: Meta, name: str) -> Any:
    value = getattr(meta, name)
    return value.value if isinstance(value, Level) else value


def _ranked(name: str, value: Any) -> Any:
    """Turn what has an order into something that compares in that order."""
    if name == "level":
        return Level(value).rank
    if name == "status":
        return _STATUSES.index(value) if value in _STATUSES else None
    return _day(value) if name in _DATES else value


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value).replace("/", "-"))
    except ValueError:
        return None
