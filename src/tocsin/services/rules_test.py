"""Rules against the events in their `.tests.yml`: those that must match and those that must not."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml
from msgspec import Struct

from tocsin.correlate.engine import Correlator
from tocsin.detect.engine import Engine
from tocsin.errors import ContentError
from tocsin.line import Work
from tocsin.ports.source import Source
from tocsin.services.matching.seen import Seen, Where, places
from tocsin.sigma.loader import Collection, load
from tocsin.sigma.rule import Correlation, Rule
from tocsin.sources import catalog

SUFFIX = ".tests.yml"


class Case(Struct, frozen=True):
    """One case: records of one source, and whether the rule must match them."""

    path: str
    name: str
    wanted: bool
    source: str
    records: tuple[bytes, ...]


class Verdict(NamedTuple):
    """What came of a case. fired: titles of the rules of the file that matched; error: it could not run."""

    case: Case
    passed: bool
    fired: tuple[str, ...] = ()
    error: str = ""


class Tested(NamedTuple):
    """All verdicts, the rule files that have no tests, and what could not be loaded."""

    verdicts: list[Verdict]
    untested: list[str]
    problems: list[ContentError]


def run_tests(paths: Sequence[Path]) -> Tested:
    """Run the tests beside every rule under the paths."""
    collection = load(paths)
    problems = list(collection.errors)
    verdicts: list[Verdict] = []
    untested = []
    for path in sorted({document.meta.path for document in collection.reporting}):
        beside = cases_beside(Path(path))
        if not beside.exists():
            untested.append(path)
            continue
        try:
            cases = list(read_cases(beside))
        except ContentError as error:
            problems.append(error)
            continue
        bench = Bench(collection, path)
        verdicts += [bench.judge(case) for case in cases]
    return Tested(verdicts, untested, problems)


def cases_beside(rule_file: Path) -> Path:
    """Return where the tests of a rule file are."""
    return rule_file.with_name(rule_file.name.removesuffix(rule_file.suffix) + SUFFIX)


class Bench:
    """The rules of one file, and those of others that they refer to, ready to be fed."""

    def __init__(self, collection: Collection, path: str | None = None) -> None:
        own = [document for document in collection.reporting if path is None or document.meta.path == path]
        needed = _closure(own, collection)
        rules = [one for one in needed if isinstance(one, Rule)]
        self.correlations = [one for one in needed if isinstance(one, Correlation)]
        self.rules = rules
        self.work = Work(Engine(rules))
        silent = Correlator(rules, self.correlations).silent
        self.judged = {one.meta.id: one.meta.title for one in own if one.meta.id not in silent}

    def judge(self, case: Case) -> Verdict:
        """Run one case."""
        source = catalog().get(case.source)
        if source is None:
            return Verdict(case, passed=False, error=f"no source `{case.source}`; see `tocsin sources`")
        fired, refused = self.fired(source, case.records)
        if refused:
            return Verdict(case, passed=False, error=f"the source {case.source} cannot read it: {refused}")
        return Verdict(case, bool(fired) == case.wanted, tuple(sorted(self.judged[one] for one in fired)))

    def fired(self, source: Source, records: Sequence[bytes]) -> tuple[set[str], str]:
        """Return the ids of the judged rules that are true of the records, and why a record was refused."""
        outcome = self.work(source, records)
        if outcome.refused:
            return set(), str(outcome.refused[0][1])
        correlator = Correlator(self.rules, self.correlations)
        observations = []
        for signal in outcome.signals:
            rule = signal.hit.rule.meta.id
            if rule in correlator.needs:
                seen = Seen(source, records[signal.row], Where(f"test:{signal.row}", "test", signal.row))
                observation = seen.observation(signal, places(correlator.needs[rule], source, signal.route))
                if observation is None:
                    return set(), "the event has no time that correlation could use"
                observations.append(observation)
        observations.sort(key=lambda one: (one.time, one.event))
        alerts = [*correlator.feed(observations), *correlator.close()]
        ids = {signal.hit.rule.meta.id for signal in outcome.signals} | {one.rule for one in alerts}
        return ids & self.judged.keys(), ""


def _closure(own: Iterable[Rule | Correlation], collection: Collection) -> list[Rule | Correlation]:
    by_name = {name: one for one in collection.reporting for name in (one.meta.id, one.meta.name) if name}
    found = {one.meta.id: one for one in own}
    waiting = list(found.values())
    while waiting:
        one = waiting.pop()
        for name in one.rules if isinstance(one, Correlation) else ():
            inner = by_name[name]
            if inner.meta.id not in found:
                found[inner.meta.id] = inner
                waiting.append(inner)
    return list(found.values())


def read_cases(path: Path) -> Iterator[Case]:
    """Read a tests file; raises ContentError that says what is wrong in it."""
    try:
        content = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ContentError(f"not YAML: {error}", path=str(path)) from None
    if not isinstance(content, dict) or not isinstance(content.get("source"), str):
        raise ContentError("a tests file is a map with `source`, `match` and `no_match`", path=str(path))
    strange = sorted(set(content) - {"source", "match", "no_match"})
    if strange:
        raise ContentError(f"unknown key `{strange[0]}`; known: source, match, no_match", path=str(path))
    for key, wanted in (("match", True), ("no_match", False)):
        for number, case in enumerate(content.get(key) or [], 1):
            yield _case(case, content["source"], str(path), f"{key} {number}", wanted=wanted)


def _case(case: Any, source: str, path: str, place: str, *, wanted: bool) -> Case:
    if not isinstance(case, dict):
        raise ContentError(f"{place}: a case is a map with `event`, `line` or `events`", path=path)
    several = case.get("events")
    records = (
        [_record(one, path, place) for one in several]
        if isinstance(several, list)
        else [_record(case, path, place)]
    )
    return Case(path, str(case.get("name") or place), wanted, str(case.get("source", source)), tuple(records))


def _record(one: Any, path: str, place: str) -> bytes:
    if isinstance(one, dict) and isinstance(one.get("line"), str):
        return str(one["line"]).encode()
    if isinstance(one, dict) and isinstance(one.get("event"), dict):
        return orjson.dumps(one["event"], default=str, option=orjson.OPT_NON_STR_KEYS)
    raise ContentError(f"{place}: needs `line` (a text) or `event` (a map)", path=path)
