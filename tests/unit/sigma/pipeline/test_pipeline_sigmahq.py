"""Realistic pipelines over the public rules: the same trees as pySigma makes, but for what is named here."""

from pathlib import Path
from typing import Any

import pytest
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from pysigma_oracle import Form, ours, pysigma_pipeline, pysigma_rules, theirs
from tocsin.services.pipelines import apply
from tocsin.sigma.loader import Collection, load
from tocsin.sigma.rule import Rule

PIPELINES = Path(__file__).parents[3] / "fixtures" / "pipelines"
EVERY = 9
"""One rule in so many: pySigma takes half a minute to read them all."""


@pytest.fixture(scope="module")
def sample(sigmahq: Path) -> Collection:
    whole = load([sigmahq / "rules"])
    return Collection(rules=whole.rules[::EVERY])


def by_pysigma(rule: Rule, pipeline: Any) -> list[Form] | None:
    read = pysigma_rules(Path(rule.meta.path).read_text())
    one = next(one for one in read if str(one.id) == rule.meta.id)
    assert isinstance(one, SigmaRule)
    try:
        pipeline.apply(one)
        found = theirs(one)
    except SigmaError:
        return None
    return found if None not in found else None


@pytest.mark.corpus
@pytest.mark.filterwarnings("ignore::DeprecationWarning:sigma")
@pytest.mark.parametrize("name", ["windows_ecs", "sysmon", "values", "strict_cloud"])
def test_sigmahq_rules_become_what_pysigma_makes_of_them(name: str, sample: Collection) -> None:
    path = PIPELINES / f"{name}.yml"
    made = {rule.meta.id: ours(rule.conditions) for rule in apply(path, sample).rules}
    pipeline = pysigma_pipeline(path)
    wrong = [rule.meta.path for rule in sample.rules if made.get(rule.meta.id) != by_pysigma(rule, pipeline)]
    assert len(sample.rules) > 300
    assert wrong == []
