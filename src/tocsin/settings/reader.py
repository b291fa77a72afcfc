"""A parsed TOML document -> typed tables. It does not stop at the first mistake: all are collected."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from tocsin.model.near import nearest
from tocsin.settings.kinds import Kinds, Remark, Table
from tocsin.settings.mistake import Fault, Severity, missing
from tocsin.settings.quote import Keys, quoted
from tocsin.settings.schema import Key, keys_of

WRONG: Any = object()
"""Stands for a value that was not understood; the fault was noted. Lists and tables of names lack it."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}
MANY = 200  # more faults than this help nobody


@dataclass(slots=True)
class Reader:
    """Reads one document; `faults` has what was wrong in it, in the order of the document."""

    kinds: Kinds
    faults: list[Fault] = field(default_factory=list)

    def table(self, table: type[Table], value: Any, at: Keys) -> Any:
        """Read a table; WRONG when any of its keys is."""
        if not isinstance(value, dict):
            return self._wrong(at, f"is {_shape(value)}, and must be a table: write [{at[-1] if at else ''}]")
        known = keys_of(table)
        read = {
            name: self._known(known[name], one, at)
            for name, one in value.items()
            if self._is_known(name, table, at)
        }
        absent = [key for key in known.values() if key.required and key.name not in value]
        self.faults += [missing((*at, key.name), _how(key)) for key in absent]
        return self._made(table, read, at)

    def _made(self, table: type[Table], read: dict[str, Any], at: Keys) -> Any:
        """Build it: defaults stand in for what is wrong, so that the rest can be looked at too."""
        known = keys_of(table)
        sound = {known[name].field: one for name, one in read.items() if one is not WRONG}
        if any(key.required and key.field not in sound for key in known.values()):
            return WRONG
        made = table(**sound)
        if len(sound) == len(read):  # a default beside what was meant would be complained of
            self.faults += [_fault(at, remark) for remark in made.remarks()]
        return made

    def _is_known(self, name: str, table: type[Table], at: Keys) -> bool:
        known = keys_of(table)
        if name in known:
            return True
        near = nearest(name[:100], known)
        hint = f'did you mean "{near}"?' if near else f"there are {', '.join(known)}"
        self._wrong((*at, name), f"unknown key; {hint}", on_key=True)
        return False

    def _known(self, key: Key, value: Any, at: Keys) -> Any:
        read = self.value(key.type, value, (*at, key.name))
        for one in read if isinstance(read, tuple) else (read,):
            if isinstance(one, int | float) and not isinstance(one, bool) and _outside(key, one):
                return self._wrong((*at, key.name), _bounds(key, one))
        return read

    def value(self, kind: Any, value: Any, at: Keys) -> Any:
        """Read a value of this type; WRONG when it is none."""
        if hasattr(kind, "read"):
            return self._scalar(kind, value, at)
        if kind in self.kinds:
            return self._of_kind(kind, value, at)
        if get_origin(kind) is dict:
            return self._named(get_args(kind)[1], value, at)
        if get_origin(kind) is tuple:
            return self._listed(get_args(kind)[0], value, at)
        if get_origin(kind) is Literal:
            return self._choice(get_args(kind), value, at)
        if issubclass(kind, Table):
            return self.table(kind, value, at)
        return self._plain(kind, value, at)

    def _scalar(self, kind: Any, value: Any, at: Keys) -> Any:
        try:
            return kind.read(value)
        except ValueError as error:
            return self._wrong(at, str(error))

    def _of_kind(self, base: type, value: Any, at: Keys) -> Any:
        kinds = self.kinds[base]
        known = ", ".join(f'"{name}"' for name in kinds)
        if not isinstance(value, dict):
            return self._wrong(at, f"is {_shape(value)}, and must be a table with a kind: {known}")
        if "kind" not in value:
            self.faults.append(missing((*at, "kind"), f"write one of {known}"))
            return WRONG
        name = self._choice(tuple(kinds), value["kind"], (*at, "kind"))
        if name is WRONG:
            return WRONG
        return self.table(kinds[name], {key: one for key, one in value.items() if key != "kind"}, at)

    def _named(self, kind: Any, value: Any, at: Keys) -> Any:
        if not isinstance(value, dict):
            return self._wrong(at, "must be a table of names; write { name = … }")
        for name in value:
            if not _NAME.fullmatch(name):
                self._wrong((*at, name), "is no name; use a-z, 0-9, - and _, at most 63", on_key=True)
        read = {name: self.value(kind, one, (*at, name)) for name, one in value.items()}
        return {name: one for name, one in read.items() if one is not WRONG}

    def _listed(self, kind: Any, value: Any, at: Keys) -> Any:
        if not isinstance(value, list):
            hint = (
                f"[[{at[-1]}]]"
                if isinstance(kind, type) and issubclass(kind, Table)
                else f"[{quoted(value)}]"
            )
            return self._wrong(at, f"must be a list; write {hint}")
        read = [self.value(kind, one, (*at, index)) for index, one in enumerate(value)]
        return tuple(one for one in read if one is not WRONG)

    def _choice(self, choices: tuple[str, ...], value: Any, at: Keys) -> Any:
        if isinstance(value, str) and value in choices:
            return value
        near = nearest(value[:100], choices) if isinstance(value, str) else ""
        listed = ", ".join(f'"{one}"' for one in choices)
        return self._wrong(
            at, f"{quoted(value)} is not one of {listed}" + (f'; did you mean "{near}"?' if near else "")
        )

    def _plain(self, kind: Any, value: Any, at: Keys) -> Any:
        if kind is float and type(value) is int:
            return float(value)
        # Not isinstance: true would be a whole number.
        if type(value) is not kind:
            return self._wrong(at, f"is {quoted(value)}, and must be {_TYPES[kind]}")
        return value

    def _wrong(self, at: Keys, text: str, *, on_key: bool = False) -> Any:
        if len(self.faults) < MANY:
            self.faults.append(Fault(at, text, on_key=on_key))
        return WRONG


def _how(key: Key) -> str:
    return f"write {key.name} = {key.says.sample}" if key.says.sample else key.says.text


def _fault(at: Keys, remark: Remark) -> Fault:
    return Fault((*at, *remark.keys), remark.text, Severity.WARNING if remark.harmless else Severity.ERROR)


def _outside(key: Key, value: float) -> bool:
    says = key.says
    return (says.least is not None and value < says.least) or (says.most is not None and value > says.most)


def _bounds(key: Key, value: float) -> str:
    says = key.says
    kind = type(value) if hasattr(type(value), "read") else float
    said = [
        f"{word} {_number(kind, bound)}"
        for word, bound in (("at least", says.least), ("at most", says.most))
        if bound is not None
    ]
    return f"{value} is out of bounds; write {' and '.join(said)}"


def _number(kind: type, bound: float) -> str:
    return f"{bound:g}" if kind is float else str(kind(bound))


def _shape(value: Any) -> str:
    """Text where a table belongs may be a secret: it is not repeated."""
    return "a text" if isinstance(value, str) else quoted(value)
