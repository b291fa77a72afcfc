"""Signals of a part -> matches that are reported, and observations for correlation."""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from tocsin.intake.lines import Record
from tocsin.line import Outcome, Signal
from tocsin.model.match import Match
from tocsin.model.observation import Observation
from tocsin.ports.source import Route, Source
from tocsin.services.matching.parts import Part
from tocsin.services.matching.seen import Places, Seen, Where, places

MAX_PLACES = 4_096
"""Of rules and routes: for so many it is remembered where fields are."""
_ROW = attrgetter("row")


class Telling(NamedTuple):
    """What one signal says. piece: its record. timeless: a correlation wants it, and the event has no readable time."""

    piece: Record
    match: Match | None
    observation: Observation | None
    timeless: bool


class Teller:
    """Holds what a set of rules wants to be told.

    reported: ids of the rules whose own matches are told. needs: rule id -> the fields that correlations ask of its
    matches.
    """

    def __init__(self, reported: frozenset[str], needs: Mapping[str, tuple[str, ...]]) -> None:
        self.reported = reported
        self.needs = needs
        self._places: dict[tuple[str, int], tuple[Route, Places]] = {}

    def tell(self, part: Part, outcome: Outcome, where: Callable[[Record], Where]) -> Iterator[Telling]:
        """Yield what the signals say, in the order of rows."""
        if part.source is None:
            return
        for row, signals in groupby(sorted(outcome.signals, key=_ROW), key=_ROW):
            piece = part.pieces[row]
            seen = Seen(part.source, part.records[row], where(piece), outcome.parsed.get(row))
            for signal in signals:
                yield self._tell_one(piece, seen, signal)

    def _tell_one(self, piece: Record, seen: Seen, signal: Signal) -> Telling:
        rule = signal.hit.rule.meta.id
        match = seen.match(signal) if rule in self.reported else None
        if rule not in self.needs:
            return Telling(piece, match, None, timeless=False)
        observation = seen.observation(signal, self._places_of(rule, seen.source, signal.route))
        return Telling(piece, match, observation, timeless=seen.timeless)

    def _places_of(self, rule: str, source: Source, route: Route) -> Places:
        # By identity: routes live as long as their lanes, and what is held here is not freed under its key.
        held, found = self._places.get(key := (rule, id(route)), (None, ()))
        if held is not route:
            if len(self._places) >= MAX_PLACES:
                self._places.clear()
            found = places(self.needs[rule], source, route)
            self._places[key] = (route, found)
        return found
