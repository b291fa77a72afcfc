"""All groups of one correlation: which observation goes where, what is due when, and how many are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush

from tocsin.correlate.entry import About, Entry, Link, Members, Names, collect, episode_name, group_name
from tocsin.correlate.judged import JudgedGroup
from tocsin.correlate.plan import Input, Plan
from tocsin.correlate.reading import GroupKey, Values, key_of, reader
from tocsin.correlate.sliding import Episode, SlidingGroup
from tocsin.correlate.values import Number, shown
from tocsin.model.observation import Correlated


@dataclass(frozen=True, slots=True)
class Limits:
    """What one correlation may remember; beyond, the oldest goes and is counted as evicted."""

    groups: int = 100_000
    window: int = 100_000
    """Observations in the window of one group."""
    total: int = 1_000_000
    """Observations in all groups together."""


@dataclass(slots=True)
class Out:
    """What came of an advance: alerts to report, and moments for the correlations of this one."""

    alerts: list[Correlated]
    links: list[tuple[Link, Values]]


_NOTHING = Out([], [])


class Groups:
    """The state of one correlation."""

    def __init__(self, plan: Plan, limits: Limits) -> None:
        self.plan = plan
        self.limits = limits
        self.groups: dict[GroupKey, SlidingGroup | JudgedGroup] = {}
        self.read = reader(plan)
        self.watermark = float("-inf")
        self.evicted = 0
        self.dirty: dict[GroupKey, SlidingGroup] = {}
        self.unsaved: dict[GroupKey, None] | None = None
        """Groups that have changed since `changes` was asked last; None until it was: nobody saves then."""
        self.gone: dict[GroupKey, None] = {}
        self.out = Out([], [])
        self._due: list[tuple[float, int, GroupKey]] = []
        self._stepping: list[tuple[float, int, GroupKey]] = []
        self._count = 0
        self._held = 0

    def take(self, source: Input, time: float, event: str, values: Values, members: Members | Names) -> bool:
        """Put an observation into its group; False if it does not count, is a duplicate or too late."""
        payload = None
        if self.read is not None:
            payload = self.read(source, event, values, members)
            if payload is None:
                return False
        key = key_of(source, values)
        group = self.groups.get(key)
        if group is None:
            if time < self.watermark - self.plan.span:
                return False
            group = self._open(key, source, values)
        if not group.add((time, event, payload, members), self.watermark):
            return False
        if self.unsaved is not None:
            self.unsaved[key] = None
        self._held += 1
        if time < group.scheduled:
            self._schedule(key, group, time)
        if type(group) is SlidingGroup and (group.episode is not None or group.stale):
            self.dirty[key] = group
        return True

    def _open(self, key: GroupKey, source: Input, values: Values) -> SlidingGroup | JudgedGroup:
        if len(self.groups) >= self.limits.groups:
            self._evict()
        kind = SlidingGroup if self.plan.sliding else JudgedGroup
        names = zip(self.plan.group_by, source.group, strict=True)
        seen = {name: shown(values.get(own)) for name, own in names}
        group = kind(self.plan, group_name(self.plan.id, key), seen, self.limits.window)
        self.groups[key] = group
        return group

    @property
    def is_saved(self) -> bool:
        """Tell whether `changes` would return nothing."""
        return self.unsaved == {} and not self.gone

    def changes(self) -> tuple[list[GroupKey], list[GroupKey]]:
        """Return the groups that are not as they were at the last call (all, at the first), and those that are over.

        A group that is over may be among the changed ones too: another has begun in its place.
        """
        changed = self.groups if self.unsaved is None else self.unsaved
        gone, self.unsaved, self.gone = self.gone, {}, {}
        return [key for key in changed if key in self.groups], list(gone)

    def _changed(self, key: GroupKey) -> None:
        if self.unsaved is not None:
            self.unsaved[key] = None

    def _drop(self, key: GroupKey) -> None:
        del self.groups[key]
        self.dirty.pop(key, None)
        if self.unsaved is not None:
            self.gone[key] = None

    def become(self, other: "Groups") -> None:
        """Take over the state of another one of the same correlation."""
        vars(self).update(vars(other))

    def adopt(self, key: GroupKey, group: SlidingGroup | JudgedGroup) -> None:
        """Take in a group with a past."""
        self.groups[key] = group
        self._held += len(group.entries)
        self._schedule(key, group, group.due())
        if isinstance(group, SlidingGroup) and group.steps:
            self._await(key, group)

    def _schedule(self, key: GroupKey, group: SlidingGroup | JudgedGroup, due: float) -> None:
        group.scheduled = due
        self._count += 1
        heappush(self._due, (due, self._count, key))

    def settle(self) -> None:
        """Finish what the last observations began: order, and moments that others wait for."""
        for key, group in self.dirty.items():
            if group.stale:
                group.settle(self.watermark)
            if group.steps and group.steps[0].key[0] < group.stepping:
                self._await(key, group)

        if self._held > self.limits.total:
            self._shrink()

    def _shrink(self) -> None:
        """Count what is really held, and let the oldest groups go until a tenth is free."""
        self._held = sum(len(group.entries) for group in self.groups.values())
        while self._held > self.limits.total * 9 // 10 and self._evict():
            pass

    def _await(self, key: GroupKey, group: SlidingGroup) -> None:
        group.stepping = group.steps[0].key[0]
        self._count += 1
        heappush(self._stepping, (group.stepping, self._count, key))

    def advance(self, watermark: float) -> Out:
        """Hand on and close what nothing on time can change any more; then say what is new.

        Costs what has changed or is due, not what is held.
        """
        if self._rests(watermark):
            self.watermark = max(self.watermark, watermark)
            return _NOTHING
        self.settle()
        self.watermark = max(self.watermark, watermark)
        self._step()
        start = self.watermark - self.plan.span
        while self._due and self._due[0][0] < start:
            due, _, key = heappop(self._due)
            group = self.groups.get(key)
            if group is not None and group.scheduled == due:
                self._close(key, group, start)
        for key, dirty in self.dirty.items():
            self._report(key, dirty)
        self.dirty = {}
        out, self.out = self.out, Out([], [])
        return out

    def _rests(self, watermark: float) -> bool:
        """Tell whether nothing has changed, and nothing is due."""
        return not (
            self.dirty
            or self.out.alerts
            or self.out.links
            or (self._due and self._due[0][0] < watermark - self.plan.span)
            or (self._stepping and self._stepping[0][0] < watermark)
            or self._held > self.limits.total
        )

    def _step(self) -> None:
        while self._stepping and self._stepping[0][0] < self.watermark:
            time, _, key = heappop(self._stepping)
            group = self.groups.get(key)
            if isinstance(group, SlidingGroup) and group.stepping == time:
                group.stepping = float("inf")
                self._changed(key)
                self.out.links += ((link, group.shown) for link in group.take_steps(self.watermark))
                if group.steps:
                    self._await(key, group)

    def _close(self, key: GroupKey, group: SlidingGroup | JudgedGroup, start: float) -> None:
        if isinstance(group, SlidingGroup):
            self._tell(group, group.close(start))
            self.evicted += group.lost
            if group.ended or group.episode:
                self.dirty[key] = group
        else:
            for window, value in group.judge(start):
                self._judged(group, window, value)
            self.evicted += group.lost
        group.lost = 0
        if group.is_over(start):
            self._drop(key)
        else:
            self._changed(key)
            self._schedule(key, group, group.due())

    def _tell(self, group: SlidingGroup, over: Iterable[tuple[Episode, int]]) -> None:
        for episode, revision in over:
            self.out.alerts.append(self._alert(group, episode, revision, closed=True))

    def _report(self, key: GroupKey, group: SlidingGroup) -> None:
        news = group.report()
        if news:
            self._changed(key)
            self.out.alerts.append(self._alert(group, *news, closed=False))

    def _alert(self, group: SlidingGroup, episode: Episode, revision: int, *, closed: bool) -> Correlated:
        return Correlated(
            rule=self.plan.id,
            group=group.shown,
            first=episode.first,
            last=episode.last[0],
            value=float(episode.value),
            events=tuple(episode.ids),
            total=episode.total,
            revision=revision,
            closed=closed,
            **episode.about.said(),
        )

    def _judged(self, group: JudgedGroup, window: list[Entry], value: Number) -> None:
        alert, about = judged_alert(self.plan, group.shown, window, value)
        self.out.alerts.append(alert)
        if self.plan.watched:
            self.out.links.append((judged_link(group.name, window, alert, about), group.shown))

    def _evict(self) -> bool:
        """Let go of the group that would be over first, and close what it has open."""
        while self._due:
            due, _, key = heappop(self._due)
            group = self.groups.get(key)
            if group is None or group.scheduled != due:
                continue
            if self._due and self._due[0][0] < group.due():
                self._schedule(key, group, group.due())
                continue
            self._drop(key)
            self.evicted += len(group.entries)
            self._held -= len(group.entries)
            if isinstance(group, SlidingGroup):
                group.settle(self.watermark)
                self.out.links += ((link, group.shown) for link in group.take_steps(float("inf")))
                self._tell(group, group.close(float("inf")))
            return True
        return False


def judged_alert(plan: Plan, group: Values, window: list[Entry], value: Number) -> tuple[Correlated, About]:
    """Say that a window held."""
    ids: dict[str, None] = {}
    about = About()
    total = collect(ids, about, window)
    first, last = window[0][0], window[-1][0]
    said = about.said()
    alert = Correlated(plan.id, group, first, last, float(value), tuple(ids), total, closed=True, **said)
    return alert, about


def judged_link(group: str, window: list[Entry], alert: Correlated, about: About) -> Link:
    """Make of a judged alert what the correlations of it see."""
    name = episode_name(group, window[0][:2])
    return Link(alert.last, name, Members(name, alert.events, alert.total, *about.flat()))
