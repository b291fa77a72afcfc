"""`tocsin replay`: what today's rules find in the events that the journal still has, beside the alerts that there are."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.journal.local import LocalJournal
from tocsin.model.alert import Alert
from tocsin.model.canary import Marker
from tocsin.normalise.redact import Redactor
from tocsin.report.inert import show
from tocsin.report.words import moment
from tocsin.services.control_place import open_control
from tocsin.services.kinds import load_settings
from tocsin.services.live.frame import FrameWork
from tocsin.services.live.replay import everything, replay
from tocsin.services.live.rules import load_rules
from tocsin.services.live.stages import stages_of
from tocsin.services.live.topics import limits_of, topics_of
from tocsin.services.settings_snapshot import take
from tocsin.settings.tables import Settings


class Difference(Struct, frozen=True):
    """One alert that is not the same. Numbers of its events: as it is, as a replay makes it; None: there is none."""

    alert: Alert
    there: int | None
    found: int | None


class Replayed(Struct, frozen=True):
    """How many alerts a replay found, and those that are not the same."""

    found: int
    differences: list[Difference]


def replayed(config: Path, since: float) -> Replayed:
    """Replay what arrived since a moment (seconds since 1970) with the rules of the settings as they are now.

    Nothing is changed, and nobody is told. Alerts that began before are left out.
    """
    settings = load_settings(config)
    with closing(open_control(settings)) as database:
        found = _replay(settings, since)
        there = everything(database)
    return Replayed(len(found), sorted(_differences(there, found, since), key=_moment))


def _replay(settings: Settings, since: float) -> list[Alert]:
    data = settings.tocsin.data.path
    if not (data / "journal").is_dir():
        raise ConfigError(f"{data}: has no journal; the monitor makes it when it starts for the first time")
    journal = LocalJournal(data / "journal", topics_of(settings.journal), limits_of(settings.journal))
    with TemporaryDirectory(prefix="tocsin-replay-") as folder:
        rules = load_rules(take(settings), settings, Path(folder))
        work = FrameWork(rules, Redactor(_key(data / "redaction.key")), Marker(_key(data / "canary.key")))
        return replay(journal, work, stages_of(rules, settings.alerts, lambda *_: []), since=since)


def _key(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else secrets.token_bytes(32)


def _differences(there: list[Alert], found: list[Alert], since: float) -> Iterator[Difference]:
    known, made = ({one.id: one for one in some} for some in (there, found))
    for key in known.keys() | made.keys():
        one, other = known.get(key), made.get(key)
        if one and one.first_arrival < since:
            continue
        if one is None and other:
            yield Difference(other, None, other.count)
        elif one and (other is None or one.count != other.count):
            yield Difference(one, one.count, other.count if other else None)


def _moment(one: Difference) -> tuple[float, str]:
    return one.alert.first_arrival, one.alert.id


def render(done: Replayed) -> Iterator[str]:
    """Yield a line for each difference."""
    for one in done.differences:
        alert, words = one.alert, _words(one)
        about = ", ".join(f"{name} {value}" for name, value in alert.group.items())
        yield f"{moment(alert.first_arrival)}  {alert.level:<13}  {words:<32}  {alert.id}  {show(alert.rule.title)}  {show(about)}\n"


def _words(one: Difference) -> str:
    if one.there is None:
        return "would be new"
    if one.found is None:
        return "would not be there"
    return f"{one.found:,} events instead of {one.there:,}"
