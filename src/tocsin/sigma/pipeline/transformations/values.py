"""Values of items, one by one."""

import math
import re
from abc import abstractmethod
from typing import Literal

from msgspec.structs import replace

from tocsin.errors import ContentError
from tocsin.sigma import pattern
from tocsin.sigma.modifiers import Scalar, to_tests
from tocsin.sigma.pipeline import text
from tocsin.sigma.pipeline.draft import Item
from tocsin.sigma.pipeline.step import ItemAction
from tocsin.sigma.tree import ANY, Parts, Regex, Test, Text

_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class TextAction(ItemAction, frozen=True):
    """Changes values that are texts (numbers are: Tocsin compares them as such)."""

    def change(self, item: Item) -> Item:
        made = [self.text(test) if isinstance(test, Text) else None for test in item.tests]
        if all(one is None for one in made):
            return item
        kept = ((test,) if new is None else new for test, new in zip(item.tests, made, strict=True))
        return replace(item, tests=tuple(test for tests in kept for test in tests))

    @abstractmethod
    def text(self, value: Text) -> tuple[Test, ...] | None:
        """Return what stands for the value, None to leave it."""


class MapString(TextAction, frozen=True):
    """One text for another, or for several."""

    mapping: dict[str, str | list[str]]

    def text(self, value: Text) -> tuple[Test, ...] | None:
        found = self.mapping.get(text.plain(value.parts))
        if found is None:
            return None
        listed = [found] if isinstance(found, str) else found
        return tuple(replace(value, parts=pattern.tidy(pattern.parse(one))) for one in listed)


class Case(TextAction, frozen=True):
    """Small letters, capitals, or snake_case."""

    method: Literal["lower", "upper", "snake_case"] = "lower"

    def text(self, value: Text) -> tuple[Test, ...]:
        return (replace(value, parts=tuple(self._part(part) for part in value.parts)),)

    def _part(self, part: str | int) -> str | int:
        if isinstance(part, int):
            return part
        if self.method == "snake_case":
            return _INNER_CAPITAL.sub("_", part).lower()
        return part.lower() if self.method == "lower" else part.upper()


class ToRegex(TextAction, frozen=True):
    """A regular expression that means the same; `plain` minds the case."""

    method: Literal["plain", "ignore_case_flag", "ignore_case_brackets"] = "ignore_case_brackets"

    def text(self, value: Text) -> tuple[Test, ...] | None:
        if not value.parts:
            return None
        # Brackets around every letter and the flag mean the same, and only the flag is fast.
        flags = "s" if self.method == "plain" else "is"
        return (Regex(_regex(value.parts), flags),)


def _regex(parts: Parts) -> str:
    """Write the pattern as a regular expression, which is found anywhere: hence the anchors."""
    inner = parts[parts[0] == ANY : len(parts) - (parts[-1] == ANY)]
    body = "".join(
        re.escape(part) if isinstance(part, str) else ".*" if part == ANY else "." for part in inner
    )
    return ("" if parts[0] == ANY else "^") + body + ("" if parts[-1] == ANY else "$")


class SetValue(ItemAction, frozen=True):
    """The same value in place of every one, whatever its kind."""

    value: Scalar
    force_type: Literal["str", "num"] | None = None

    def __post_init__(self) -> None:
        if self.force_type and self.value is None:
            raise ValueError("`force_type` needs a text or a number")
        if self.force_type == "num":
            _number(str(self.value))

    def change(self, item: Item) -> Item:
        return replace(item, tests=tuple(self._test() for _ in item.tests))

    def _test(self) -> Test:
        if self.force_type == "num":
            return Text((_number(str(self.value)),))
        return to_tests(str(self.value) if self.force_type else self.value, [], {})[0]


class ConvertType(TextAction, frozen=True):
    """`num`: a text that is a number, written the one way; anything else refuses the rule."""

    target_type: Literal["str", "num"]

    def text(self, value: Text) -> tuple[Test, ...] | None:
        if self.target_type == "str":
            return None
        plain = text.plain(value.parts)
        try:
            return (Text((_number(plain),)),)
        except ValueError:
            raise ContentError(f"the value `{plain}` is no number") from None


def _number(said: str) -> str:
    number = float(said)
    if not math.isfinite(number):
        raise ValueError(f"`{said}` is no number")
    if number.is_integer():
        return str(int(said)) if said.strip().lstrip("+-").isdigit() else str(int(number))
    return str(number)
