"""One group of a correlation that must wait: its windows are judged when their time span is over.

A window is opened by an entry and reaches one time span further. With bounds: once a window has been
judged, its entries are used up; the next entry opens the next one. With alternatives that have a `not`:
an entry opens a window if the wanted rules follow, and what is unwanted is looked for around it.
"""

from bisect import bisect_left
from collections.abc import Iterator

from tocsin.correlate.around import Around
from tocsin.correlate.bounds import met
from tocsin.correlate.entry import BEFORE_ALL, Entry
from tocsin.correlate.measure import measure, places_in
from tocsin.correlate.pages import AFTER_ALL, Page
from tocsin.correlate.plan import Plan
from tocsin.correlate.tally import tally_for
from tocsin.correlate.values import Number
from tocsin.model.event import Value


class JudgedGroup:
    """Entries of which the window is not over, and before them what a `not` can still look back to."""

    __slots__ = (
        "changed", "entries", "frontier", "limit", "lost", "name", "next", "pages", "plan", "scheduled", "shown",
    )  # fmt: skip

    def __init__(self, plan: Plan, name: str, shown: dict[str, Value], limit: int) -> None:
        self.plan = plan
        self.name = name
        self.shown = shown
        self.limit = limit
        self.entries: list[Entry] = []
        self.next = 0
        self.frontier = BEFORE_ALL
        self.lost = 0
        self.scheduled = float("inf")
        self.pages: list[Page] = []
        self.changed = AFTER_ALL

    def add(self, entry: Entry, watermark: float) -> bool:
        """Take an entry in; False if it is a duplicate or its window has been judged."""
        if entry[:2] <= self.frontier or entry[0] < watermark - self.plan.span:
            return False
        at = bisect_left(self.entries, entry[:2])
        here = self.entries[at] if at < len(self.entries) else None
        if here is not None and here[:2] == entry[:2]:
            joined = self.plan.join(here[2], entry[2])
            self.entries[at] = (*here[:2], joined, here[3])
            self.changed = min(self.changed, entry[:2])
            return bool(joined != here[2])
        if at < len(self.entries):
            self.changed = min(self.changed, entry[:2])
        self.entries.insert(at, entry)
        if len(self.entries) > self.limit:
            del self.entries[0]
            self.next = max(0, self.next - 1)
            self.lost += 1
        return True

    def due(self) -> float:
        """Return the event time after which, by a time span, a window is over."""
        return self.entries[self.next][0] if self.next < len(self.entries) else self.entries[-1][0]

    def is_over(self, start: float) -> bool:
        """Tell whether nothing that is still to come can be in one window with what is here."""
        return not self.entries or (self.next >= len(self.entries) and self.entries[-1][0] < start)

    def judge(self, start: float) -> Iterator[tuple[list[Entry], Number]]:
        """Yield the windows that are over and hold, with their value."""
        end = bisect_left(self.entries, (start, ""))
        if self.next < end:
            last = self.entries[end - 1]
            yield from self._alternatives(end) if self.plan.terms else self._bounds(end)
            self.frontier = max(self.frontier, (last[0], last[1]))
            kept = start - self.plan.span if self.plan.terms else start
            old = min(self.next, bisect_left(self.entries, (kept, "")))
            del self.entries[:old]
            self.next -= old

    def _bounds(self, end: int) -> Iterator[tuple[list[Entry], Number]]:
        windows = Windows(self.plan, self.entries)
        while self.next < end:
            stop = windows.reach(self.next)
            if not windows.opens(self.next):
                self.next += 1
                continue
            window = self.entries[self.next : stop]
            value = measure(self.plan, window)
            if met(self.plan.bounds, value):
                yield window, value
            self._use_up(stop)

    def _use_up(self, stop: int) -> None:
        last = self.entries[stop - 1]
        self.next, self.frontier = stop, (last[0], last[1])

    def _alternatives(self, end: int) -> Iterator[tuple[list[Entry], Number]]:
        plan, windows, around = self.plan, Windows(self.plan, self.entries), Around(self.plan, self.entries)
        while self.next < end:
            time, event, mask, _ = self.entries[self.next]
            stop = windows.reach(self.next)
            if not any(around.holds(term, (time, event), mask) for term in plan.terms):
                self.next += 1
                continue
            window = [one for one in self.entries[self.next : stop] if one[2] & ~plan.blockers]
            yield window, sum(not plan.blockers >> place & 1 for place in places_in(window, len(plan.inputs)))
            self._use_up(stop)


class Windows:
    """Where the windows of successive entries end, and what is in them."""

    def __init__(self, plan: Plan, entries: list[Entry]) -> None:
        self.entries = entries
        self.span = plan.span
        self.opening = plan.opening
        self.tally = tally_for(plan) if plan.opening else None
        self.low = self.high = 0

    def reach(self, at: int) -> int:
        """Return where the window that the entry opens ends."""
        entries, anchor = self.entries, self.entries[at][0]
        if self.high < at:
            self.low = self.high = at
        while self.high < len(entries) and entries[self.high][0] - self.span <= anchor:
            if self.tally:
                self.tally.add(entries[self.high])
            self.high += 1
        return self.high

    def opens(self, at: int) -> bool:
        """Tell whether the window that was reached last has what it takes to be judged."""
        if self.tally is None:
            return True
        while self.low < at:
            self.tally.remove(self.entries[self.low])
            self.low += 1
        return met(self.opening, self.tally.value)
