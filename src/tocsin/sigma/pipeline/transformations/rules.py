"""What is done to a rule as a whole: conditions added, the log source changed, state kept, refusals."""

from string import Template
from typing import Any

from tocsin.errors import ContentError
from tocsin.model.logsource import LogSource
from tocsin.sigma.parser import parse
from tocsin.sigma.pipeline.draft import Draft, Group, Join, part_of
from tocsin.sigma.pipeline.step import Action, Step, marked
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import Node


class AddCondition(Action, frozen=True):
    """A detection that must hold too (`negated`: must not). `template`: $product and its like are filled in."""

    conditions: dict[str, Any]
    name: str = ""
    template: bool = False
    negated: bool = False

    def __post_init__(self) -> None:
        try:
            _detection(self.conditions)
        except ContentError as error:
            raise ValueError(f"`conditions`: {error.message}") from None

    def apply(self, draft: Draft, step: Step) -> None:
        if draft.correlation:
            return
        said = {field: self._filled(value, draft) for field, value in self.conditions.items()}
        added = marked(part_of(_detection(said)), step.id)
        if self.negated:
            added = Group(Join.NONE, (added,))
        draft.conditions = tuple(Group(Join.ALL, (added, part)) for part in draft.conditions)

    def _filled(self, value: Any, draft: Draft) -> Any:
        if not self.template:
            return value
        if isinstance(value, list):
            return [self._filled(one, draft) for one in value]
        return _fill(value, draft.sources[0]) if isinstance(value, str) else value


def _detection(conditions: dict[str, Any]) -> Node:
    """Read them as a detection of a rule is read."""
    section = {"added": conditions, "condition": "added"}
    rule = parse({"title": "added by a pipeline", "logsource": {}, "detection": section}, {})
    if not isinstance(rule, Rule):
        raise ContentError("conditions are a map of fields to values")
    return rule.conditions[0]


def _fill(text: str, source: LogSource) -> str:
    template = Template(text)
    words = {word: getattr(source, word) for word in ("category", "product", "service")}
    missing = next((word for word in template.get_identifiers() if word in words and not words[word]), None)
    if missing:
        raise ContentError(
            f"`{text}` asks for the {missing} of the rule's log source ({source}), which names none; "
            "narrow the step by a rule condition"
        )
    return template.safe_substitute(words)


class ChangeLogsource(Action, frozen=True):
    """Another log source; what is not given is not said any more."""

    category: str | None = None
    product: str | None = None
    service: str | None = None

    def __post_init__(self) -> None:
        if not (self.category or self.product or self.service):
            raise ValueError("names no log source; give category, product or service")

    def apply(self, draft: Draft, _step: Step) -> None:
        if not draft.correlation:
            words = (value and value.strip().lower() for value in (self.product, self.category, self.service))
            draft.sources = (LogSource(*words),)


def _listed(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


class AddField(Action, frozen=True):
    """More names in the rule's `fields`."""

    field: str | list[str]

    def apply(self, draft: Draft, _step: Step) -> None:
        draft.fields += _listed(self.field)


class RemoveField(Action, frozen=True):
    """Fewer names in the rule's `fields`: the first of each."""

    field: str | list[str]

    def apply(self, draft: Draft, _step: Step) -> None:
        kept = list(draft.fields)
        for name in _listed(self.field):
            if name in kept:
                kept.remove(name)
        draft.fields = tuple(kept)


class SetField(Action, frozen=True):
    """Other names in the rule's `fields`."""

    fields: list[str]

    def apply(self, draft: Draft, _step: Step) -> None:
        draft.fields = tuple(self.fields)


class SetState(Action, frozen=True):
    """A value that later steps' `processing_state` asks for."""

    key: str
    val: Any

    def apply(self, draft: Draft, _step: Step) -> None:
        draft.trail.state[self.key] = self.val


class SetCustomAttribute(Action, frozen=True):
    """A value that later steps' `rule_attribute` asks for."""

    attribute: str
    value: Any

    def apply(self, draft: Draft, _step: Step) -> None:
        draft.attributes[self.attribute] = self.value


class Fail(Action, frozen=True):
    """Refuses the rule."""

    message: str

    def apply(self, _draft: Draft, _step: Step) -> None:
        raise ContentError(self.message)


class StrictMapping(Action, frozen=True):
    """Refuses a rule with a field that no step has mapped."""

    def apply(self, draft: Draft, _step: Step) -> None:
        names = dict.fromkeys(item.field for item in draft.items() if item.field is not None)
        strangers = [name for name in names if name not in draft.trail.mapped]
        if strangers:
            raise ContentError(f"no step maps {', '.join(strangers)}; add them to a field_name_mapping")
