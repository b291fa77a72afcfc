"""ATT&CK coverage: the layer that Navigator reads, and gaps against a file."""

import json
from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.services.rules_coverage import find_gaps, layer, measure_coverage, read_techniques
from tocsin.sigma.loader import Collection, load
from tocsin.sigma.rule import Level

SAMPLE = Path(__file__).with_name("rules_sample.yml")


@pytest.fixture(scope="module")
def rules() -> Collection:
    return load([SAMPLE])


def pattern(identity: str, **more: object) -> dict[str, object]:
    return {
        "type": "attack-pattern",
        "name": f"Name of {identity}",
        "external_references": [
            {"source_name": "capec", "external_id": "CAPEC-1"},
            {"source_name": "mitre-attack", "external_id": identity},
        ],
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "stealth"}],
        "x_mitre_platforms": ["Windows"],
        **more,
    }


def test_coverage_counts_rules_and_levels(rules: Collection) -> None:
    found = measure_coverage(rules)
    assert [(one.id, len(one.rules), one.level) for one in found.covered] == [
        ("T1059", 1, Level.HIGH),
        ("T1564.003", 2, Level.CRITICAL),
    ]
    assert found.tactics == {"stealth": 1}
    assert (found.rules, found.untagged) == (3, 1)


def test_coverage_from_a_level_on(rules: Collection) -> None:
    assert [one.id for one in measure_coverage(rules, level=Level.CRITICAL).covered] == ["T1564.003"]


def test_layer_is_what_navigator_reads(rules: Collection) -> None:
    made = json.loads(json.dumps(layer(measure_coverage(rules), name="Ours")))
    assert made["name"] == "Ours"
    assert made["versions"]["layer"] == "4.5"
    assert made["domain"] == "enterprise-attack"
    scores = {one["techniqueID"]: one["score"] for one in made["techniques"]}
    assert scores == {"T1059": 1, "T1564.003": 2, "T1564": 0}
    parent = next(one for one in made["techniques"] if one["techniqueID"] == "T1564")
    assert parent["showSubtechniques"] is True
    assert made["gradient"]["maxValue"] == 2


def test_gaps_against_a_stix_bundle(rules: Collection, tmp_path: Path) -> None:
    path = tmp_path / "enterprise-attack.json"
    objects = [
        pattern("T1059"),
        pattern("T1059.001"),
        pattern("T1564"),
        pattern("T1564.003"),
        pattern("T1564.004"),
        pattern("T1110"),
        pattern("T9999", revoked=True),
        pattern("T9998", x_mitre_deprecated=True),
        {"type": "malware"},
        "no object",
    ]
    path.write_text(json.dumps({"type": "bundle", "objects": objects}))
    techniques = read_techniques(path)
    gaps = find_gaps(measure_coverage(rules), techniques)
    assert gaps.total == 6
    assert [one.id for one in gaps.missing] == ["T1059.001", "T1110", "T1564.004"]
    assert [one.id for one in gaps.partly] == ["T1564"]
    assert gaps.unknown == ()
    assert gaps.missing[1].name == "Name of T1110"
    assert gaps.missing[1].tactics == ("stealth",)
    scores = {
        one["techniqueID"]: one["score"] for one in layer(measure_coverage(rules), gaps=gaps)["techniques"]
    }
    assert scores["T1110"] == 0


def test_gaps_against_a_layer(rules: Collection, tmp_path: Path) -> None:
    path = tmp_path / "layer.json"
    path.write_text(json.dumps({"techniques": [{"techniqueID": "T1110"}, {"techniqueID": "T1059"}, {}]}))
    gaps = find_gaps(measure_coverage(rules), read_techniques(path))
    assert [one.id for one in gaps.missing] == ["T1110"]
    assert gaps.unknown == ("T1564.003",)


@pytest.mark.parametrize(
    "content", ["", "[", "[]", "{}", '{"objects": {}}', '{"techniques": [5]}', '{"objects": [1]}']
)
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(ConfigError):
        read_techniques(path)


def test_no_rules_no_coverage() -> None:
    empty = measure_coverage(Collection())
    assert empty.covered == ()
    assert layer(empty)["gradient"]["maxValue"] == 1
