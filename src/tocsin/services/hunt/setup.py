"""What a hunt needs before it reads anything: rules chosen, compiled and connected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.correlate.engine import Correlator
from tocsin.errors import ConfigError
from tocsin.ports.source import Source
from tocsin.services.packs import BUILT_IN
from tocsin.services.placeholders import read_placeholders
from tocsin.sigma.cache import load_cached
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Correlation, Level, Rule
from tocsin.sources import catalog


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for. since and until: seconds since 1970; an event without a readable time is kept."""

    paths: tuple[str, ...]
    rules: tuple[Path, ...] = ()
    level: Level = Level.INFORMATIONAL
    since: float | None = None
    until: float | None = None
    jobs: int = 1
    source: str = ""
    placeholders: Path | None = None
    pipelines: tuple[Path, ...] = ()
    outputs: tuple[str, ...] = ()
    """Files that will be written: those are not read."""


@dataclass(slots=True)
class Setup:
    """Rules ready to run. reported: ids of the rules whose own matches are told."""

    collection: Collection
    rules: list[Rule]
    correlations: list[Correlation]
    correlator: Correlator
    reported: frozenset[str]
    source: Source | None
    problems: list[str] = field(default_factory=list)

    @property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """Rule id -> the fields that correlations ask of its matches."""
        return self.correlator.needs


def prepare(options: Options) -> Setup:
    """Load and choose the rules; raises ConfigError when nothing can be run."""
    source = _source(options.source)
    given = read_placeholders(options.placeholders) if options.placeholders else {}
    rules = options.rules or (BUILT_IN,)
    if options.pipelines:
        from tocsin.services.pipelines import apply_all, placeholders_of

        loaded = load_cached(rules, placeholders_of(options.pipelines, given))
        collection = apply_all(options.pipelines, loaded)
    else:
        collection = load_cached(rules, given)
    where = ", ".join(str(path) for path in options.rules) or "the built-in packs"
    return choose(collection, options.level, where, source)


def choose(collection: Collection, level: Level, where: str, source: Source | None = None) -> Setup:
    """Choose the rules of a level and above; raises ConfigError when nothing can be run. where: they came from."""
    correlations = [one for one in collection.correlations if one.meta.level.rank >= level.rank]
    correlations = _with_inner(correlations, collection.correlations)
    wanted = {name for one in correlations for name in one.rules}
    chosen = [
        rule
        for rule in collection.rules
        if rule.meta.level.rank >= level.rank or rule.meta.id in wanted or rule.meta.name in wanted
    ]
    if not chosen:
        raise ConfigError(_why_none(collection, level, where))
    correlator = Correlator(chosen, correlations)
    reported = frozenset(
        document.meta.id
        for document in Collection(chosen, correlations).reporting
        if document.meta.level.rank >= level.rank and document.meta.id not in correlator.silent
    )
    problems = [str(error) for error in (*collection.errors, *collection.waiting, *correlator.errors)]
    return Setup(collection, chosen, correlations, correlator, reported, source, problems)


def _with_inner(chosen: list[Correlation], every: Iterable[Correlation]) -> list[Correlation]:
    """Add the correlations that chosen ones are made of, whatever their level."""
    by_name = {name: one for one in every for name in (one.meta.id, one.meta.name) if name}
    found = {one.meta.id: one for one in chosen}
    waiting = list(chosen)
    while waiting:
        for name in waiting.pop().rules:
            inner = by_name.get(name)
            if inner and inner.meta.id not in found:
                found[inner.meta.id] = inner
                waiting.append(inner)
    return list(found.values())


def _source(name: str) -> Source | None:
    if not name:
        return None
    if name not in catalog():
        raise ConfigError(f"--source {name}: no such source; there are {', '.join(catalog())}")
    return catalog()[name]


def _why_none(collection: Collection, level: Level, where: str) -> str:
    if collection.errors:
        return f"no rule of {where} could be loaded; the first mistake: {collection.errors[0]}"
    if collection.rules:
        return f"no rule of {where} is of level {level.value} or above; lower --level"
    return f"there is no rule in {where} ({collection.files} files were read)"
