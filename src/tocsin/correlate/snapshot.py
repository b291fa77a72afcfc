"""State of a correlator as rows, and back: one for each group, more for one of many entries, one for the whole.

Only what cannot be derived from the rest is written, and only what has changed.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from tocsin.correlate.entry import Entry, Key, Members, group_name
from tocsin.correlate.groups import Groups
from tocsin.correlate.judged import JudgedGroup
from tocsin.correlate.pages import AFTER_ALL, Page, turn
from tocsin.correlate.plan import NUMERIC, TEMPORAL, Plan, readings
from tocsin.correlate.reading import GroupKey
from tocsin.correlate.sliding import Cut, Episode, Said, SlidingGroup, Step
from tocsin.correlate.values import Number
from tocsin.errors import DataError
from tocsin.model.event import Value
from tocsin.model.unreadable import UNREADABLE
from tocsin.sigma.rule import Kind

VERSION = 2
_DIGEST = 16
_Kind = TypeVar("_Kind")

_Row: TypeAlias = tuple[float, str, Any, tuple[str, tuple[str, ...], int] | None]


class Row(NamedTuple):
    """A piece of state. name: of its correlation, empty for the whole. part: of its group. page: 0, or of its entries."""

    name: str
    part: str
    page: int
    content: bytes


class Saved(NamedTuple):
    """What is to be done to rows that are kept: delete groups (name, part), then pages, then write rows."""

    rows: list[Row]
    groups: list[tuple[str, str]]
    pages: list[tuple[str, str, int]]


class Whole(Struct, array_like=True):
    """What belongs to no group. evicted: of each correlation, by its name here."""

    version: int
    watermark: float
    newest: float
    late: int
    lost: int
    evicted: dict[str, int]

    def row(self) -> Row:
        """Write it."""
        return Row("", "", 0, msgspec.msgpack.encode(self))


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
    first: Key
    pages: list[int]
    entries: list[_Row]
    cut: tuple[int, Key, _Episode | None, int, list[_Episode]]
    said: Said | None
    told: Key
    done: Key
    steps: list[Step]


class _Judged(Struct, array_like=True, tag="j"):
    key: Any
    shown: dict[str, Any]
    first: Key
    pages: list[int]
    entries: list[_Row]
    next: int
    frontier: Key


# Made once: to make one takes longer than most rows take to be read.
_ANY = msgspec.msgpack.Decoder(list[Any])
_WHOLE = msgspec.msgpack.Decoder(Whole)
_PAGE = msgspec.msgpack.Decoder(list[_Row])
_GROUP: msgspec.msgpack.Decoder[_Sliding | _Judged] = msgspec.msgpack.Decoder(_Sliding | _Judged)


def name_of(plan: Plan) -> str:
    """Return the name of a correlation's rows: a digest of all that gives them their meaning."""
    one = plan.correlation
    rules = tuple(plan.inputs)
    said = (
        plan.id,
        one.kind,
        rules,
        one.group_by,
        one.timespan,
        one.threshold,
        one.combination,
        one.aliases,
        plan.watched,
    )
    return blake2b(msgspec.msgpack.encode(said, order="sorted"), digest_size=_DIGEST).hexdigest()


def changes(name: str, groups: Groups) -> Saved:
    """Return what has changed in a correlation since it was asked last."""
    found = Saved([], [], [])
    changed, gone = groups.changes()
    found.groups.extend((name, _part_of(key)) for key in gone)
    for key in changed:
        _save(found, name, key, groups.groups[key])
    return found


def _save(found: Saved, name: str, key: GroupKey, group: SlidingGroup | JudgedGroup) -> None:
    part = _part_of(key)
    turned = turn(group.pages, group.entries, group.changed)
    found.pages.extend((name, part, number) for number in turned.gone)
    for page, entries in turned.new:
        content = msgspec.msgpack.encode(_of_entries(group.plan, entries))
        found.rows.append(Row(name, part, page.number, content))
    group.pages, group.changed = turned.pages, AFTER_ALL
    rest = _of_entries(group.plan, group.entries[turned.rest :])
    first = group.entries[0][:2] if group.entries else AFTER_ALL
    numbers = [page.number for page in turned.pages]
    common = (key, group.shown, first, numbers, rest)
    saved = _of_sliding(group, common) if isinstance(group, SlidingGroup) else _of_judged(group, common)
    found.rows.append(Row(name, part, 0, msgspec.msgpack.encode(saved)))


def _part_of(key: GroupKey) -> str:
    atoms = key if isinstance(key, tuple) else (key,)
    # Equal keys have equal digests: 2**60 and 2.0**60 are one group.
    plain = [int(one) if isinstance(one, float) and one.is_integer() else one for one in atoms]
    return blake2b(repr(plain).encode(), digest_size=_DIGEST).hexdigest()


def restored(
    correlations: Mapping[str, Groups], rows: Iterable[Row]
) -> tuple[Whole | None, dict[str, Groups], set[str]]:
    """Read rows: what belongs to no group, correlations with their state, and names that are of none of them.

    Raises DataError for rows that are damaged, or of another version.
    """
    whole: Whole | None = None
    fresh = {name: Groups(one.plan, one.limits) for name, one in correlations.items()}
    heads: list[Row] = []
    pages: dict[tuple[str, str], dict[int, bytes]] = {}
    strange: set[str] = set()
    for row in rows:
        if not row.name:
            whole = _whole(row.content)
        elif row.name not in fresh:
            strange.add(row.name)
        elif row.page:
            pages.setdefault((row.name, row.part), {})[row.page] = row.content
        else:
            heads.append(row)
    for row in heads:
        try:
            _adopt(fresh[row.name], row, pages.get((row.name, row.part), {}))
        except (TypeError, ValueError, ArithmeticError) as error:  # of the right form, and of no sense
            raise DataError("snapshot is damaged", str(error)) from None
    if whole is None and (heads or strange):
        raise DataError("snapshot is damaged", "its first row is missing")
    return whole, fresh, strange


def _whole(content: bytes) -> Whole:
    if _read(content, _ANY)[:1] != [VERSION]:
        raise DataError("snapshot of another version")
    return _read(content, _WHOLE)


def _read(content: bytes, decoder: msgspec.msgpack.Decoder[_Kind]) -> _Kind:
    try:
        return decoder.decode(content)
    except UNREADABLE as error:
        raise DataError("snapshot is damaged", str(error)) from None


def _adopt(groups: Groups, row: Row, pages: Mapping[int, bytes]) -> None:
    saved: _Sliding | _Judged = _read(row.content, _GROUP)
    if not set(saved.pages) <= set(pages):
        raise DataError("snapshot is damaged", "a page is missing")
    key = tuple(saved.key) if isinstance(saved.key, list) else saved.key
    paged = [(number, _entries(groups.plan, _read(pages[number], _PAGE))) for number in saved.pages]
    entries = [one for _, some in paged for one in some if one[:2] >= saved.first]
    entries += _entries(groups.plan, saved.entries)
    if not entries:
        raise DataError("snapshot is damaged", "a group is empty")
    group = (
        _sliding(groups, key, saved, entries)
        if isinstance(saved, _Sliding)
        else _judged(groups, key, saved, entries)
    )
    group.pages = [Page(number, some[0][:2], some[-1][:2]) for number, some in paged]
    groups.adopt(key, group)


_Common: TypeAlias = tuple[GroupKey, dict[str, Value], Key, list[int], list[_Row]]


def _of_sliding(group: SlidingGroup, common: _Common) -> _Sliding:
    cut = group.cut
    ended = [_of_episode(one) for one in cut.ended]
    saved = (cut.size, cut.key, _of_episode(cut.episode) if cut.episode else None, cut.gap, ended)
    return _Sliding(*common, saved, group.said, group.told, group.done, group.steps)


def _of_judged(group: JudgedGroup, common: _Common) -> _Judged:
    return _Judged(*common, group.next, group.frontier)


def _of_episode(one: Episode) -> _Episode:
    return _Episode(one.first, one.began, one.last, str(one.value), one.total, list(one.ids), one.moments)


def _of_entries(plan: Plan, entries: list[Entry]) -> list[_Row]:
    return [(time, event, _of_payload(plan, payload), members) for time, event, payload, members in entries]


def _of_payload(plan: Plan, payload: Any) -> Any:
    if plan.kind in NUMERIC or plan.kind in TEMPORAL:
        return str(payload)
    return sorted(readings(payload), key=repr) if plan.kind is Kind.VALUE_COUNT else payload


def _sliding(groups: Groups, key: GroupKey, saved: _Sliding, entries: list[Entry]) -> SlidingGroup:
    group = SlidingGroup(groups.plan, group_name(groups.plan.id, key), saved.shown, groups.limits.window)
    size, at, episode, gap, ended = saved.cut
    group.entries = entries
    group.cut = Cut(size, at, _episode(episode) if episode else None, gap, [_episode(one) for one in ended])
    group.said, group.told, group.done, group.steps = saved.said, saved.told, saved.done, saved.steps
    group.run_again()
    group.lost = 0
    return group


def _judged(groups: Groups, key: GroupKey, saved: _Judged, entries: list[Entry]) -> JudgedGroup:
    group = JudgedGroup(groups.plan, group_name(groups.plan.id, key), saved.shown, groups.limits.window)
    group.entries = entries
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
