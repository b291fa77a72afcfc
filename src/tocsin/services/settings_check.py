"""`tocsin check`: every mistake in the settings, in the files that they name, and in the rules."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tocsin.errors import ConfigError, ContentError
from tocsin.model.hidden import plain
from tocsin.model.near import nearest
from tocsin.normalise.identity import load
from tocsin.notify.opening import open_notifier
from tocsin.services.kinds import kinds
from tocsin.services.packs import packs, rule_paths
from tocsin.services.placeholders import read_placeholders
from tocsin.settings.load import Reading, read_file
from tocsin.settings.mistake import Fault, Mistake, Severity
from tocsin.settings.paths import InFile
from tocsin.settings.probe import probe
from tocsin.settings.quote import Keys, quoted
from tocsin.settings.secret import Secret
from tocsin.settings.tables import Rules, Settings
from tocsin.settings.walk import walk
from tocsin.sources import catalog

SHOWN = 400
"""Characters of a message about a rule: rules come from others."""


def check(path: Path) -> list[Mistake]:
    """Return what is wrong, in the order of the file, rules last; raises ConfigError when it cannot be read."""
    reading = read(path)
    return [*reading.mistakes, *rule_mistakes(reading)]


def read(path: Path) -> Reading:
    """Read the settings, and note what is wrong in them and in what they name, but for rules."""
    reading = read_file(path, kinds())
    if reading.settings is None:
        return reading
    reading.note(_sources(reading.settings))
    reading.note(_packs(reading.settings.rules))
    reading.note(probe(reading.settings))
    reading.note(_channels(reading.settings))
    reading.note(_identities(reading.settings))
    reading.mistakes.sort(key=lambda one: (one.line, one.column))
    return reading


def _sources(settings: Settings) -> Iterator[Fault]:
    named = {name: one.source for name, one in settings.inputs.items() if one.source}
    known = catalog() if named else {}  # to list them is to import them all
    for name, source in named.items():
        if source not in known:
            yield Fault(
                ("inputs", name, "source"), f"no source {quoted(source)}; {_hint(source, tuple(known))}"
            )


def _hint(name: str, known: Sequence[str]) -> str:
    near = nearest(name[:100], known)
    return f'did you mean "{near}"?' if near else f"there are {', '.join(known)}"


def _channels(settings: Settings) -> Iterator[Fault]:
    """Open each channel as `serve` would; nothing is sent. What is not there has been told by `probe`."""
    for name, config in settings.channels.items():
        if not all(_there(one) for _, one in walk(config)):
            continue
        try:
            open_notifier(name, config).close()
        except ConfigError as error:
            key, found, text = str(error).removeprefix(f"channels.{name}.").partition(": ")
            known = found and key in config.__struct_fields__
            yield Fault(("channels", name, key), text) if known else Fault(("channels", name), str(error))


def _identities(settings: Settings) -> Iterator[Fault]:
    """Read the file as a worker would."""
    file = settings.identities.file
    if file is None or not _there(file):
        return
    try:
        load(file.path)
    except ConfigError as error:
        for line in str(error).splitlines():
            yield Fault(("identities", "file"), plain(line, SHOWN))


def _there(value: object) -> bool:
    if isinstance(value, InFile):
        return value.path.is_file()
    if not isinstance(value, Secret):
        return True
    try:
        value.resolve()
    except ConfigError:
        return False
    return True


def _packs(rules: Rules) -> Iterator[Fault]:
    known = ("all", *packs())
    for index, name in enumerate(rules.packs):
        if name not in known:
            yield Fault(("rules", "packs", index), f"no pack {quoted(name)}; {_hint(name, known)}")


def rule_mistakes(reading: Reading) -> Iterator[Mistake]:
    """Load the rules as `serve` would, and tell what does not load."""
    if reading.settings:
        yield from _rules(reading, reading.settings.rules)


def _rules(reading: Reading, rules: Rules) -> Iterator[Mistake]:
    from tocsin.services.pipelines import apply_all, placeholders_of
    from tocsin.sigma.cache import load_cached

    pipelines = [one.path for one in rules.pipelines if one.path.is_file()]
    given: dict[str, tuple[str, ...]] = {}
    at: Keys = ("rules", "placeholders")
    try:
        if rules.placeholders and rules.placeholders.path.is_file():
            given = read_placeholders(rules.placeholders.path)
        at = ("rules", "pipelines")
        loaded = load_cached(rule_paths(rules), placeholders_of(pipelines, given))
        loaded = apply_all(pipelines, loaded) if pipelines else loaded
    except ConfigError as error:
        place = reading.positions.find(at)
        yield Mistake(str(reading.path), *place, ".".join(map(str, at)), plain(str(error), SHOWN))
        return
    yield from (_broken(one, Severity.ERROR) for one in loaded.errors)
    yield from (_broken(one, Severity.WARNING) for one in loaded.waiting)
    if not loaded.reporting:
        place = reading.positions.find(("rules",))
        yield Mistake(str(reading.path), *place, "rules", "no rule is left to run; name packs or paths")


def _broken(error: ContentError, severity: Severity) -> Mistake:
    return Mistake(error.path, error.line, 1 if error.line else 0, "", plain(error.message, SHOWN), severity)
