"""Signals of a batch -> matches, and observations for correlation."""

from collections.abc import Callable

from tocsin.errors import DataError
from tocsin.intake.lines import Record
from tocsin.line import Signal
from tocsin.model.event import ABSENT, Fields, Value, first
from tocsin.model.match import Entities, Match, MatchedField, RuleRef
from tocsin.model.moment import to_epoch
from tocsin.model.observation import Correlated, Observation
from tocsin.normalise.entities import entities
from tocsin.ports.source import Source
from tocsin.sigma.rule import Meta

_SHOWN_KEYWORD = 500
"""A keyword may be found in a whole line: so many characters of it are shown."""


def reference(meta: Meta) -> RuleRef:
    """Return a rule as a match names it."""
    return RuleRef(meta.id, meta.title, meta.level.value, meta.tags)


class Seen:
    """One record that rules matched: read in full once, however many rules there are."""

    def __init__(self, source: Source, record: bytes, stream: str, piece: Record) -> None:
        self.source = source
        self.stream = stream
        self.line = piece.line
        self.place = f"{stream}:{piece.line}" + (f"#{piece.part}" if piece.part > 1 else "")
        try:
            self.fields: Fields = source.parse(record)
        except DataError:  # projection read enough of it to match; the rest cannot be shown
            self.fields = {}
        self.time = to_epoch(first(self.fields, source.time)) if self.fields else None
        own = first(self.fields, source.id) if source.id else ABSENT
        self.event_id = str(own) if isinstance(own, str | int) and own else self.place
        self.entities: Entities = entities(source, self.fields)

    def match(self, signal: Signal) -> Match:
        """Say that a rule was true of this record."""
        meta = signal.hit.rule.meta
        return Match(
            time=self.time,
            rule=reference(meta),
            source=self.source.name,
            event_id=self.event_id,
            event=self.fields,
            fields=tuple(
                MatchedField(name, _shown(value))
                for name, value in zip(signal.hit.fields, signal.values, strict=True)
            ),
            entities=self.entities,
            attack=meta.attack,
            file=self.stream,
            line=self.line,
        )

    def observation(self, signal: Signal, names: tuple[str, ...]) -> Observation | None:
        """Return what correlations want of this match; None without a time, which they cannot place."""
        if self.time is None:
            return None
        values = {name: first(self.fields, self.source.paths(name, signal.route)) for name in names}
        present = {name: value for name, value in values.items() if value is not ABSENT}
        return Observation(signal.hit.rule.meta.id, self.time, self.place, present)


def _shown(value: Value) -> Value:
    if isinstance(value, tuple):  # keywords: the texts of the event; or the two fields that were compared
        return [_shown(inner) for inner in value if inner is not ABSENT][:20]
    if isinstance(value, str) and len(value) > _SHOWN_KEYWORD:
        return value[:_SHOWN_KEYWORD] + "…"
    return None if value is ABSENT else value


def of_correlation(one: Correlated, meta: Meta, kind: Callable[[str], str]) -> Match:
    """Say that a correlation was true of a group of events."""
    named = {kind(name): value for name, value in one.group.items() if isinstance(value, str)}
    return Match(
        time=one.first,
        rule=reference(meta),
        source="correlation",
        event_id=f"{meta.id}:{one.first}:{'|'.join(str(value) for value in one.group.values())}",
        event={
            "group": one.group,
            "value": one.value,
            "first": one.first,
            "last": one.last,
            "count": one.total,
        },
        fields=tuple(MatchedField(name, value) for name, value in one.group.items()),
        entities=Entities(**{name: (value,) for name, value in named.items() if name}),
        attack=meta.attack,
        file="",
        line=0,
        events=one.events,
    )
