"""extract_fields: named groups of a regular expression become fields of their own."""

import re

from msgspec.structs import replace

from tocsin.sigma import pattern
from tocsin.sigma.pipeline import text
from tocsin.sigma.pipeline.draft import Group, Item, Join, Part
from tocsin.sigma.pipeline.pythonic import expression
from tocsin.sigma.pipeline.step import ItemAction
from tocsin.sigma.tree import Null, Test, Text

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


class ExtractFields(ItemAction, frozen=True):
    """Each value that the expression fits is replaced by a test of each group that took part."""

    regex: str
    field_prefix: str | None = None
    preserve_unmatched: bool = False

    def __post_init__(self) -> None:
        if not expression(self.regex).groupindex:
            raise ValueError(f"`{self.regex}` has no named group: (?P<name>…)")

    def change(self, item: Item) -> Part:
        if not all(isinstance(test, Text) for test in item.tests):
            return item
        parts = tuple(part for test in item.tests if (part := self._part(item, test)) is not None)
        if not parts:
            return item
        return parts[0] if len(parts) == 1 else Group(Join.ALL if item.every else Join.ANY, parts)

    def _part(self, item: Item, test: Test) -> Part | None:
        found = re.match(self.regex, text.plain(test.parts)) if isinstance(test, Text) else None
        if not found:
            return replace(item, tests=(test,)) if self.preserve_unmatched else None
        items = tuple(
            Item(self._name(name), (_test(said),)) for name, said in found.groupdict().items() if said
        )
        if len(items) > 1:
            return Group(Join.ALL, items)
        return items[0] if items else None

    def _name(self, group: str) -> str:
        return f"{self.field_prefix}.{group}" if self.field_prefix else group


def _test(said: str) -> Test:
    if said.lower() in {"null", "none"}:
        return Null()
    if _NUMBER.fullmatch(said) and float(said).is_integer():
        return Text((str(int(float(said))),))
    return Text(pattern.tidy(pattern.parse(said)))
