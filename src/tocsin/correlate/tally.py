"""What a sliding window knows of its entries, kept up to date as they come and go."""

from collections.abc import Sequence
from copy import copy
from typing import Protocol

from tocsin.correlate.bounds import met
from tocsin.correlate.entry import Entry
from tocsin.correlate.plan import Plan, readings
from tocsin.correlate.terms import Term
from tocsin.correlate.values import Number
from tocsin.sigma.rule import Kind


class Tally(Protocol):
    """`add` and `remove` keep it current; `holds` tells whether the window from `start` on is enough.

    `copy` is for going back: a hundred times cheaper than adding everything again.
    """

    value: Number

    def add(self, entry: Entry) -> None: ...
    def remove(self, entry: Entry) -> None: ...
    def holds(self, start: float) -> bool: ...
    def copy(self) -> "Tally": ...


def tally_for(plan: Plan) -> Tally:
    """Make the empty tally of a sliding correlation."""
    if plan.kind is Kind.EVENT_COUNT and not plan.distinct:
        return Count(plan.least)
    if plan.kind in {Kind.EVENT_COUNT, Kind.VALUE_COUNT}:
        return Distinct(plan.least)
    if plan.kind is Kind.VALUE_SUM:
        return Sum(plan)
    if plan.kind is Kind.TEMPORAL:
        return Seen(plan)
    return Chains(plan) if plan.terms else LongestChain(plan)


class Count:
    """How many entries."""

    __slots__ = ("least", "value")

    def __init__(self, least: int) -> None:
        self.value: Number = 0
        self.least = least

    def add(self, entry: Entry) -> None:  # noqa: ARG002 -- a tally's signature
        self.value += 1

    def remove(self, entry: Entry) -> None:  # noqa: ARG002 -- a tally's signature
        self.value -= 1

    def copy(self) -> "Count":
        return copy(self)

    def holds(self, start: float) -> bool:  # noqa: ARG002 -- a tally's signature
        return self.value >= self.least


class Distinct:
    """How many different payloads."""

    __slots__ = ("counts", "least", "value")

    def __init__(self, least: int) -> None:
        self.value: Number = 0
        self.least = least
        self.counts: dict[object, int] = {}

    def add(self, entry: Entry) -> None:
        counts, payload = self.counts, entry[2]
        for one in payload if type(payload) is frozenset else (payload,):
            counts[one] = counts.get(one, 0) + 1
        self.value = len(counts)

    def remove(self, entry: Entry) -> None:
        counts = self.counts
        for one in readings(entry[2]):
            left = counts.pop(one) - 1
            if left:
                counts[one] = left
        self.value = len(counts)

    def copy(self) -> "Distinct":
        other = copy(self)
        other.counts = self.counts.copy()
        return other

    def holds(self, start: float) -> bool:  # noqa: ARG002 -- a tally's signature
        return self.value >= self.least


class Sum:
    """The sum of payloads, exact."""

    __slots__ = ("bounds", "value")

    def __init__(self, plan: Plan) -> None:
        self.value: Number = 0
        self.bounds = plan.bounds

    def add(self, entry: Entry) -> None:
        self.value += entry[2]

    def remove(self, entry: Entry) -> None:
        self.value -= entry[2]

    def copy(self) -> "Sum":
        return copy(self)

    def holds(self, start: float) -> bool:  # noqa: ARG002 -- a tally's signature
        return met(self.bounds, self.value)


class Seen:
    """Which rules are in the window, whatever their order."""

    __slots__ = ("bits", "counts", "least", "masks", "value")

    def __init__(self, plan: Plan) -> None:
        self.value: Number = 0
        self.least = plan.least
        self.masks = [sum(1 << place for place in term.wanted) for term in plan.terms]
        self.counts = [0] * len(plan.inputs)
        self.bits = 0

    def add(self, entry: Entry) -> None:
        for place in _places(entry[2]):
            self.counts[place] += 1
        self.bits |= entry[2]
        self.value = self.bits.bit_count()

    def remove(self, entry: Entry) -> None:
        for place in _places(entry[2]):
            self.counts[place] -= 1
            if not self.counts[place]:
                self.bits &= ~(1 << place)
        self.value = self.bits.bit_count()

    def copy(self) -> "Seen":
        other = copy(self)
        other.counts = self.counts.copy()
        return other

    def holds(self, start: float) -> bool:  # noqa: ARG002 -- a tally's signature
        if not self.masks:
            return self.value >= self.least
        bits = self.bits
        return any(bits & mask == mask for mask in self.masks)


class Chains:
    """For each alternative and step: the latest moment at which a chain as far as this step began."""

    __slots__ = ("begun", "terms", "value")

    def __init__(self, plan: Plan) -> None:
        self.value: Number = 0
        self.terms = plan.terms
        self.begun = [[_NEVER] * len(term.wanted) for term in plan.terms]

    def add(self, entry: Entry) -> None:
        for term, begun in zip(self.terms, self.begun, strict=True):
            _extend(term, begun, entry)

    def remove(self, entry: Entry) -> None:
        """Do nothing: a chain that began too early is seen in `holds`."""

    def copy(self) -> "Chains":
        other = copy(self)
        other.begun = [begun.copy() for begun in self.begun]
        return other

    def holds(self, start: float) -> bool:
        whole = (len(begun) for begun in self.begun if begun[-1] >= start)
        self.value = max(whole, default=0)
        return self.value > 0


def _extend(term: Term, begun: list[float], entry: Entry) -> None:
    # From the last step back, so that one event takes at most one step of a chain.
    for step in range(len(begun) - 1, -1, -1):
        if entry[2] >> term.wanted[step] & 1:
            begun[step] = begun[step - 1] if step else entry[0]


class LongestChain:
    """For each rule and length: the latest moment at which a chain of that length, ending there, began."""

    __slots__ = ("begun", "least", "value")

    def __init__(self, plan: Plan) -> None:
        self.value: Number = 0
        self.least = plan.least
        count = len(plan.inputs)
        self.begun = [[_NEVER] * (place + 1) for place in range(count)]

    def add(self, entry: Entry) -> None:
        for place in reversed(list(_places(entry[2]))):
            row = self.begun[place]
            row[0] = entry[0]
            for length in range(1, len(row)):
                row[length] = max(before[length - 1] for before in self.begun[length - 1 : place])

    def remove(self, entry: Entry) -> None:
        """Do nothing: a chain that began too early is seen in `holds`."""

    def copy(self) -> "LongestChain":
        other = copy(self)
        other.begun = [row.copy() for row in self.begun]
        return other

    def holds(self, start: float) -> bool:
        self.value = max(_reach(row, start) for row in self.begun)
        return self.value >= self.least


def _reach(row: Sequence[float], start: float) -> int:
    return max((length for length, begun in enumerate(row, 1) if begun >= start), default=0)


_NEVER = float("-inf")


def _places(mask: int) -> Sequence[int]:
    return [place for place in range(mask.bit_length()) if mask >> place & 1]
