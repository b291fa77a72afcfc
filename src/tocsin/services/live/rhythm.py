"""The rhythm of each source: how long it is usually quiet, how old its events usually are. Pure; time is that of arrivals.

A gap belongs to the hour of the day (UTC) in which it began: what begins at six in the evening may last the night, or
a weekend, and what begins at noon a minute. The longest gap of each hour is kept for four weeks. A source is silent
when it is quiet for three times the longest gap that began at about that hour. How old events are is learned as a
slow mean of logarithms, which no single old event moves by much.
"""

import math
from collections.abc import Iterator

from msgspec import Struct, field

FLOOR_SECONDS = 600.0
"""Nobody is told of a shorter silence."""
TIMES, TIMES_AT_FIRST = 3.0, 6.0
"""So many times its longest usual gap makes a source silent; and within the first eight days, of no weekend yet."""
LEARNING_SECONDS = 2 * 86_400.0
SETTLED_SECONDS = 8 * 86_400.0
LEAST_GAPS = 20
"""A source that has been heard more rarely is not judged."""
WEEKS = 4
LATE_FLOOR_SECONDS = 900.0
"""Events that are younger are never late."""
LATE_TIMES = 10.0
"""So many times its usual age makes events late."""
LATE_FOR_SECONDS = 600.0
"""So long all frames of a source must be late."""
DEAF_SECONDS = 60.0
"""Arrivals that stand still for longer: nobody listened, and no source is to blame."""
MAX_SOURCES = 1_000
"""Sources of inputs that are watched."""
_WEEK, _HOUR, _MINUTE = 604_800, 3_600, 60
_ENOUGH = 10
_SLOW = 0.001
_AT_MOST = 4.0


class Week(Struct):
    """Longest gaps, seconds, and how many there were, by the hour of the day in which they began."""

    number: int
    longest: list[float] = field(default_factory=lambda: [0.0] * 24)
    gaps: list[int] = field(default_factory=lambda: [0] * 24)


class Rhythm(Struct):
    """One source of one input. first, last: arrivals. age: mean of log(1 + seconds). *_since, *_told: arrivals, 0: not so."""

    first: float
    last: float
    weeks: list[Week] = []
    silent_told: float = 0.0
    age: float = 0.0
    ages: int = 0
    aged: int = 0
    """The minute in which an age was last learned."""
    late_since: float = 0.0
    late_told: float = 0.0

    def heard(self, at: float) -> None:
        """Note an arrival; earlier ones than the last say nothing."""
        if at <= self.last:
            return
        gap, hour = at - self.last, int(self.last // _HOUR) % 24
        if self.silent_told:
            # A week of an outage is no rhythm; what comes again and again is learned in a few times.
            gap = min(gap, _AT_MOST * self.limit(at))
        week = self._week(int(at // _WEEK))
        week.longest[hour] = max(week.longest[hour], gap)
        week.gaps[hour] += 1
        self.last = at

    def _week(self, number: int) -> Week:
        if not self.weeks or self.weeks[-1].number < number:
            self.weeks = [*self.weeks, Week(number)]
        self.weeks = [one for one in self.weeks if one.number > number - WEEKS]
        return self.weeks[-1]

    def limit(self, now: float) -> float:
        """Return for how long it may be quiet after its last arrival; infinite if too little is known."""
        gaps = sum(sum(one.gaps) for one in self.weeks)
        if now - self.first < LEARNING_SECONDS or gaps < LEAST_GAPS:
            return math.inf
        hour = int(self.last // _HOUR) % 24
        near = [(hour - 1) % 24, hour, (hour + 1) % 24]
        if sum(one.gaps[at] for one in self.weeks for at in near) < _ENOUGH:
            near = list(range(24))
        times = TIMES if now - self.first >= SETTLED_SECONDS else TIMES_AT_FIRST
        return max(FLOOR_SECONDS, times * max(one.longest[at] for one in self.weeks for at in near))

    def aged_by(self, seconds: float, at: float) -> None:
        """Note how old the newest event of a frame was when it arrived."""
        is_late = self.ages >= LEAST_GAPS and seconds > self.late_limit
        self.late_since = (self.late_since or at) if is_late else 0.0
        minute = int(at // _MINUTE)
        if minute > self.aged:
            self.aged = minute
            self.ages += 1
            difference = math.log1p(max(0.0, seconds)) - self.age
            share = max(_SLOW, 1 / self.ages)
            self.age += share * (difference if self.ages <= LEAST_GAPS else max(-1.0, min(1.0, difference)))

    @property
    def late_limit(self) -> float:
        """Return the age above which events are late, seconds."""
        return max(LATE_FLOOR_SECONDS, LATE_TIMES * math.expm1(self.age))


class Turn(Struct, frozen=True):
    """A source has become silent or late, or is so no more. since: arrival. limit: seconds that would be usual.

    began: the arrival at which it was found, the same for the end.
    """

    kind: str
    input: str
    source: str
    began: float
    since: float
    limit: float
    ended: bool


class Rhythms:
    """All of them."""

    def __init__(self) -> None:
        self.sources: dict[tuple[str, str], Rhythm] = {}
        self.now = -math.inf
        """Up to here sources were judged."""
        self.heard = -math.inf
        """The latest arrival of anything, ticks of intake included: somebody listened."""
        self.changed: set[tuple[str, str]] = set()
        """Keys of those that are not as they were when this was last emptied."""

    def listen(self, at: float) -> None:
        """Note that something arrived, from whomever."""
        deaf = at - self.heard
        if DEAF_SECONDS < deaf < math.inf:
            for key, one in self.sources.items():
                one.last += deaf
                self.changed.add(key)
        self.heard = max(self.heard, at)

    def take(self, key: tuple[str, str], arrived: float, age: float | None) -> None:
        """Note that events of (input, source) arrived. age: of the newest, seconds; None if they have no times."""
        self.listen(arrived)
        known = self.sources.get(key)
        if known is None:
            if len(self.sources) >= MAX_SOURCES:
                return
            known = self.sources[key] = Rhythm(arrived, arrived)
        known.heard(arrived)
        if age is not None:
            known.aged_by(age, arrived)
        self.changed.add(key)

    def advance(self, now: float) -> Iterator[Turn]:
        """Let it be so late by arrivals; yield what that makes of sources. -inf: nothing is known yet."""
        if now == -math.inf:
            return
        for key, one in self.sources.items():
            yield from self._turns(key, one, now)
        self.now = max(self.now, now)

    def _turns(self, key: tuple[str, str], one: Rhythm, now: float) -> Iterator[Turn]:
        quiet = now - one.last
        is_silent = quiet > FLOOR_SECONDS and quiet > one.limit(now)
        if is_silent != bool(one.silent_told):
            began = one.silent_told or now
            one.silent_told = now if is_silent else 0.0
            self.changed.add(key)
            yield Turn("silent", *key, began, one.last, one.limit(now), not is_silent)
        is_late = bool(one.late_since) and now - one.late_since >= LATE_FOR_SECONDS
        if is_late != bool(one.late_told) and (is_late or not one.late_since):
            began = one.late_told or now
            one.late_told = now if is_late else 0.0
            self.changed.add(key)
            yield Turn("late", *key, began, one.late_since or now, one.late_limit, not is_late)
