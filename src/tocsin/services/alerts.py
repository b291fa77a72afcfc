"""`tocsin alerts`: alerts of the control database, and what people decide about them."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from msgspec import UNSET, Struct, UnsetType

from tocsin.control import audit, listing, triage
from tocsin.control.audit import By, Record
from tocsin.control.listing import Filter, Page
from tocsin.control.triage import Decision, Refused
from tocsin.errors import ConfigError
from tocsin.model.alert import Alert, Status, Verdict
from tocsin.model.hidden import plain
from tocsin.model.match import Entities
from tocsin.services.control_place import open_control
from tocsin.services.kinds import load_settings

MAX_RECORDS = 200
"""Audit records of one alert that are shown, the last ones."""
OPEN = (Status.NEW, Status.ACKNOWLEDGED)
STATUSES = ("open", "any", *(one.value for one in Status))
"""Words for which alerts are wanted."""


class Story(Struct, frozen=True):
    """An alert, and what people did about it."""

    alert: Alert
    records: list[Record]


class Decided(Struct, frozen=True):
    """What became of a decision. alert: the id that was given; now: as it is now, None if there is none."""

    alert: str
    now: Alert | None
    refused: Refused | None = None


def statuses(words: Sequence[str]) -> tuple[Status, ...]:
    """Return which statuses words stand for; none: all of them."""
    if "any" in words:
        return ()
    named = [one for word in words for one in (OPEN if word == "open" else (Status(word),))]
    return tuple(dict.fromkeys(named))


def entity(text: str) -> tuple[str, str]:
    """Read `user:alice`, or `alice` for any kind (then kind is empty). Raises ConfigError."""
    kind, colon, name = text.partition(":")
    if colon and kind in Entities.__struct_fields__ and name:
        return kind, name
    # An address of IPv6 and many names hold colons themselves.
    if text and (not colon or not kind.isalpha()):
        return "", text
    kinds = ", ".join(Entities.__struct_fields__)
    raise ConfigError(f"{plain(text, 100)!r} is no entity; write kind:name, where kind is one of {kinds}")


def listed(path: Path, wanted: Filter, *, limit: int, after: str | None) -> Page:
    """Return alerts, the newest first. path: the settings file. Raises DataError if `after` is no place in a list."""
    with closing(open_control(load_settings(path))) as database, database.read() as connection:
        return listing.page(connection, wanted, limit=limit, after=after)


def told(path: Path, alert: str) -> Story:
    """Return all there is to say of one; raises ConfigError when there is none of this id."""
    with closing(open_control(load_settings(path))) as database, database.read() as connection:
        found = listing.find(connection, alert)
        if found is None:
            raise ConfigError(f"{plain(alert, 100)}: {Refused.UNKNOWN.value}")
        return Story(found, audit.about(connection, f"alert:{found.id}", limit=MAX_RECORDS))


def decided(
    path: Path, alerts: Sequence[str], decision: Decision, *, by: By, seen: int | None = None
) -> list[Decided]:
    """Decide about alerts, each by itself. seen: `triage` when they were looked at; None: as they are now."""
    results = []
    with closing(open_control(load_settings(path))) as database:
        for alert in dict.fromkeys(alerts):
            with database.write() as connection:
                before = listing.find(connection, alert)
                number = seen if seen is not None else before.triage if before else 0
                made = triage.decide(connection, alert, decision, triage=number, by=by)
            results.append(_result(alert, before, made))
    return results


def _result(alert: str, before: Alert | None, made: Alert | Refused) -> Decided:
    return Decided(alert, before, made) if isinstance(made, Refused) else Decided(alert, made)


def decision(
    action: str, *, verdict: str | None = None, assignee: str | UnsetType | None = UNSET, note: str = ""
) -> Decision:
    """Return what an action of the command line means: ack, close, reopen or assign."""
    status = {"ack": Status.ACKNOWLEDGED, "close": Status.CLOSED, "reopen": Status.NEW}.get(action, UNSET)
    # What is open again was not judged rightly, unless somebody says so anew.
    judged = Verdict(verdict) if verdict else None if action == "reopen" else UNSET
    return Decision(status, judged, assignee, note)
