"""The value of a whole window, computed in the obvious way. The oracle and judged windows use it."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tocsin.correlate.entry import Entry, Key
from tocsin.correlate.plan import NUMERIC, Plan, readings
from tocsin.correlate.values import Number
from tocsin.sigma.rule import Kind


def measure(plan: Plan, window: Sequence[Entry]) -> Number:
    """Return what the correlation compares with its bounds (for alternatives: the rules it has seen)."""
    if plan.kind in NUMERIC:
        return _statistic(plan, [payload for _, _, payload, _ in window])
    if plan.kind is Kind.TEMPORAL_ORDERED:
        return longest_chain(window, len(plan.inputs))
    if plan.kind is Kind.TEMPORAL:
        return len(places_in(window, len(plan.inputs)))
    all_differ = plan.kind is Kind.EVENT_COUNT and not plan.distinct
    return (
        len(window) if all_differ else len({one for _, _, payload, _ in window for one in readings(payload)})
    )


def _statistic(plan: Plan, numbers: list[Number]) -> Number:
    total: Number = sum(numbers)
    if plan.kind is Kind.VALUE_SUM:
        return total
    return (
        Fraction(total) / len(numbers)
        if plan.kind is Kind.VALUE_AVG
        else percentile(numbers, plan.percentile)
    )


def percentile(values: Sequence[Number], rank: int) -> Number:
    """Interpolate linearly between the two nearest values, so that 50 is the median."""
    ordered = sorted(values)
    below, part = divmod(rank * (len(ordered) - 1), 100)
    if not part:
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * Fraction(part, 100)


def places_in(window: Sequence[Entry], count: int) -> set[int]:
    """Return the places of the rules that the window has seen."""
    seen = 0
    for _, _, mask, _ in window:
        seen |= mask
    return {place for place in range(count) if seen >> place & 1}


def longest_chain(window: Sequence[Entry], count: int) -> int:
    """Return how many different rules the window has seen in their order, skipping what does not fit."""
    best = [0] * count
    for _, _, mask, _ in window:
        before = best.copy()
        for place in range(count):
            if mask >> place & 1:
                best[place] = max(best[place], 1 + max(before[:place], default=0))
    return max(best, default=0)


def chain_of(window: Sequence[Entry], wanted: Sequence[int]) -> list[Key] | None:
    """Find the wanted rules one after the other, each as early as it can be; None if they are not there."""
    steps: Iterator[int] = iter(wanted)
    chain: list[Key] = []
    needed = next(steps, None)
    for time, event, mask, _ in window:
        if needed is None:
            break
        if mask >> needed & 1:
            chain.append((time, event))
            needed = next(steps, None)
    return chain if needed is None else None
