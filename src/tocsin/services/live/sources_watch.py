"""Silent and late sources: frames in, changes of alerts out. What is learned is kept in the control database."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tocsin.alert import bounds
from tocsin.alert.grouping import MICROSECOND, fingerprint
from tocsin.alert.silence import silenced
from tocsin.alert.why import span
from tocsin.control.state import Row
from tocsin.model.alert import AlertChange, Grows
from tocsin.model.match import Entities, RuleRef
from tocsin.model.signals import Signals
from tocsin.model.silence import Silence
from tocsin.model.unreadable import UNREADABLE
from tocsin.services.live.rhythm import Rhythm, Rhythms, Turn
from tocsin.telemetry.status import Sample

NAME = "tocsin.rhythm"
"""Of its rows among the state."""
SAVE_SECONDS = 60.0
"""What is learned is kept so often, by arrivals; and when a source turns silent or late, or is so no more."""
RULES = {
    "silent": RuleRef("tocsin.source-silent", "A source is silent", "medium", ("tocsin.self",)),
    "late": RuleRef("tocsin.source-late", "A source's events come late", "medium", ("tocsin.self",)),
}
"""The rules of these alerts: routes and silences may name them."""
_NOBODY = Entities()
_decoder = msgspec.msgpack.Decoder(Rhythm)
_encoder = msgspec.msgpack.Encoder()


class SourcesWatch:
    """Remembers the rhythm of each source."""

    def __init__(self) -> None:
        self._rhythms = Rhythms()
        self._saved = -math.inf

    def restore(self, rows: Iterable[Row], now: float) -> None:
        """Begin with what was kept. now: up to where frames are applied, by arrivals. Damaged rows are left out."""
        for _, part, _, content in rows:
            try:
                key = json.loads(part)
                self._rhythms.sources[key[0], key[1]] = _decoder.decode(content)
            except (ValueError, LookupError, *UNREADABLE):
                continue
        self._rhythms.now = self._rhythms.heard = now

    def take(self, frames: Iterable[Signals]) -> None:
        """Note what has arrived, in whatever order partitions come."""
        for one in sorted(frames, key=lambda one: one.arrived):
            self._rhythms.listen(one.arrived)
            for count in one.counts:
                if count.source:  # what nobody knows is no source that could be missed
                    age = one.arrived - count.last if count.last else None
                    self._rhythms.take((one.input, count.source), one.arrived, age)

    def turns(self, now: float, silences: Sequence[Silence]) -> list[AlertChange]:
        """Return the changes of alerts when all that arrived up to now is known."""
        found = [_change(turn, now, silences) for turn in self._rhythms.advance(now)]
        if found:
            self._saved = -math.inf
        return found

    def rows(self, now: float) -> list[Row]:
        """Return the rows to write, if it is time to."""
        if now - self._saved < SAVE_SECONDS:
            return []
        self._saved = now
        changed, self._rhythms.changed = self._rhythms.changed, set()
        sources = self._rhythms.sources
        return [(NAME, json.dumps(key), 0, _encoder.encode(sources[key])) for key in sorted(changed)]

    def problems(self) -> Iterator[str]:
        """Yield what a person should know."""
        for (name, source), one in list(self._rhythms.sources.items()):
            where = bounds.word(f"{source} by input {name}")
            if one.silent_told:
                yield f"silent: {where}: nothing has come for {span(self._rhythms.now - one.last)}"
            if one.late_told:
                yield f"late: {where}: its events come later than {span(one.late_limit)} after they happened"

    def samples(self) -> Iterator[Sample]:
        """Yield it as metrics."""
        for (name, source), one in list(self._rhythms.sources.items()):
            labels = {"input": name, "source": source}
            yield Sample("source_last_arrival_timestamp_seconds", one.last, labels)
            yield Sample("source_usual_age_seconds", math.expm1(one.age), labels)
            yield Sample("source_silent", float(bool(one.silent_told)), labels)
            yield Sample("source_late", float(bool(one.late_told)), labels)


def _change(turn: Turn, now: float, silences: Sequence[Silence]) -> AlertChange:
    rule = RULES[turn.kind]
    group = {"input": turn.input, "source": turn.source}
    return AlertChange(
        fingerprint=fingerprint(rule.id, group),
        window=int(turn.began * MICROSECOND),
        grows=Grows.REPLACE,
        rule=rule,
        group={name: bounds.word(value) for name, value in group.items()},
        entities=_NOBODY,
        fields=(),
        why=_why(turn, now),
        first_seen=min(turn.since, now),
        last_seen=now,
        arrived=now,
        count=0,
        events=(),
        series=2 if turn.ended else 1,
        ended=turn.ended,
        value=turn.limit if math.isfinite(turn.limit) else None,
        mute=silenced(silences, rule, _NOBODY, arrived=now),
        sources=bounds.sources_shown([turn.source]),
    )


def _why(turn: Turn, now: float) -> str:
    where = bounds.word(f"{turn.source} by input {turn.input}")
    if turn.kind == "late":
        said = (
            "come in time again" if turn.ended else f"come more than {span(turn.limit)} after they happened"
        )
        return f"A source's events come late: those of {where} {said}."
    if turn.ended:
        return f"A source is silent: {where} is back, {span(max(0.0, now - turn.began))} after it was found silent."
    return (
        f"A source is silent: nothing has come of {where} for {span(now - turn.since)}; "
        f"at this hour it is never quiet for more than {span(turn.limit)}."
    )
