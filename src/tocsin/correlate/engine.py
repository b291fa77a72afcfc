"""The Correlator: observations in, correlated alerts out. What it must say is defined in naive.py."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import attrgetter

from tocsin.correlate import snapshot
from tocsin.correlate.entry import Link, Names
from tocsin.correlate.groups import Groups, Limits
from tocsin.correlate.plan import Input, compile_plans
from tocsin.correlate.reading import Values
from tocsin.correlate.snapshot import Row, Saved, Whole
from tocsin.correlate.values import text_of
from tocsin.model.observation import Correlated, Observation
from tocsin.sigma.rule import Correlation, Rule

_CHUNK = 4096
_ORDER = attrgetter("time", "event")
_PLAIN_ID = 64
_MOST_NAMES = 10_000


class Correlator:
    """Correlates in event time. Observations come in any order that `lateness` (in seconds) allows.

    Of one rule and group at most one alert is open at a time: revision 1 begins it (closed at once if it
    is complete), higher revisions replace it, `closed` ends it. Open alerts are revised once a call, and
    only when they have grown by a tenth.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        correlations: Sequence[Correlation],
        *,
        lateness: float = 0.0,
        limits: Limits | None = None,
    ) -> None:
        limits = limits or Limits()
        compiled = compile_plans(rules, correlations, limits.window)
        self.needs: Mapping[str, tuple[str, ...]] = compiled.needs
        """Base rule -> the fields that its observations carry in `values`."""
        self.silent = compiled.silent
        """Base rules whose matches only correlations want."""
        self.errors = compiled.errors
        """Correlations that cannot work, and why; they are left out."""
        self.lateness = lateness
        self.late = 0
        """Observations older than the lateness allows; they count where their window is still open."""
        self.lost = 0
        """Late observations that no open window had room for, and such without a usable time."""
        self.watermark = -math.inf
        self.newest = -math.inf
        self.groups = {plan.id: Groups(plan, limits) for plan in compiled.plans}
        self._named = {snapshot.name_of(one.plan): one for one in self.groups.values()}
        self._names: dict[Names, Names] = {}
        self._routes: dict[str, list[tuple[Groups, Input]]] = {}
        for plan in compiled.plans:
            for rule, source in plan.inputs.items():
                self._routes.setdefault(rule, []).append((self.groups[plan.id], source))

    @property
    def evicted(self) -> int:
        """How many observations were forgotten too early, because a limit was reached."""
        return sum(one.evicted for one in self.groups.values())

    def feed(self, observations: Iterable[Observation]) -> list[Correlated]:
        """Take observations in; return the alerts that begin, grow or end by them."""
        found: list[Correlated] = []
        for chunk in _chunks(observations):
            self.take(chunk)
            found += self.advance(self.newest - self.lateness)
        return found

    def take(self, observations: Iterable[Observation]) -> None:
        """Take observations in. What comes of them, `advance` says; until then nothing is over."""
        # Sorted, most observations come in the order in which their groups take them cheapest.
        chunk = sorted(observations, key=_ORDER)
        routes, watermark = self._routes, self.watermark
        for one in chunk:
            ways = routes.get(one.rule)
            if ways is None:
                continue
            time, event, values = one.time, one.event, one.values
            if not -math.inf < time < math.inf:
                self.lost += 1
                continue
            if len(event) > _PLAIN_ID or not event.isascii():
                event = text_of(event)
            about, taken = self._known(one.about), False
            for groups, source in ways:
                if groups.take(source, time, event, values, about):
                    taken = True
            self.newest = max(self.newest, time)
            if time < watermark:
                self.late += 1
                self.lost += not taken

    def _known(self, names: Names) -> Names:
        """Return the same names as one object: a window may hold a hundred thousand events of one user."""
        if len(self._names) >= _MOST_NAMES:
            self._names.clear()
        return self._names.setdefault(names, names)

    def advance(self, watermark: float) -> list[Correlated]:
        """Say that nothing before this event time is still to come; return what begins, grows or ends.

        Live, ticks of the intake say so; `feed` takes the newest event's time for it.
        """
        self.watermark = max(self.watermark, watermark)
        found: list[Correlated] = []
        for groups in self.groups.values():
            out = groups.advance(self.watermark - groups.plan.lag)
            if not groups.plan.muted:
                found += out.alerts
            # In order, they do not make the groups that take them run anything again.
            for link, values in sorted(out.links, key=_of_link):
                self._hand_on(groups.plan.id, link, values)
        return found

    def _hand_on(self, rule: str, link: Link, values: Values) -> None:
        for groups, source in self._routes.get(rule, ()):
            groups.take(source, link.time, link.event, values, link.members)

    def close(self) -> list[Correlated]:
        """End the input: everything closes, and the next input begins from nothing."""
        found = self.advance(math.inf)
        self.watermark = self.newest = -math.inf
        for groups in self.groups.values():
            groups.watermark = -math.inf
        return found

    def save(self) -> Saved:
        """Return what has changed since the last call or `restore`; everything, if there was none.

        To be called when `advance` has come after the last `take`.
        """
        found = Saved([self._whole().row()], [], [])
        for name, groups in self._named.items():
            if groups.is_saved:
                continue
            more = snapshot.changes(name, groups)
            found.rows.extend(more.rows)
            found.groups.extend(more.groups)
            found.pages.extend(more.pages)
        return found

    def restore(self, rows: Iterable[Row]) -> set[str]:
        """Take over the state that rows hold; return names of rows that are nobody's, to be deleted.

        Correlations that have changed since then begin from nothing. Raises DataError when the rows are not of
        this version, or damaged; the state is then as it was.
        """
        whole, fresh, strange = snapshot.restored(self._named, rows)
        if whole is None:
            return strange
        self.watermark, self.newest = whole.watermark, whole.newest
        self.late, self.lost = whole.late, whole.lost
        for name, groups in self._named.items():
            past = fresh[name]
            past.watermark, past.evicted = whole.watermark - past.plan.lag, whole.evicted.get(name, 0)
            past.changes()
            groups.become(past)
        return strange

    def _whole(self) -> Whole:
        evicted = {name: one.evicted for name, one in self._named.items() if one.evicted}
        return Whole(snapshot.VERSION, self.watermark, self.newest, self.late, self.lost, evicted)


def _of_link(one: tuple[Link, Values]) -> tuple[float, str]:
    return one[0].time, one[0].event


def _chunks(observations: Iterable[Observation]) -> Iterator[list[Observation]]:
    rest = iter(observations)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
