"""A Correlation made ready: references resolved, fields per input, and how its windows work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.correlate.bounds import Bounds, least_count, only_rising, rising_part
from tocsin.correlate.terms import Term, alternatives
from tocsin.errors import ContentError
from tocsin.sigma.rule import Correlation, Kind, Rule, Threshold

NUMERIC = frozenset({Kind.VALUE_SUM, Kind.VALUE_AVG, Kind.VALUE_PERCENTILE, Kind.VALUE_MEDIAN})
TEMPORAL = frozenset({Kind.TEMPORAL, Kind.TEMPORAL_ORDERED})
_STATISTIC = NUMERIC - {Kind.VALUE_SUM}


@dataclass(frozen=True, slots=True)
class Input:
    """One referenced rule: its place in `rules`, and where its observations carry what is asked for."""

    rule: str
    place: int
    group: tuple[str, ...]
    values: tuple[str, ...]
    chained: bool


@dataclass(slots=True)
class Plan:
    """One correlation. `sliding` ones fire at once; the others are judged when their window is over."""

    correlation: Correlation
    inputs: Mapping[str, Input]
    bounds: Bounds
    terms: tuple[Term, ...]
    """For temporal kinds without bounds: the alternatives, one of which must hold."""
    watched: bool
    """Another correlation refers to this one."""
    muted: bool
    """Only other correlations want it."""
    lag: float
    """How much later than the events its inputs can come, because they are judged themselves."""
    id: str = field(init=False)
    kind: Kind = field(init=False)
    span: int = field(init=False)
    group_by: tuple[str, ...] = field(init=False)
    percentile: int = field(init=False)
    sliding: bool = field(init=False)
    distinct: bool = field(init=False)
    """Counting events means counting distinct ids: one alert of a correlation comes in several moments."""
    blockers: int = field(init=False)
    """Bits of the rules that are only ever unwanted."""

    def __post_init__(self) -> None:
        one = self.correlation
        self.id, self.kind, self.span, self.group_by = one.meta.id, one.kind, one.timespan, one.group_by
        self.percentile = (
            one.threshold.percentile if one.threshold and one.kind is Kind.VALUE_PERCENTILE else 50
        )
        self.distinct = any(item.chained for item in self.inputs.values())
        wanted = {place for term in self.terms for place in term.wanted}
        self.blockers = sum(1 << place for place in self.unwanted - wanted)
        rising = one.kind not in _STATISTIC and only_rising(self.bounds)
        self.sliding = rising and not self.unwanted

    @property
    def unwanted(self) -> frozenset[int]:
        """Places of the rules that some alternative must not see."""
        return frozenset(place for term in self.terms for place in term.unwanted)

    @property
    def opening(self) -> Bounds:
        """Bounds that a judged window must reach to be opened at all."""
        fixed = self.kind in _STATISTIC or self.kind is Kind.TEMPORAL_ORDERED
        return () if fixed else rising_part(self.bounds)

    @property
    def least(self) -> int:
        """The count from which a sliding window holds."""
        return least_count(self.bounds)

    def join(self, one: Any, other: Any) -> Any:
        """Join what two rules measure of one event, so that nothing shrinks.

        Rules seen and distinct values are united; of two numbers the larger counts.
        """
        if self.kind in TEMPORAL:
            return one | other
        if self.kind in NUMERIC:
            return max(one, other)
        return one if one == other else readings(one) | readings(other)

    @property
    def out_lag(self) -> float:
        """How much later than the events its own moments are known."""
        return self.lag if self.sliding else self.lag + self.span


def readings(payload: Any) -> frozenset[Any]:
    """Return the distinct values that an event counts for: one, unless several rules read it differently."""
    return payload if isinstance(payload, frozenset) else frozenset((payload,))


@dataclass(slots=True)
class Compiled:
    """All plans, inputs before those that need them, and what was refused."""

    plans: list[Plan] = field(default_factory=list)
    errors: list[ContentError] = field(default_factory=list)
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()


def compile_plans(rules: Sequence[Rule], correlations: Sequence[Correlation], largest: int) -> Compiled:
    """Resolve and order the correlations; `largest` is how many observations a window can hold."""
    found = Compiled()
    names = _Names(rules, correlations)
    ready: dict[str, Plan] = {}
    for one in _inputs_first(correlations, names):
        try:
            plan = _plan(one, names, ready, largest)
        except RecursionError:
            found.errors.append(ContentError("nests too deep", path=one.meta.path, line=one.meta.line))
        except ContentError as error:
            found.errors.append(ContentError(error.message, path=one.meta.path, line=one.meta.line))
        else:
            ready[plan.id] = plan
            found.plans.append(plan)
    base = {
        plan_input.rule
        for plan in found.plans
        for plan_input in plan.inputs.values()
        if not plan_input.chained
    }
    found.needs = {rule: _needed(rule, found.plans) for rule in sorted(base)}
    found.silent = frozenset(rule for rule in base if names.muted(rule))
    return found


def _needed(rule: str, plans: Sequence[Plan]) -> tuple[str, ...]:
    wanted = (one for plan in plans if (one := plan.inputs.get(rule)))
    return tuple(dict.fromkeys(name for one in wanted for name in (*one.group, *one.values)))


class _Names:
    """Ids and names of everything that can be referred to."""

    def __init__(self, rules: Sequence[Rule], correlations: Sequence[Correlation]) -> None:
        everything: tuple[Rule | Correlation, ...] = (*rules, *correlations)
        self.ids = {one.meta.id for one in everything}
        self.by_name = {one.meta.name: one.meta.id for one in reversed(everything) if one.meta.name}
        self.correlations = {one.meta.id: one for one in correlations}
        self.references: dict[str, list[bool]] = {}
        for one in correlations:
            for rule in {self.resolve(reference) for reference in one.rules}:
                self.references.setdefault(rule, []).append(one.generate)

    def resolve(self, reference: str) -> str:
        """Return the id that the reference, an id or a name, means; itself when it means nothing."""
        return reference if reference in self.ids else self.by_name.get(reference, reference)

    def muted(self, rule: str) -> bool:
        """Tell whether correlations refer to the rule and none wants its own matches reported."""
        generate = self.references.get(rule)
        return generate is not None and not any(generate)


def _inputs_first(correlations: Sequence[Correlation], names: _Names) -> Iterator[Correlation]:
    """Order by depth. The loader has refused circles; what is left of one is never yielded."""
    done: set[str] = set()
    waiting = list(correlations)
    while waiting:
        ripe = [one for one in waiting if not _open_inputs(one, names, done)]
        if not ripe:
            return
        yield from ripe
        done.update(one.meta.id for one in ripe)
        waiting = [one for one in waiting if one.meta.id not in done]


def _open_inputs(one: Correlation, names: _Names, done: set[str]) -> set[str]:
    return {rule for rule in map(names.resolve, one.rules) if rule in names.correlations} - done


def _plan(one: Correlation, names: _Names, ready: Mapping[str, Plan], largest: int) -> Plan:
    inputs: dict[str, Input] = {}
    for reference in one.rules:
        rule = names.resolve(reference)
        if rule not in names.ids or (rule in names.correlations and rule not in ready):
            raise ContentError(f"refers to the rule `{reference}`, which is not loaded")
        inputs.setdefault(rule, _input(one, names, rule, place=len(inputs)))
    bounds = one.threshold.bounds if one.threshold else ()
    plan = Plan(
        correlation=one,
        inputs=inputs,
        bounds=bounds,
        terms=() if one.threshold else _terms(one, lambda name: _place(inputs, names, name), len(inputs)),
        watched=one.meta.id in names.references,
        muted=names.muted(one.meta.id),
        lag=max((ready[rule].out_lag for rule in inputs if rule in ready), default=0.0),
    )
    _check(plan, largest)
    return plan


def _input(one: Correlation, names: _Names, rule: str, *, place: int) -> Input:
    def own(name: str) -> str:
        fields = one.aliases.get(name, {})
        return next((said for reference, said in fields.items() if names.resolve(reference) == rule), name)

    threshold = one.threshold or Threshold(())
    return Input(
        rule=rule,
        place=place,
        group=tuple(own(name) for name in one.group_by),
        values=tuple(own(name) for name in threshold.fields),
        chained=rule in names.correlations,
    )


def _place(inputs: Mapping[str, Input], names: _Names, name: str) -> int:
    found = inputs.get(names.resolve(name))
    if found is None:
        raise ContentError(f"the condition names `{name}`, which `rules` does not")
    return found.place


def _terms(one: Correlation, place: Callable[[str], int], count: int) -> tuple[Term, ...]:
    if one.kind not in TEMPORAL:
        raise ContentError(f"`{one.kind.value}` needs a condition")
    if one.combination is None:
        return (Term(tuple(range(count))),)
    return alternatives(one.combination, place)


def _check(plan: Plan, largest: int) -> None:
    """Refuse what could never fire: a rule that is silently dead is worse than none."""
    if plan.blockers == (1 << len(plan.inputs)) - 1:
        raise ContentError("the condition only says what must not happen; name a rule that must")
    counts = plan.kind in {Kind.EVENT_COUNT, Kind.VALUE_COUNT}
    if counts and least_count(rising_part(plan.bounds)) > largest:
        raise ContentError(f"counts further than the {largest} observations that are kept of a group")
