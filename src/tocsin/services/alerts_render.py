"""Alerts as text and as JSON. What they quote comes from logs: nothing in it may move a cursor or run."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from rich.text import Text

from tocsin.control.audit import Record
from tocsin.control.listing import Page
from tocsin.model.alert import Alert
from tocsin.model.level import rank
from tocsin.model.match import Entities
from tocsin.model.moment import to_iso
from tocsin.report.encode import encode, text
from tocsin.report.inert import show
from tocsin.report.words import duration, moment, plural
from tocsin.services.alerts import Decided, Story

_STYLES = ("dim", "cyan", "yellow", "bold red", "bold white on red")
_LONG = 1_000
_SHORT = 60


def as_json(page: Page) -> str:
    """Write a page of alerts."""
    return text({"alerts": [record(one) for one in page.alerts], "next": page.next}) + "\n"


def record(alert: Alert) -> dict[str, Any]:
    """Return an alert with the names that docs/reference/alerts.md explains."""
    made: dict[str, Any] = msgspec.to_builtins(alert)
    mute = {"reason": alert.mute.reason.name, "by": alert.mute.by} if alert.mute else None
    return {**made, "mute": mute, "joined": alert.joined.name if alert.joined else None}


def lines(page: Page) -> Iterator[Text]:
    """Yield a line an alert: when it began, level, status, events, id, title, what it is grouped by."""
    for one in page.alerts:
        yield Text.assemble(
            (moment(one.first_arrival), "dim"),
            "  ",
            (f"{one.level:<13}", _STYLES[rank(one.level)]),
            f"  {_status(one):<28}  {one.count:>7,}  {one.id}  ",
            (show(one.rule.title, 200), "bold"),
            f"  {_group(one)}",
            (" (silenced)" if one.mute else "", "dim"),
        )


def story_json(story: Story) -> str:
    """Write an alert with its audit records."""
    return text({**record(story.alert), "audit": [_entry(one) for one in story.records]}) + "\n"


def story_lines(story: Story) -> Iterator[Text]:
    """Yield all there is to say of an alert."""
    one = story.alert
    yield Text.assemble(
        (f" {one.level.upper()} ", _STYLES[rank(one.level)]), "  ", (show(one.rule.title), "bold")
    )
    yield Text(show(one.why, _LONG))
    yield Text()
    for name, value in _facts(one):
        yield Text.assemble((f"{name:<12} ", "bold"), value)
    yield from _section("Fields", (f"{show(f.name)} = {show(f.value, _LONG)}" for f in one.fields))
    kinds = ((kind, getattr(one.entities, kind)) for kind in Entities.__struct_fields__)
    yield from _section(
        "Entities", (f"{kind:<7} {', '.join(map(show, names))}" for kind, names in kinds if names)
    )
    head = f"Events (the first {len(one.events)} of {one.count:,})"
    yield from _section(
        head if one.count > len(one.events) else "Events",
        (f"tocsin search id:{show(event)}" for event in one.events),
    )
    yield from _section("What people did", map(_said, story.records))


def results(found: Sequence[Decided]) -> Iterator[str]:
    """Yield a line for each decision that took effect."""
    for one in found:
        if one.now and not one.refused:
            yield f"{one.now.id}  {_status(one.now)}  triage {one.now.triage}  {show(one.now.rule.title)}\n"


def refusals(found: Sequence[Decided]) -> Iterator[str]:
    """Yield a line for each that did not, with how the alert is now."""
    for one in found:
        if one.refused:
            now = (
                f" (it is {_status(one.now)}, level {one.now.level}, triage {one.now.triage})"
                if one.now
                else ""
            )
            yield f"{show(one.alert, _SHORT)}: {one.refused.value}{now}\n"


def _status(one: Alert) -> str:
    verdict = f" ({one.verdict.value})" if one.verdict else ""
    return f"{one.status.value}{verdict}"


def _group(one: Alert) -> str:
    if one.joined:
        return f"(many: {plural(one.parts, 'change')})"
    return show(", ".join(f"{name} {value}" for name, value in one.group.items()), 200)


def _facts(one: Alert) -> Iterator[tuple[str, str]]:
    yield "alert", one.id
    yield "rule", show(one.rule.id)
    yield "tags", show(", ".join(one.rule.tags), _LONG)
    yield "status", f"{_status(one)}, triage {one.triage}"
    yield "assignee", show(one.assignee) if one.assignee else "nobody"
    yield "about", _group(one) or "nothing in particular"
    yield "sources", show(", ".join(one.sources) or "-", _LONG)
    yield (
        "seen",
        f"{moment(one.first_seen)} to {moment(one.last_seen)} ({duration(one.last_seen - one.first_seen)})",
    )
    yield "arrived", f"{moment(one.first_arrival)} to {moment(one.last_arrival)}"
    yield "events", f"{one.count:,}"
    if one.value is not None:
        yield "value", f"{one.value:g}"
    if one.joined:
        yield "joined", f"{one.joined.value}: {plural(one.parts, 'change')}"
    if one.mute:
        yield "silenced", f"{one.mute.reason.value}: {show(one.mute.by)}"
    yield "told", moment(one.told) if one.told else "nobody yet"


def _section(head: str, rows: Iterable[str]) -> Iterator[Text]:
    listed = list(rows)
    if listed:
        yield Text()
        yield Text(head, style="bold")
        yield from (Text(f"  {row}") for row in listed)


def _said(one: Record) -> str:
    entry = one.entry
    return f"{moment(entry.time / 1e9)}  {show(entry.actor)}  {show(entry.action)}  {show(encode(entry.detail).decode(), _LONG)}"


def _entry(one: Record) -> dict[str, Any]:
    entry = one.entry
    at = to_iso(entry.time / 1e9)
    return {"seq": one.seq, "time": at, "actor": entry.actor, "action": entry.action, "detail": entry.detail}
