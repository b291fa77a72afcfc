"""Is an alternative with a `not` true around an entry? Answered from the sorted times of each rule."""

from bisect import bisect_left, bisect_right

from tocsin.correlate.entry import Entry, Key
from tocsin.correlate.plan import Plan
from tocsin.correlate.terms import Term
from tocsin.sigma.rule import Kind


class Around:
    """Where each rule was seen among the entries of a group."""

    def __init__(self, plan: Plan, entries: list[Entry]) -> None:
        self.span = plan.span
        self.ordered = plan.kind is Kind.TEMPORAL_ORDERED
        self.blockers = plan.blockers
        self.seen: list[list[Key]] = [[] for _ in plan.inputs]
        for time, event, mask, _ in entries:
            for place, keys in enumerate(self.seen):
                if mask >> place & 1:
                    keys.append((time, event))

    def holds(self, term: Term, anchor: Key, mask: int) -> bool:
        """Tell whether the alternative is true of the window that the entry opens, as one of its own events."""
        if not mask & ~self.blockers:
            return False
        chain = self._chain(term, anchor, mask) if self.ordered else self._any_order(term, anchor, mask)
        return chain is not None and not any(self._is_near(place, anchor, chain) for place in term.unwanted)

    def _any_order(self, term: Term, anchor: Key, mask: int) -> dict[int, Key] | None:
        if term.wanted and not any(mask >> place & 1 for place in term.wanted):
            return None
        found = all(self._next(place, anchor, anchor, include=True) for place in term.wanted)
        return {} if found else None

    def _chain(self, term: Term, anchor: Key, mask: int) -> dict[int, Key] | None:
        """Return the key of each wanted rule, one after the other, each as early as it can be."""
        chain: dict[int, Key] = {}
        at = anchor
        for step, place in enumerate(term.wanted):
            if step == 0 and not mask >> place & 1:
                return None
            found = self._next(place, at, anchor, include=step == 0)
            if found is None:
                return None
            chain[place] = at = found
        return chain

    def _next(self, place: int, after: Key, anchor: Key, *, include: bool) -> Key | None:
        keys = self.seen[place]
        at = bisect_left(keys, after) if include else bisect_right(keys, after)
        return keys[at] if at < len(keys) and keys[at][0] - self.span <= anchor[0] else None

    def _is_near(self, place: int, anchor: Key, chain: dict[int, Key]) -> bool:
        """Tell whether an unwanted rule was seen: in order, between its neighbours of the chain."""
        keys = self.seen[place]
        before = [key for other, key in chain.items() if other < place]
        after = [key for other, key in chain.items() if other > place]
        at = bisect_right(keys, before[-1]) if before else bisect_left(keys, (anchor[0] - self.span, ""))
        if at >= len(keys):
            return False
        return keys[at] < after[0] if after else keys[at][0] - self.span <= anchor[0]
