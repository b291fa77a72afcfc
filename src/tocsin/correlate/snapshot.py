"""State of a correlator as bytes, and back. Only what cannot be derived from the rest is written."""

from collections.abc import Mapping
from fractions import Fraction
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from tocsin.correlate.entry import Entry, Key, Members, group_name
from tocsin.correlate.groups import Groups
from tocsin.correlate.judged import JudgedGroup
from tocsin.correlate.plan import NUMERIC, TEMPORAL, Plan, readings
from tocsin.correlate.reading import GroupKey
from tocsin.correlate.sliding import Cut, Episode, Said, SlidingGroup, Step
from tocsin.correlate.values import Number
from tocsin.errors import DataError
from tocsin.model.event import Value
from tocsin.sigma.rule import Kind

VERSION = 1
_DIGEST = 16

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
    """Write the state, with a digest before it."""
    content = msgspec.msgpack.encode(state)
    return _digest(content) + content


def load(content: bytes) -> State:
    """Read a state; raises DataError when it is damaged, or of another version."""
    digest, content = content[:_DIGEST], content[_DIGEST:]
    if digest != _digest(content):
        raise DataError("snapshot is damaged")
    try:
        if msgspec.msgpack.decode(content, type=list[Any])[:1] != [VERSION]:
            raise DataError("snapshot of another version")
        return msgspec.msgpack.decode(content, type=State)
    except msgspec.MsgspecError as error:
        raise DataError("snapshot is damaged", str(error)) from None


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST).digest()


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
    return [(time, event, _of_payload(plan, payload), members) for time, event, payload, members in entries]


def _of_payload(plan: Plan, payload: Any) -> Any:
    if plan.kind in NUMERIC or plan.kind in TEMPORAL:
        return str(payload)
    return sorted(readings(payload), key=repr) if plan.kind is Kind.VALUE_COUNT else payload


def _sliding(groups: Groups, key: GroupKey, saved: _Sliding) -> SlidingGroup:
    group = SlidingGroup(groups.plan, group_name(groups.plan.id, key), saved.shown, groups.limits.window)
    size, at, episode, gap, ended = saved.cut
    group.entries = _entries(groups.plan, saved.entries)
    group.cut = Cut(size, at, _episode(episode) if episode else None, gap, [_episode(one) for one in ended])
    group.said, group.told, group.done, group.steps = saved.said, saved.told, saved.done, saved.steps
    group.run_again()
    group.lost = 0
    return group


def _judged(groups: Groups, key: GroupKey, saved: _Judged) -> JudgedGroup:
    group = JudgedGroup(groups.plan, group_name(groups.plan.id, key), saved.shown, groups.limits.window)
    group.entries = _entries(groups.plan, saved.entries)
    group.next, group.frontier = saved.next, saved.frontier
    return group


def _episode(saved: _Episode) -> Episode:
    ids: dict[str, None] = dict.fromkeys(saved.ids)
    value = _number(saved.value)
    return Episode(saved.first, saved.began, saved.last, value, saved.total, ids, saved.moments)


def _entries(plan: Plan, rows: list[_Row]) -> list[Entry]:
    return [(time, event, _payload(plan, payload), Members(*members) if members else None)
            for time, event, payload, members in rows]  # fmt: skip


def _payload(plan: Plan, saved: Value) -> Any:
    if plan.kind in NUMERIC or plan.kind in TEMPORAL:
        return _number(saved)
    if plan.kind is not Kind.VALUE_COUNT:
        return saved
    found = frozenset(tuple(one) for one in saved)
    return found if len(found) > 1 else next(iter(found), ())


def _number(text: str) -> Number:
    found = Fraction(text)
    return found.numerator if found.denominator == 1 else found
