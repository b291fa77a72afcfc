"""Settings -> a snapshot: the files that they are made of are read once, here."""

from collections.abc import Iterable
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.services.packs import BUILT_IN, rule_paths
from tocsin.settings.snapshot import Snapshot, snapshot
from tocsin.settings.tables import Settings
from tocsin.sigma.loader import rule_files

_OWN = "built-in/"


def take(settings: Settings) -> Snapshot:
    """Read all that decides what the roles do; raises ConfigError when a file cannot be read."""
    rules = settings.rules
    given = [rules.placeholders.path] if rules.placeholders else []
    return snapshot(
        settings,
        {
            "rules": _contents(rule_files(rule_paths(rules))),
            "placeholders": _contents(given),
            "identities": _contents([settings.identities.file.path] if settings.identities.file else ()),
            "pipelines": _contents(one.path for one in rules.pipelines),
        },
    )


def _contents(paths: Iterable[Path]) -> dict[str, bytes]:
    return {_name(path): _content(path) for path in paths}


def _name(path: Path) -> str:
    """Built-in rules have one name wherever Tocsin is installed."""
    if path.is_relative_to(BUILT_IN):
        return f"{_OWN}{path.relative_to(BUILT_IN).as_posix()}"
    return str(path)


def path_of(name: str) -> Path:
    """Return where a rule of a snapshot was read from, or would be here and now if it is built in."""
    return BUILT_IN / name.removeprefix(_OWN) if name.startswith(_OWN) else Path(name)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
