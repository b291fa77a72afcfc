"""Decode of only what is read: JSON objects -> columns, without building the rest of each event.

A Struct is generated for the wanted keys (msgspec skips all others without making objects of them); one
for each level of nesting. What a Struct cannot express (lists on the way, `*`, a key that is both a
value and a parent) is walked in plain objects, by the same rules as model.event.get.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from tocsin.model.event import ABSENT, Path, Value, descend, first

Column: TypeAlias = Sequence[Value]
Keys: TypeAlias = tuple[str, ...]


class _Level:
    """The wanted keys of one object: values, and objects inside it."""

    def __init__(self) -> None:
        self.values: dict[str, int | None] = {}  # key -> number of the output, None: only walked through
        self.inside: dict[str, _Level] = {}
        self.walked: dict[str, list[tuple[Keys, int]]] = {}
        self.kind: Any = None
        self.blank: tuple[UnsetType, ...] = ()

    def add(self, keys: Keys, outputs: list[int], fresh: list[int]) -> None:
        """Ask for a path: at each level as one dotted key or one step further; nearest to the top wins."""
        outputs.append(self._value(".".join(keys), fresh))
        if len(keys) > 1:
            self.inside.setdefault(keys[0], _Level()).add(keys[1:], outputs, fresh)

    def _value(self, key: str, fresh: list[int]) -> int:
        number = self.values.get(key)
        if number is None:
            number = self.values[key] = fresh[0]
            fresh[0] += 1
        return number

    def settle(self) -> None:
        """Generate the Struct, once all paths are in."""
        for key in [
            key for key, level in self.inside.items() if key in self.values or "*" in level.all_keys()
        ]:
            level = self.inside.pop(key)
            self.values.setdefault(key, None)
            self.walked[key] = list(level.paths(()))
        for level in self.inside.values():
            level.settle()
        anything = str | int | float | bool | list[Any] | None | UnsetType
        keys = [*self.values, *self.inside]
        types: list[Any] = [Any] * len(self.values) + [
            level.kind | anything for level in self.inside.values()
        ]
        fields = [(f"f{number}", kind, UNSET) for number, kind in enumerate(types)]
        rename = {f"f{number}": key for number, key in enumerate(keys)}
        self.kind = msgspec.defstruct("Wanted", fields, rename=rename, gc=False)
        self.blank = (UNSET,) * len(keys)

    def all_keys(self) -> set[str]:
        """Return every key at this level and below."""
        return (
            set(self.values)
            | set(self.inside)
            | {k for level in self.inside.values() for k in level.all_keys()}
        )

    def paths(self, above: Keys) -> list[tuple[Keys, int]]:
        """List (keys from here, output) of every value at this level and below."""
        # Split at the dots: walking tries every way of nesting, so the first output gets the whole answer.
        own = [
            ((*above, *key.split(".")), number) for key, number in self.values.items() if number is not None
        ]
        return own + [one for key, level in self.inside.items() for one in level.paths((*above, key))]

    def spread(self, rows: Sequence[tuple[Value, ...]], out: list[Column]) -> None:
        """Put the values of these rows into their output columns."""
        columns: list[Column] = list(zip(*rows, strict=True)) if rows else [()] * len(self.blank)
        for (key, number), column in zip(self.values.items(), columns, strict=False):
            if number is not None:
                out[number] = column
            for keys, target in self.walked.get(key, ()):
                steps = list(keys)
                out[target] = [ABSENT if value is ABSENT else descend(value, steps) for value in column]
        for level, column in zip(self.inside.values(), columns[len(self.values) :], strict=True):
            level.spread_objects(column, out)

    def spread_objects(self, column: Column, out: list[Column]) -> None:
        """Put the values of nested objects into their output columns; of lists, those of each element."""
        kind, blank = self.kind, self.blank
        kinds = set(map(type, column))
        rows = (
            list(map(astuple, column))
            if kinds == {kind}
            else [astuple(value) if type(value) is kind else blank for value in column]
        )
        self.spread(rows, out)
        lists = [row for row, value in enumerate(column) if type(value) is list] if list in kinds else []
        for keys, target in self.paths(()) if lists else ():
            filled = list(out[target])
            for row in lists:
                filled[row] = descend(column[row], list(keys))
            out[target] = filled


class Projection:
    """Decodes records to one column for each wanted field; a field is a list of places, best first."""

    def __init__(self, wanted: Sequence[tuple[Path, ...]]) -> None:
        self._walked = wanted if any(path.startswith("*.") for paths in wanted for path in paths) else ()
        """Set when any key at the top may lead to a value: then objects are decoded in full, and walked."""
        self._top = _Level()
        fresh = [0]
        self._choices: list[list[int]] = []
        for paths in wanted:
            outputs: list[int] = []
            for path in paths:
                self._top.add(tuple(path.split(".")), outputs, fresh)
            self._choices.append(list(dict.fromkeys(outputs)))
        self._width = fresh[0]
        self._top.settle()
        self.decode = msgspec.json.Decoder(dict[str, Any] if self._walked else self._top.kind).decode
        """One record -> an object for `columns`; raises msgspec.MsgspecError, RecursionError or UnicodeError."""

    def columns(self, decoded: Sequence[Any]) -> list[Column]:
        """Return the columns of decoded records, in the order they were wanted."""
        if self._walked:
            return [[first(fields, paths) for fields in decoded] for paths in self._walked]
        out: list[Column] = [()] * self._width
        self._top.spread(list(map(astuple, decoded)), out)
        return [choose([out[number] for number in numbers]) for numbers in self._choices]


def choose(columns: list[Column]) -> Column:
    """Take each value from the first column that has one."""
    best = columns[0]
    missing = best.count(ABSENT) if len(columns) > 1 else 0
    for other in columns[1:]:
        if not missing:
            break
        if missing == len(best):
            best = other
        else:
            best = [two if one is ABSENT else one for one, two in zip(best, other, strict=True)]
        missing = best.count(ABSENT)
    return best
