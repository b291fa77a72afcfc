"""Conditions of one field name."""

import re
from typing import Literal

from tocsin.sigma.pipeline.compare import Op, in_state
from tocsin.sigma.pipeline.conditions.rules import Plain
from tocsin.sigma.pipeline.draft import Draft, Item
from tocsin.sigma.pipeline.pythonic import expression
from tocsin.sigma.pipeline.step import NameCondition


class IncludeFields(NameCondition, frozen=True):
    """The name is one of those, or matches one of the regular expressions from its start."""

    fields: list[str]
    mode: Literal["plain", "re"] = "plain"

    def __post_init__(self) -> None:
        if self.mode == "re":
            for one in self.fields:
                expression(one)

    def of_name(self, name: str | None, _draft: Draft) -> bool:
        if name is None:
            return False
        if self.mode == "plain":
            return name in self.fields
        return any(re.match(one, name) for one in self.fields)


class ExcludeFields(IncludeFields, frozen=True):
    """The name is none of those."""

    def of_name(self, name: str | None, draft: Draft) -> bool:
        return not super().of_name(name, draft)


class Applied(NameCondition, frozen=True):
    """The name comes from a step with that id."""

    processing_item_id: str

    def of_name(self, name: str | None, draft: Draft) -> bool:
        return self.processing_item_id in draft.trail.names.get(name or "", ())

    def of_field(self, item: Item, _draft: Draft) -> bool:
        return self.processing_item_id in item.marks


class InState(NameCondition, frozen=True):
    """The pipeline's state holds the value."""

    key: str
    val: Plain
    op: Op = "eq"

    def of_name(self, _name: str | None, draft: Draft) -> bool:
        return in_state(draft.trail.state, self.key, self.op, self.val)
