"""Every built-in pack: its rules pass their own tests, and none speaks up on what another one lets pass."""

import tomllib
from collections import Counter
from pathlib import Path

import orjson
import pytest

from tocsin.services.hunt.run import Hunt
from tocsin.services.hunt.setup import Options
from tocsin.services.packs import BUILT_IN
from tocsin.services.rules_test import Bench, Case, cases_beside, read_cases, run_tests
from tocsin.sigma.loader import load
from tocsin.sigma.rule import Level
from tocsin.sources import catalog

PACKS = sorted(path.parent for path in BUILT_IN.glob("*/pack.toml"))


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_pack_is_whole(pack: Path) -> None:
    about = tomllib.loads((pack / "pack.toml").read_text())
    assert about["name"] == pack.name
    assert about["title"]
    assert about["description"]
    assert set(about["sources"]) <= set(catalog())
    collection = load([pack])
    assert collection.errors == []
    for document in collection.reporting:
        meta = document.meta
        assert meta.description, meta.path
        assert meta.attack or meta.level is Level.INFORMATIONAL, meta.path
        assert meta.falsepositives or document.meta.name, meta.path
        cases = list(read_cases(cases_beside(Path(meta.path))))
        assert sum(case.wanted for case in cases) >= 2, meta.path
        assert sum(not case.wanted for case in cases) >= 2, meta.path


def test_there_are_sixty_rules_and_correlations_among_them() -> None:
    collection = load([BUILT_IN])
    assert len(collection.reporting) >= 60
    assert len(collection.correlations) >= 10


def test_rules_pass_their_own_tests() -> None:
    tested = run_tests([BUILT_IN])
    assert tested.problems == []
    assert tested.untested == []
    assert [verdict for verdict in tested.verdicts if not verdict.passed] == []


def test_no_rule_fires_on_what_another_rule_lets_pass() -> None:
    """The cross-fire gate: events that must not match one rule are ordinary to all."""
    bench = Bench(load([BUILT_IN]))
    fired: Counter[str] = Counter()
    for case in quiet_cases():
        ids, refused = bench.fired(catalog()[case.source], case.records)
        assert refused == ""
        fired.update(bench.judged[one] for one in ids)
    assert fired == Counter()


def quiet_cases() -> list[Case]:
    files = sorted(BUILT_IN.rglob("*.tests.yml"))
    cases = [case for file in files for case in read_cases(file) if not case.wanted]
    assert len(cases) >= 2 * 60
    return cases


BENIGN = Path(__file__).parent.parent / "golden" / "benign.json"


@pytest.mark.corpus
def test_noise_on_benign_events_only_goes_down(corpus: Path, tmp_path: Path, update_golden: bool) -> None:
    """Matches of medium and above on events that their publishers call harmless, a rule at a time."""
    files = [str(corpus / "web-logs" / "apache_combined_10k.log"), str(benign_panther(corpus, tmp_path))]
    hunt = Hunt(Options(paths=tuple(files), level=Level.MEDIUM))
    got = dict(sorted(Counter(match.rule.title for match in hunt.matches()).items()))
    if update_golden:
        BENIGN.write_bytes(orjson.dumps(got, option=orjson.OPT_INDENT_2) + b"\n")
    allowed = orjson.loads(BENIGN.read_bytes())
    worse = {title: count for title, count in got.items() if count > allowed.get(title, 0)}
    assert worse == {}
    assert hunt.summary.events > 10_000


def benign_panther(corpus: Path, folder: Path) -> Path:
    """Write the events that Panther expects nothing of, one a line."""
    out = folder / "benign.ndjson"
    with out.open("wb") as file:
        for name in (
            "AWS.CloudTrail",
            "Amazon.EKS.Audit",
            "GitHub.Audit",
            "GitHub.Webhook",
            "GitLab.Audit",
            "Okta.SystemLog",
        ):
            for line in (corpus / "panther-tests" / f"{name}.ndjson").read_bytes().splitlines():
                case = orjson.loads(line)
                if case["expected"] is False:
                    file.write(orjson.dumps(case["event"]) + b"\n")
    return out
