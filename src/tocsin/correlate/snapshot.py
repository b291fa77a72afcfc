"""State of a correlator as bytes, and back. Only what cannot be derived from the rest is written."""

from collections.abc import Mapping
from fractions import Fraction
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from tocsin.correlate.entry import Entry, Key, Members
from tocsin.correlate.groups import Groups
from tocsin.correlate.judged import JudgedGroup
from tocsin.correlate.plan import NUMERIC, TEMPORAL, Plan
from tocsin.correlate.reading import GroupKey
from tocsin.correlate.sliding import Cut, Episode, Said, SlidingGroup, Step
from tocsin.correlate.values import Number
from tocsin.errors import DataError
from tocsin.model.event import Value

VERSION = 1

_Row: TypeAlias = tuple[float, str, Any, tuple[str, tuple[str, ...], int] | None]


class _Episode(Struct, array_like=True):
    first: float
    began: Key
    last: Key
    value: str
    total: int
    ids: list[str]
    moments: int


class _Sliding(Struct, array_like=True, tag="s"):
    key: Any
    shown: dict[str, Any]
    entries: list[_Row]
    cut: tuple[int, Key, _Episode | None, int, list[_Episode]]
    said: Said | None
    told: Key
    done: Key
    steps: list[Step]


class _Judged(Struct, array_like=True, tag="j"):
    key: Any
    shown: dict[str, Any]
    entries: list[_Row]
    next: int
    frontier: Key


class _Correlation(Struct, array_like=True):
    print: str
    watermark: float
    evicted: int
    groups: list[_Sliding | _Judged]


class State(Struct, array_like=True):
    """What a snapshot holds."""

    version: int
    watermark: float
    newest: float
    late: int
    lost: int
    correlations: dict[str, _Correlation]


def dump(state: State) -> bytes:
    """Write the state."""
    return msgspec.msgpack.encode(state)


def load(content: bytes) -> State:
    """Read a state; raises DataError when it is none, or one of another version."""
    try:
        version = msgspec.msgpack.decode(content, type=list[Any])[:1]
        if version != [VERSION]:
            raise DataError("snapshot of another version")
        return msgspec.msgpack.decode(content, type=State)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError("not a snapshot", str(error)) from None


def of_all(groups: Mapping[str, Groups]) -> dict[str, _Correlation]:
    """Take the state of every correlation."""
    return {name: _of_correlation(one) for name, one in groups.items()}


def restored(groups: Groups, saved: _Correlation | None) -> Groups:
    """Return the correlation with its state, if it is still the one that it was; else empty."""
    fresh = Groups(groups.plan, groups.limits)
    if saved is None or saved.print != _print(groups.plan):
        return fresh
    fresh.watermark, fresh.evicted = saved.watermark, saved.evicted
    for one in saved.groups:
        key = tuple(one.key) if isinstance(one.key, list) else one.key
        fresh.adopt(key, _sliding(fresh, key, one) if isinstance(one, _Sliding) else _judged(fresh, key, one))
    return fresh


def _print(plan: Plan) -> str:
    """Return a digest of all that gives the state its meaning."""
    one = plan.correlation
    rules = tuple(plan.inputs)
    said = (
        one.kind,
        rules,
        one.group_by,
        one.timespan,
        one.threshold,
        one.combination,
        one.aliases,
        plan.watched,
    )
    return blake2b(msgspec.msgpack.encode(said, order="sorted"), digest_size=16).hexdigest()


def _of_correlation(groups: Groups) -> _Correlation:
    rows = [
        _of_sliding(key, one, groups) if isinstance(one, SlidingGroup) else _of_judged(key, one)
        for key, one in groups.groups.items()
    ]
    return _Correlation(_print(groups.plan), groups.watermark, groups.evicted, rows)


def _of_sliding(key: GroupKey, group: SlidingGroup, groups: Groups) -> _Sliding:
    group.make_cut(groups.watermark)
    cut = group.cut
    ended = [_of_episode(one) for one in cut.ended]
    saved = (cut.size, cut.key, _of_episode(cut.episode) if cut.episode else None, cut.gap, ended)
    rows = _of_entries(group.plan, group.entries)
    return _Sliding(key, group.shown, rows, saved, group.said, group.told, group.done, group.steps)


def _of_judged(key: GroupKey, group: JudgedGroup) -> _Judged:
    return _Judged(key, group.shown, _of_entries(group.plan, group.entries), group.next, group.frontier)


def _of_episode(one: Episode) -> _Episode:
    return _Episode(one.first, one.began, one.last, str(one.value), one.total, list(one.ids), one.moments)


def _of_entries(plan: Plan, entries: list[Entry]) -> list[_Row]:
    exact = plan.kind in NUMERIC or plan.kind in TEMPORAL
    return [
        (time, event, str(payload) if exact else payload, members)
        for time, event, payload, members in entries
    ]


def _sliding(groups: Groups, key: GroupKey, saved: _Sliding) -> SlidingGroup:
    group = groups.make(key, saved.shown)
    if not isinstance(group, SlidingGroup):
        raise DataError("not a snapshot", "wrong kind of group")
    size, at, episode, gap, ended = saved.cut
    group.entries = _entries(groups.plan, saved.entries)
    group.cut = Cut(size, at, _episode(episode) if episode else None, gap, [_episode(one) for one in ended])
    group.said, group.told, group.done, group.steps = saved.said, saved.told, saved.done, saved.steps
    group.run_again()
    group.lost = 0
    return group


def _judged(groups: Groups, key: GroupKey, saved: _Judged) -> JudgedGroup:
    group = groups.make(key, saved.shown)
    if not isinstance(group, JudgedGroup):
        raise DataError("not a snapshot", "wrong kind of group")
    group.entries = _entries(groups.plan, saved.entries)
    group.next, group.frontier = saved.next, saved.frontier
    return group


def _episode(saved: _Episode) -> Episode:
    ids: dict[str, None] = dict.fromkeys(saved.ids)
    value = _number(saved.value)
    return Episode(saved.first, saved.began, saved.last, value, saved.total, ids, saved.moments)


def _entries(plan: Plan, rows: list[_Row]) -> list[Entry]:
    exact = plan.kind in NUMERIC or plan.kind in TEMPORAL
    return [(time, event, _payload(payload, exact=exact), Members(*members) if members else None)
            for time, event, payload, members in rows]  # fmt: skip


def _payload(saved: Value, *, exact: bool) -> Any:
    if exact:
        return _number(saved)
    return tuple(saved) if isinstance(saved, list) else saved


def _number(text: str) -> Number:
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError, TypeError) as error:
        raise DataError("not a snapshot", str(error)) from None
    return found.numerator if found.denominator == 1 else found
