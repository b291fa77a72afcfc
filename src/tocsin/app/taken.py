"""Settings as a monitor starts with them or takes them over: read, checked, and taken into a snapshot."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tocsin.app.layout import Layout
from tocsin.errors import ConfigError
from tocsin.services.settings_check import read, rule_mistakes
from tocsin.services.settings_snapshot import take
from tocsin.settings.mistake import Mistake, Severity
from tocsin.settings.snapshot import Snapshot, is_kept
from tocsin.settings.tables import Settings


class Taken(NamedTuple):
    """What the roles run with."""

    settings: Settings
    layout: Layout
    snapshot: Snapshot


def start_with(config: Path) -> Taken:
    """Take what can be run; raises ConfigError with every mistake that keeps it from that.

    One broken rule is no reason to watch nothing: the others run, and the worker tells of it. Rules that a monitor
    has run with before are not parsed here again: it would be the longest part of being back after a crash.
    """
    reading = read(config)
    settings = _sound(reading.settings, reading.mistakes)
    layout, fresh = Layout(Path(str(settings.tocsin.data.path))), take(settings)
    if not is_kept(fresh, layout.snapshots):
        _sound(settings, [one for one in rule_mistakes(reading) if one.path == str(config)])
    return Taken(settings, layout, fresh)


def take_over(config: Path) -> Taken:
    """Take what has no error at all; raises ConfigError with every mistake."""
    reading = read(config)
    settings = _sound(reading.settings, [*reading.mistakes, *rule_mistakes(reading)])
    return Taken(settings, Layout(Path(str(settings.tocsin.data.path))), take(settings))


def _sound(settings: Settings | None, mistakes: Sequence[Mistake]) -> Settings:
    wrong = [one for one in mistakes if one.severity is Severity.ERROR]
    if wrong or settings is None:
        raise ConfigError("\n".join([*map(str, wrong), "`tocsin check` tells more"]))
    return settings
