"""The definition: what every correlation says of complete, sorted observations. Slow and obvious; the oracle.

`episodes` is the heart: a pure function over the observations of one group in (time, event id) order.
docs/explanation/correlation.md explains it with examples.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from tocsin.correlate.bounds import met
from tocsin.correlate.entry import About, Entry, Link, Members, collect, episode_name, group_name
from tocsin.correlate.measure import chain_of, measure, places_in
from tocsin.correlate.plan import Plan, compile_plans
from tocsin.correlate.reading import GroupKey, key_of, reader
from tocsin.correlate.terms import Term
from tocsin.correlate.values import Number, shown, text_of
from tocsin.model.event import Value
from tocsin.model.observation import Correlated, Observation
from tocsin.sigma.rule import Correlation, Kind, Rule


@dataclass(slots=True)
class Found:
    """An episode: all its entries, its value, and the moments at which it held with what each added."""

    entries: list[Entry]
    value: Number
    began: Entry
    moments: list[tuple[Entry, list[Entry]]] = field(default_factory=list)


def episodes(plan: Plan, entries: Sequence[Entry]) -> list[Found]:
    """Return the episodes of one group, whose entries are sorted and distinct in (time, event id)."""
    if plan.sliding:
        return list(_sliding(plan, entries))
    return list(_judged_by_terms(plan, entries) if plan.terms else _judged_by_bounds(plan, entries))


# --- conditions that can only become truer: the window before each entry -------------------------------


def _sliding(plan: Plan, entries: Sequence[Entry]) -> Iterator[Found]:
    windows = [_window_before(plan, entries, at) for at in range(len(entries))]
    holding = [at for at, window in enumerate(windows) if _holds(plan, window)]
    while holding:
        run = [holding[0]]
        for at in holding[1:]:
            if not _reaches_back(plan, entries[at], entries[run[-1]]):
                break
            run.append(at)
        holding = holding[len(run) :]
        start = run[0] + 1 - len(windows[run[0]])
        moments = [(entries[at], list(entries[start if at == run[0] else before + 1 : at + 1]))
                   for before, at in zip([start - 1, *run], run, strict=False)]  # fmt: skip
        value = max(_value(plan, windows[at]) for at in run)
        yield Found(list(entries[start : run[-1] + 1]), value, entries[run[0]], moments)


def _reaches_back(plan: Plan, later: Entry, earlier: Entry) -> bool:
    return earlier[0] >= later[0] - plan.span


def _window_before(plan: Plan, entries: Sequence[Entry], at: int) -> list[Entry]:
    return [one for one in entries[: at + 1] if _reaches_back(plan, entries[at], one)]


def _holds(plan: Plan, window: Sequence[Entry]) -> bool:
    if not plan.terms:
        return met(plan.bounds, _value(plan, window))
    return any(_term_holds(plan, term, window) for term in plan.terms)


def _term_holds(plan: Plan, term: Term, window: Sequence[Entry]) -> bool:
    if plan.kind is Kind.TEMPORAL_ORDERED:
        return chain_of(window, term.wanted) is not None
    return set(term.wanted) <= places_in(window, len(plan.inputs))


def _value(plan: Plan, window: Sequence[Entry]) -> Number:
    if plan.kind is not Kind.TEMPORAL_ORDERED:
        return measure(plan, window)
    if plan.terms:
        return max((len(term.wanted) for term in plan.terms if chain_of(window, term.wanted)), default=0)
    count = len(plan.inputs)
    for size in range(count, 0, -1):
        if any(chain_of(window, chosen) for chosen in combinations(range(count), size)):
            return size
    return 0


# --- conditions that must wait: the window after each entry --------------------------------------------


def _window_after(plan: Plan, entries: Sequence[Entry], at: int) -> list[Entry]:
    return [one for one in entries[at:] if _reaches_back(plan, one, entries[at])]


def _judged_by_bounds(plan: Plan, entries: Sequence[Entry]) -> Iterator[Found]:
    at = 0
    while at < len(entries):
        window = _window_after(plan, entries, at)
        value = _value(plan, window)
        if not met(plan.opening, value):
            at += 1
            continue
        if met(plan.bounds, value):
            yield Found(window, value, window[0], [(window[-1], window)])
        at += len(window)


def _judged_by_terms(plan: Plan, entries: Sequence[Entry]) -> Iterator[Found]:
    at = 0
    while at < len(entries):
        if not any(_is_true_around(plan, term, entries, at) for term in plan.terms):
            at += 1
            continue
        window = _window_after(plan, entries, at)
        members = [one for one in window if one[2] & ~plan.blockers]
        value = sum(not plan.blockers >> place & 1 for place in places_in(members, len(plan.inputs)))
        yield Found(members, value, members[0], [(members[-1], members)])
        at += len(window)


def _is_true_around(plan: Plan, term: Term, entries: Sequence[Entry], at: int) -> bool:
    anchor, window = entries[at], _window_after(plan, entries, at)
    if not anchor[2] & ~plan.blockers:
        return False
    around = [one for one in entries if _reaches_back(plan, anchor, one) and _reaches_back(plan, one, anchor)]
    if plan.kind is Kind.TEMPORAL:
        own = not term.wanted or any(anchor[2] >> place & 1 for place in term.wanted)
        seen = places_in(around, len(plan.inputs))
        return own and _term_holds(plan, term, window) and not set(term.unwanted) & seen
    chain = chain_of(window, term.wanted)
    if chain is None or (chain and chain[0] != anchor[:2]):
        return False
    return not any(_is_between(term, chain, around, place) for place in term.unwanted)


def _is_between(term: Term, chain: list[tuple[float, str]], around: list[Entry], unwanted: int) -> bool:
    steps = list(zip(term.wanted, chain, strict=True))
    after = max((key for place, key in steps if place < unwanted), default=None)
    before = min((key for place, key in steps if place > unwanted), default=None)
    return any(
        mask >> unwanted & 1
        and (after is None or (time, event) > after)
        and (before is None or (time, event) < before)
        for time, event, mask, _ in around
    )


# --- all groups, and correlations of correlations ------------------------------------------------------


def correlate(
    rules: Sequence[Rule], correlations: Sequence[Correlation], observations: Iterable[Observation]
) -> list[Correlated]:
    """Return every closed alert. `revision` is 1 throughout: how often an alert was told is not its content."""
    seen: dict[str, list[tuple[Link, dict[str, Value], bool]]] = defaultdict(list)
    for one in observations:
        link = Link(one.time, text_of(one.event), Members("", (), 0, one.about))
        seen[one.rule].append((link, one.values, False))
    alerts: list[Correlated] = []
    for plan in compile_plans(rules, correlations, largest=2**62).plans:
        for key, (group, entries) in _groups(plan, seen).items():
            for found in episodes(plan, entries):
                seen[plan.id] += ((link, group, True) for link in _links(plan, key, found))
                if not plan.muted:
                    alerts.append(_alert(plan, group, found))
    return alerts


def _groups(
    plan: Plan, seen: dict[str, list[tuple[Link, dict[str, Value], bool]]]
) -> dict[GroupKey, tuple[dict[str, Value], list[Entry]]]:
    read = reader(plan)
    groups: dict[GroupKey, tuple[dict[str, Value], dict[tuple[float, str], Entry]]] = {}
    for rule, source in plan.inputs.items():
        for link, values, chained in seen[rule]:
            members = link.members if chained else link.members.names
            payload = read(source, link.event, values, members) if read else None
            if read and payload is None:
                continue
            fields = zip(plan.group_by, source.group, strict=True)
            group = {name: shown(values.get(own)) for name, own in fields}
            _, entries = groups.setdefault(key_of(source, values), (group, {}))
            known = entries.get((link.time, link.event))
            joined = plan.join(known[2], payload) if known else payload
            entries[link.time, link.event] = (link.time, link.event, joined, members)
    return {key: (group, [entries[at] for at in sorted(entries)]) for key, (group, entries) in groups.items()}


def _links(plan: Plan, key: GroupKey, found: Found) -> Iterator[Link]:
    name = episode_name(group_name(plan.id, key), found.began[:2])
    for number, (at, news) in enumerate(found.moments, 1):
        ids: dict[str, None] = {}
        about = About()
        total = collect(ids, about, news)
        members = Members(name, tuple(ids), total, *about.flat())
        yield Link(at[0], f"{name}:{number}" if plan.sliding else name, members)


def _alert(plan: Plan, group: dict[str, Value], found: Found) -> Correlated:
    ids: dict[str, None] = {}
    about = About()
    total = collect(ids, about, found.entries)
    first, last, value = found.entries[0][0], found.moments[-1][0][0], float(found.value)
    return Correlated(plan.id, group, first, last, value, tuple(ids), total, closed=True, **about.said())
