"""From an observation to its group and to what the correlation measures of it."""

from collections.abc import Callable
from typing import Any, TypeAlias

from tocsin.correlate.entry import Members, Names
from tocsin.correlate.plan import NUMERIC, TEMPORAL, Input, Plan
from tocsin.correlate.values import MAX_TEXT, Atom, Number, atom, number
from tocsin.model.event import Value
from tocsin.sigma.rule import Kind

GroupKey: TypeAlias = Atom | tuple[Atom, ...]
Values: TypeAlias = dict[str, Value]


def key_of(source: Input, values: Values) -> GroupKey:
    """Return what tells the observation's group from others."""
    if len(source.group) != 1:
        return tuple([atom(values.get(name)) for name in source.group])
    value = values.get(source.group[0])
    if type(value) is str and len(value) <= MAX_TEXT and value.isascii() and value[:1] != "\0":
        return value
    return atom(value)


Reader: TypeAlias = Callable[[Input, str, Values, Members | Names], Any]


def reader(plan: Plan) -> Reader | None:
    """Return what reads an observation's payload, None where it does not count; no reader: all count."""
    if plan.kind in TEMPORAL:
        return lambda source, _event, _values, _members: 1 << source.place
    if plan.kind in NUMERIC:
        return _positive if plan.kind is Kind.VALUE_SUM else _number
    if plan.kind is Kind.VALUE_COUNT:
        return _tuple
    return _episode if plan.distinct else None


def _number(source: Input, _event: str, values: Values, _members: Members | Names) -> Number | None:
    return number(values.get(source.values[0]))


def _positive(source: Input, _event: str, values: Values, _members: Members | Names) -> Number | None:
    found = number(values.get(source.values[0]))
    return found if found is not None and found >= 0 else None


def _tuple(source: Input, _event: str, values: Values, _members: Members | Names) -> tuple[Atom, ...] | None:
    found = tuple([atom(values.get(name)) for name in source.values])
    return None if None in found else found


def _episode(_source: Input, event: str, _values: Values, members: Members | Names) -> str:
    return members.episode if isinstance(members, Members) else event
