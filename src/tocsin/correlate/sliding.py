"""One group of a correlation that can only become truer: it fires at once and grows while it holds.

Entries are pushed in order onto a window that slides along. One that comes out of order is put in its
place and the window is run again from the cut, the last state that nothing on time can change any more.
"""

from bisect import bisect_left
from dataclasses import dataclass, field, replace

from tocsin.correlate.entry import BEFORE_ALL, About, Entry, Key, Link, Members, Names, collect, episode_name
from tocsin.correlate.pages import AFTER_ALL, Page
from tocsin.correlate.plan import Plan
from tocsin.correlate.tally import Tally, tally_for
from tocsin.correlate.values import Number
from tocsin.model.event import Value
from tocsin.sigma.rule import Kind

_FIRST_CUT = 64


@dataclass(slots=True)
class Episode:
    """A stretch of time in which the condition held without a break longer than the time span."""

    first: float
    began: Key
    """The entry at which the condition first held: it names the episode."""
    last: Key
    value: Number
    total: int = 0
    ids: dict[str, None] = field(default_factory=dict)
    moments: int = 0
    about: About = field(default_factory=About)

    def copy(self) -> "Episode":
        """Return one that can grow on its own."""
        return replace(self, ids=self.ids.copy(), about=self.about.copy())


@dataclass(slots=True)
class Step:
    """A moment at which the condition held, with the entries that it added to the episode."""

    key: Key
    began: Key
    moment: int
    ids: tuple[str, ...]
    total: int
    names: Names
    shared: Names


@dataclass(slots=True)
class Said:
    """What has been reported of the open alert."""

    anchor: Key
    revision: int
    total: int


@dataclass(slots=True)
class Cut:
    """The state before the entries that can still be joined by others: how many are older, and what held."""

    size: int = 0
    key: Key = BEFORE_ALL
    episode: Episode | None = None
    gap: int = 0
    ended: list[Episode] = field(default_factory=list)
    tally: Tally | None = None


class SlidingGroup:
    """The entries that a window can still reach, the episode that is open, and what was said of it."""

    __slots__ = (
        "changed", "counts", "cut", "cut_at", "done", "ended", "entries", "episode", "gap", "late", "least", "limit",
        "lost", "low", "name", "pages", "plan", "said", "scheduled", "shown", "span", "stale", "stepping", "steps",
        "tally", "told",
    )  # fmt: skip

    def __init__(self, plan: Plan, name: str, shown: dict[str, Value], limit: int) -> None:
        self.plan = plan
        self.span = plan.span
        self.name = name
        self.shown = shown
        self.limit = limit
        self.entries: list[Entry] = []
        self.low = 0
        # A count is the length of the window: a tally of it would cost three calls for every entry.
        self.counts = plan.kind is Kind.EVENT_COUNT and not plan.distinct
        self.tally: Tally | None = None if self.counts else tally_for(plan)
        self.least = max(1, plan.least)
        self.episode: Episode | None = None
        self.gap = 0
        self.ended: list[Episode] = []
        self.steps: list[Step] = []
        self.cut = Cut()
        self.cut_at = _FIRST_CUT
        self.said: Said | None = None
        self.told = self.done = BEFORE_ALL
        self.lost = 0
        self.stale = self.late = False
        self.scheduled = self.stepping = float("inf")
        self.pages: list[Page] = []
        self.changed = AFTER_ALL

    def add(self, entry: Entry, watermark: float) -> bool:
        """Take an entry in; False if it is a duplicate or comes too late for any window."""
        entries = self.entries
        if entries:
            last = entries[-1]
            if entry[0] < last[0] or (entry[0] == last[0] and entry[1] <= last[1]):
                return self._insert(entry, watermark)
            if self.stale:
                entries.append(entry)
                return True
            size = len(entries)
            # Where all is older than the watermark, a cut now saves running again what comes from here on.
            if size >= self.cut_at or (last[0] < watermark and size >= self.cut.size + _FIRST_CUT):
                self.make_cut(watermark)
        entries.append(entry)
        self._push(entry)
        return True

    def _push(self, entry: Entry) -> None:
        """Move the window on to an entry that has just been appended."""
        entries, low, tally = self.entries, self.low, self.tally
        start = entry[0] - self.span
        if tally is None:
            while entries[low][0] < start:
                low += 1
        else:
            tally.add(entry)
            while entries[low][0] < start:
                tally.remove(entries[low])
                low += 1
        if len(entries) - low > self.limit:
            low = self._crowd_out(low)
        self.low = low
        if (len(entries) - low >= self.least) if tally is None else tally.holds(start):
            self._hold(entry, start)
        else:
            self.gap += 1

    def _crowd_out(self, low: int) -> int:
        if self.tally is not None:
            self.tally.remove(self.entries[low])
        self.lost += 1
        return low + 1

    def _hold(self, entry: Entry, start: float) -> None:
        """Begin an episode with the whole window, or extend it by what came since it last held."""
        key, episode = (entry[0], entry[1]), self.episode
        value = len(self.entries) - self.low if self.tally is None else self.tally.value
        if episode is not None and episode.last[0] < start:
            self.ended.append(episode)
            episode = None
        if episode is None:
            news = self.entries[self.low :]
            episode = self.episode = Episode(news[0][0], key, key, value)
        else:
            news = [entry] if not self.gap else self.entries[-self.gap - 1 :]
        self.gap = 0
        episode.last = key
        episode.value = max(episode.value, value)
        if self.plan.watched:
            self._step(episode, news)
        episode.total += collect(episode.ids, episode.about, news)

    def _step(self, episode: Episode, news: list[Entry]) -> None:
        episode.moments += 1
        if episode.last > self.told:
            ids: dict[str, None] = {}
            about = About()
            total = collect(ids, about, news)
            step = Step(episode.last, episode.began, episode.moments, tuple(ids), total, *about.flat())
            self.steps.append(step)

    def _insert(self, entry: Entry, watermark: float) -> bool:
        """Put an entry that is not the newest in its place. What follows from it is found by `settle`."""
        at = bisect_left(self.entries, entry[:2])
        here = self.entries[at] if at < len(self.entries) else None
        if here is not None and here[:2] == entry[:2]:
            joined = self.plan.join(here[2], entry[2])
            if joined == here[2]:
                return False
            self.entries[at] = (*here[:2], joined, here[3])
            if entry[:2] <= self.cut.key:
                self.cut.tally = None
        elif entry[0] < watermark - self.span:
            return False
        else:
            self.entries.insert(at, entry)
            # Late, and older than the cut: it joins the window as if it had always been there.
            if entry[:2] < self.cut.key:
                self.cut.size += 1
                self.cut.tally = None
                self.cut.gap += self.cut.episode is None or entry[:2] > self.cut.episode.last
        self.changed = min(self.changed, entry[:2])
        if self.counts and len(self.entries) < self.least and not self.stale:
            # Too few for any window: the usual case, and nothing has to be run again.
            self.low += at < self.low
            self.gap += 1
            return True
        self.late = self.late or entry[:2] <= self.cut.key
        self.stale = True
        return True

    def settle(self, watermark: float) -> None:
        """Run again what entries out of order have changed: once for all of them, not for each."""
        if not self.stale:
            return
        self.run_again(watermark)
        start = self.entries[-1][0] - self.span
        if self.late and self.cut.size == len(self.entries) and self.gap and self._holds_now(start):
            self.gap -= 1
            self._hold(self.entries[-1], start)
            self._cut_here()
        self.stale = self.late = False

    def _holds_now(self, start: float) -> bool:
        return len(self.entries) - self.low >= self.least if self.tally is None else self.tally.holds(start)

    def run_again(self, watermark: float = float("-inf")) -> None:
        """Go back to the cut and push everything after it once more; cut again at the watermark."""
        cut, later, lost = self.cut, self.entries[self.cut.size :], self.lost
        del self.entries[cut.size :]
        self.low = 0
        if not self.counts:
            self.tally = cut.tally.copy() if cut.tally else self._fresh_tally()
        self.episode = cut.episode.copy() if cut.episode else None
        self.gap, self.ended = cut.gap, cut.ended.copy()
        self.steps = [step for step in self.steps if step.key <= cut.key]
        for entry in later:
            if len(self.entries) > self.cut.size and self.entries[-1][0] < watermark <= entry[0]:
                self._cut_here()
            self.entries.append(entry)
            self._push(entry)
        self.lost = lost
        self.ended = [one for one in self.ended if one.last > self.done]
        if self.episode and self.episode.last <= self.done:
            self.episode = None

    def _fresh_tally(self) -> Tally:
        tally = tally_for(self.plan)
        for entry in self.entries:
            tally.add(entry)
        return tally

    def make_cut(self, watermark: float) -> None:
        """Forget what no window reaches any more. When far too much is kept, the watermark is not waited for."""
        entries = self.entries
        if entries[-1][0] < watermark or len(entries) > 4 * self.limit:
            self._cut_here()
        elif bisect_left(entries, (watermark, "")) > self.cut.size:
            self.run_again(watermark)
        self.cut_at = 2 * len(self.entries) + _FIRST_CUT

    def _cut_here(self) -> None:
        del self.entries[: self.low]
        self.low = 0
        last = self.entries[-1]
        episode = self.episode.copy() if self.episode else None
        tally = self.tally.copy() if self.tally else None
        self.cut = Cut(len(self.entries), (last[0], last[1]), episode, self.gap, self.ended.copy(), tally)

    def due(self) -> float:
        """Return the event time after which, by a time span, something here is over."""
        if self.ended:
            return self.ended[0].last[0]
        return self.episode.last[0] if self.episode else self.entries[-1][0]

    def is_over(self, start: float) -> bool:
        """Tell whether nothing that is still to come can be in one window with what is here."""
        return self.episode is None and not self.ended and self.entries[-1][0] < start

    def close(self, start: float) -> list[tuple[Episode, int]]:
        """Return the episodes that nothing can extend any more, each with its revision."""
        over = [one for one in self.ended if one.last[0] < start]
        self.ended = self.ended[len(over) :]
        if self.episode and self.episode.last[0] < start:
            over.append(self.episode)
            self.episode = None
        if over:
            self.done = over[-1].last
        told = [(one, self._last_revision(one)) for one in over]
        if self.said and self.said.anchor <= self.done:
            self.said = None
        return told

    def _last_revision(self, episode: Episode) -> int:
        said = self.said
        if said is None or not episode.began <= said.anchor <= episode.last:
            return 1
        self.said = None
        return said.revision + 1

    def report(self) -> tuple[Episode, int] | None:
        """Return the open episode and its revision if there is something new to say of it.

        One alert of a group is open at a time: while it is, others wait until they are over or it is.
        """
        said = self.said
        still = [*self.ended, self.episode] if self.episode else self.ended
        if said:
            still = [one for one in still if one.began <= said.anchor <= one.last]
        if not still or (said and still[0].total * 10 < said.total * 11):
            return None
        self.said = Said(still[0].last, said.revision + 1 if said else 1, still[0].total)
        return still[0], self.said.revision

    def take_steps(self, watermark: float) -> list[Link]:
        """Hand on the moments that nothing on time can change any more."""
        final = [step for step in self.steps if step.key[0] < watermark]
        if final:
            self.steps = self.steps[len(final) :]
            self.told = final[-1].key
        return [self._link(step) for step in final]

    def _link(self, step: Step) -> Link:
        name = episode_name(self.name, step.began)
        return Link(
            step.key[0], f"{name}:{step.moment}", Members(name, step.ids, step.total, step.names, step.shared)
        )
