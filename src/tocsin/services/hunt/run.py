"""A whole hunt: units to workers, their steps back in order, then the correlations."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from operator import attrgetter
from pathlib import Path

from tocsin.correlate.spool import Spool
from tocsin.errors import DeliveryError
from tocsin.intake.containers import STDIN
from tocsin.intake.files import Unit, split_plain
from tocsin.line import settle
from tocsin.model.match import Match
from tocsin.model.observation import Correlated, Observation
from tocsin.model.summary import RuleCount, Summary
from tocsin.services.hunt.inputs import inputs_of
from tocsin.services.hunt.setup import Options, Setup, prepare
from tocsin.services.hunt.unit import SAMPLES, Hunter, Step
from tocsin.services.hunt.workers import run_parallel
from tocsin.services.matching.kinds import kinds_of
from tocsin.services.matching.seen import of_correlation

PIECE = 16 * 1024 * 1024
"""Plain files over twice this are shared between workers in pieces of this size."""
CHUNK = 4_096
"""Observations that correlations are fed at once: advancing them all costs more than one takes."""
MAX_WARNINGS = 200
MAX_REJECTS = 20
"""Of a reason: so many are shown, of many files rather than of the first."""

Progress = Callable[[int, int, int], None]
"""Called with (bytes done, bytes in all, events so far)."""

_LAST = attrgetter("last")


class Hunt:
    """Iterate over `matches()`; `summary` is complete when they are exhausted. `damaged`: input was lost."""

    def __init__(self, options: Options, progress: Progress | None = None) -> None:
        self.options = options
        self.progress = progress
        self.files = inputs_of(options)
        self.setup: Setup = prepare(options)
        self.total = sum(_size(path) for path in self.files)
        self.summary = Summary(rules=len(self.setup.rules) + len(self.setup.correlations))
        self._unsaid = 0
        self._samples: Counter[tuple[str, str]] = Counter()
        for text in self.setup.problems:
            self._warn(text)
        self.damaged = False

    def matches(self) -> Iterator[Match]:
        """Yield the matches: of events in the order of files and lines, then of correlations by time."""
        started = time.monotonic()
        settle()
        self.summary.files = len(self.files)
        try:
            yield from self._all()
        except OSError as error:  # not of what is read: the readers tell that as damage
            what = f"{error.strerror or error}; TMPDIR names another folder"
            raise DeliveryError(f"temporary files cannot be written: {what}", retryable=True) from None
        self._miss_records()
        if self._unsaid:
            self.summary.warnings.append(f"and {self._unsaid} more warnings")
        self.summary.seconds = time.monotonic() - started

    def _all(self) -> Iterator[Match]:
        with ExitStack() as stack:
            spool = stack.enter_context(Spool())
            for step in self._steps(stack):
                spool.extend(step.observations)
                yield from self._count(step)
            yield from self._correlated(spool)

    def _miss_records(self) -> None:
        """A wrong path must not look like a good result."""
        if not self.files:
            self.damaged = True
            self._warn("there was no file to read")
        elif not self.summary.records:
            self._warn("there was no record to read in any file")

    def _warn(self, text: str) -> None:
        if len(self.summary.warnings) < MAX_WARNINGS:
            self.summary.warnings.append(text)
        else:
            self._unsaid += 1

    def _steps(self, stack: ExitStack) -> Iterator[Step]:
        units = list(self._units())
        if self.options.jobs > 1 and len(units) > 1:
            yield from self._in_order(run_parallel(self.setup, self.options, units, stack), units)
        else:
            hunter = Hunter(self.setup, self.options)
            yield from self._in_order(((unit, step) for unit in units for step in hunter.run(unit)), units)

    def _units(self) -> Iterator[Unit]:
        for path in self.files:
            if self.options.jobs > 1 and path != STDIN and Path(path).is_file():
                yield from split_plain(path, _size(path), PIECE)
            else:
                yield Unit(path)

    def _in_order(self, steps: Iterable[tuple[Unit, Step]], units: list[Unit]) -> Iterator[Step]:
        """Number lines through the pieces of a file: each piece counts from its own first line."""
        before: dict[str, int] = {}
        current, lines = (units[0], 0) if units else (None, 0)
        for unit, step in steps:
            if unit != current:
                if current and current.end:
                    before[current.path] = before.get(current.path, 0) + lines
                current, lines = unit, 0
            lines += step.lines
            yield step.moved(before.get(unit.path, 0)) if unit.start else step

    def _count(self, step: Step) -> Iterator[Match]:
        total = self.summary
        total.records += step.records
        total.events += step.events
        total.outside += step.outside
        total.bytes += step.bytes
        total.cut_values += step.cut_values
        for name, count in step.by_source.items():
            total.by_source[name] = total.by_source.get(name, 0) + count
        for reason, count in step.reasons.items():
            total.rejected += count
            total.reasons[reason] = total.reasons.get(reason, 0) + count
        self._sample(step)
        for lost in step.damage:
            self.damaged = True
            self._warn(str(lost))
        if step.timeless and not any("no readable time" in text for text in total.warnings):
            total.warnings.append("some matches have no readable time: correlations cannot count those")
        if self.progress:
            self.progress(total.bytes, self.total, total.events)
        for match in step.matches:
            yield self._counted(match)

    def _sample(self, step: Step) -> None:
        for reject in step.rejects:
            shown = self._samples[reject.reason, ""]
            if shown < MAX_REJECTS and self._samples[reject.reason, reject.file] < SAMPLES:
                self._samples.update([(reject.reason, ""), (reject.reason, reject.file)])
                self.summary.rejects.append(reject)

    def _counted(self, match: Match) -> Match:
        self.summary.matches += 1
        count = self.summary.by_rule.setdefault(match.rule.id, RuleCount(match.rule))
        count.count += 1
        if match.time is not None:
            count.first = match.time if count.first is None else min(count.first, match.time)
            count.last = match.time if count.last is None else max(count.last, match.time)
        return match

    def _correlated(self, spool: Spool) -> Iterator[Match]:
        correlator = self.setup.correlator
        if not self.setup.correlations:
            return
        for chunk in _chunks(spool):
            # They come in order: nothing before the first one is still to come.
            yield from self._told(correlator.advance(chunk[0].time) + correlator.feed(chunk))
        yield from self._told(correlator.close())
        if correlator.evicted:
            self.summary.warnings.append(
                f"correlation kept to its limits and let go of {correlator.evicted} groups or events"
            )

    def _told(self, found: list[Correlated]) -> Iterator[Match]:
        """Tell a correlation once, when its window has closed."""
        closed = [one for one in found if one.closed and one.rule in self.setup.reported]
        kinds = kinds_of(self.setup.correlations) if closed else {}
        for one in sorted(closed, key=_LAST):
            meta = next(document.meta for document in self.setup.correlations if document.meta.id == one.rule)
            yield self._counted(of_correlation(one, meta, kinds))


def _chunks(ordered: Iterable[Observation]) -> Iterator[list[Observation]]:
    """Cut between two moments, unless there is far too much of one."""
    chunk: list[Observation] = []
    for one in ordered:
        if len(chunk) >= CHUNK and (one.time != chunk[-1].time or len(chunk) >= 4 * CHUNK):
            yield chunk
            chunk = []
        chunk.append(one)
    if chunk:
        yield chunk


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
