"""Every transformation and condition against pySigma, case by case; the list is fixtures/pipelines/cases.yml."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from pysigma_oracle import ours, pysigma_pipeline, pysigma_rules, theirs
from tocsin.services.pipelines import apply
from tocsin.sigma.loader import load

CASES = yaml.safe_load((Path(__file__).parents[3] / "fixtures" / "pipelines" / "cases.yml").read_text())


def write(folder: Path, case: dict[str, Any]) -> tuple[Path, Path]:
    rule = {key: value for key, value in case.items() if key not in {"name", "steps"}}
    rule |= {"title": "Case", "id": "5f0d7f6e-7a08-4a3e-9d0c-3b7d1c1f0a11"}
    rule.setdefault("logsource", {"product": "windows", "category": "process_creation"})
    (folder / "rule.yml").write_text(yaml.safe_dump(rule, sort_keys=False, allow_unicode=True))
    steps = {"name": case["name"], "transformations": case["steps"]}
    (folder / "pipeline.yml").write_text(yaml.safe_dump(steps, sort_keys=False))
    return folder / "rule.yml", folder / "pipeline.yml"


def by_pysigma(rule_file: Path, pipeline_file: Path) -> SigmaRule | None:
    rule = pysigma_rules(rule_file.read_text())[0]
    assert isinstance(rule, SigmaRule)
    try:
        pysigma_pipeline(pipeline_file).apply(rule)
    except SigmaError:
        return None
    return rule if None not in theirs(rule) else None


@pytest.mark.filterwarnings("ignore::DeprecationWarning:sigma")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_pipeline_does_what_pysigma_does(case: dict[str, Any], tmp_path: Path) -> None:
    rule_file, pipeline_file = write(tmp_path, case)
    collection = apply(pipeline_file, load([rule_file]))
    wanted = by_pysigma(rule_file, pipeline_file)
    if wanted is None:
        assert collection.rules == []
        assert [error.path for error in collection.errors] == [str(rule_file)]
        return
    assert [str(error) for error in collection.errors] == []
    made = collection.rules[0]
    assert ours(made.conditions) == theirs(wanted)
    assert list(made.fields) == wanted.fields
    source = wanted.logsource
    assert (made.logsource.product, made.logsource.category, made.logsource.service) == (
        source.product,
        source.category,
        source.service,
    )
