"""The line that machines read: a match as one JSON object, version 1. Changing it is a new version."""

from typing import Any

import msgspec

from tocsin.model.event import Fields
from tocsin.model.match import Match, MatchedField, RuleRef
from tocsin.model.moment import to_iso
from tocsin.model.summary import Reject, RuleCount, Summary
from tocsin.report.encode import text

VERSION = 1


class Entities(msgspec.Struct, frozen=True):
    """Who and what an event is about, each sorted and without repeats."""

    user: tuple[str, ...] = ()
    host: tuple[str, ...] = ()
    ip: tuple[str, ...] = ()
    repo: tuple[str, ...] = ()


class MatchLine(msgspec.Struct, frozen=True):
    """One rule that was true of one event, or one correlation of several."""

    time: str | None
    rule: RuleRef
    source: str
    event_id: str
    event: Fields
    fields: tuple[MatchedField, ...]
    entities: Entities
    attack: tuple[str, ...]
    file: str
    line: int
    events: tuple[str, ...]


class RuleLine(msgspec.Struct, frozen=True):
    """How often a rule matched, and between which event times."""

    rule: RuleRef
    count: int
    first: str | None
    last: str | None


class SummaryLine(msgspec.Struct, frozen=True):
    """Totals of a hunt: records = events + rejected + outside."""

    files: int
    records: int
    events: int
    rejected: int
    outside: int
    matches: int
    cut_values: int
    bytes: int
    seconds: float
    rules: int
    by_source: dict[str, int]
    by_rule: dict[str, RuleLine]
    reasons: dict[str, int]
    rejects: list[Reject]
    warnings: list[str]


def line(match: Match) -> str:
    """Write a match as one line of JSON, without the newline."""
    return text(
        MatchLine(
            time=_iso(match.time),
            rule=match.rule,
            source=match.source,
            event_id=match.event_id,
            event=match.event,
            fields=match.fields,
            entities=entities(match),
            attack=match.attack,
            file=match.file,
            line=match.line,
            events=match.events,
        )
    )


def entities(match: Match) -> Entities:
    """Return a match's entities. No people: a hunt has nobody to ask who is behind an account."""
    return Entities(**{kind: getattr(match.entities, kind) for kind in Entities.__struct_fields__})


def totals(summary: Summary) -> str:
    """Write a summary as JSON."""
    named = {name: getattr(summary, name) for name in SummaryLine.__struct_fields__}
    named["by_rule"] = {name: _rule(count) for name, count in summary.by_rule.items()}
    return text(SummaryLine(**named))


def _rule(count: RuleCount) -> RuleLine:
    return RuleLine(count.rule, count.count, _iso(count.first), _iso(count.last))


def _iso(time: float | None) -> str | None:
    return None if time is None else to_iso(time)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a line, generated from the structs."""
    made = msgspec.json.schema(MatchLine)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A Tocsin match, version {VERSION}",
        **made,
    }
