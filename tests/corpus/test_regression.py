"""The recordings that SigmaHQ publishes beside its rules: each rule fires on its own, as often as published."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from engines import slow
from recordings import records
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.ports.source import Source
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Rule

pytestmark = pytest.mark.corpus

# The rule `Disable Administrative Share Creation at Startup` is true of both events of its recording, which
# differ in the value's name alone (AutoShareWks, AutoShareServer): its selection ends with either of the two.
# The publisher counts one.
OTHERWISE = {"c7dcacd0-cc59-4004-b0a4-1d6cdebe6f3e": 2}


@pytest.fixture(scope="module")
def cases(corpus: Path) -> list[dict[str, Any]]:
    lines = (corpus / "sigma-regression" / "expected.ndjson").read_bytes().splitlines()
    return [orjson.loads(line) for line in lines]


@pytest.fixture(scope="module")
def by_id(sigmahq_rules: Collection) -> dict[str, Rule]:
    return {rule.meta.id: rule for rule in sigmahq_rules.rules}


@pytest.fixture(scope="module")
def work(sigmahq_rules: Collection) -> Work:
    return Work(Engine(sigmahq_rules.rules))


def events(folder: Path, suffix: str) -> list[tuple[Source, bytes]]:
    return [pair for path in sorted(folder.glob(f"*{suffix}")) for pair in records(str(path))]


@pytest.mark.parametrize("suffix", [".evtx", ".json"])
def test_every_rule_fires_as_published(
    suffix: str, corpus: Path, cases: list[dict[str, Any]], by_id: dict[str, Rule], work: Work
) -> None:
    checked = 0
    for case in cases:
        found = events(corpus / "sigma-regression" / case["dir"], suffix)
        if not found:
            continue
        rule = by_id[case["rule_id"]]
        wanted = OTHERWISE.get(rule.meta.id, case["match_count"])
        count = Counter(
            signal.hit.rule.meta.id for source, record in found for signal in work(source, [record]).signals
        )[rule.meta.id]
        assert count == wanted or (wanted is None and count), (rule.meta.title, count, wanted)
        naive = sum(len(slow([rule], source, [record])) for source, record in found)
        assert naive == count, rule.meta.title
        checked += 1
    assert checked == len(cases) == 87


def test_both_forms_of_a_recording_say_the_same(
    corpus: Path, cases: list[dict[str, Any]], work: Work
) -> None:
    """All 3,755 rules, not only the one that the recording was made for."""
    for case in cases:
        folder = corpus / "sigma-regression" / case["dir"]
        evtx, json = (fired(work, events(folder, suffix)) for suffix in (".evtx", ".json"))
        assert evtx == json, case["title"]


def fired(work: Work, found: list[tuple[Source, bytes]]) -> Counter[str]:
    return Counter(
        signal.hit.rule.meta.title for pair in found for signal in work(pair[0], [pair[1]]).signals
    )
