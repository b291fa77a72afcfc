"""The how-to is right: its pipelines can be used as they are, and it names all there is."""

import re
from pathlib import Path

import pytest

from tocsin.services.pipelines import apply
from tocsin.sigma.loader import Collection
from tocsin.sigma.pipeline import conditions
from tocsin.sigma.pipeline.transformations import REFUSED, TRANSFORMATIONS

HOW_TO = (Path(__file__).parents[4] / "docs" / "how-to" / "pipelines.md").read_text()


@pytest.mark.parametrize("text", re.findall(r"```yaml\n(.*?)```", HOW_TO, re.DOTALL))
def test_a_pipeline_of_the_how_to_can_be_used(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.yml").write_text(text)
    assert apply(tmp_path / "p.yml", Collection()).errors == []


@pytest.mark.parametrize(
    "name",
    sorted({*TRANSFORMATIONS, *REFUSED, "nest", *conditions.RULES, *conditions.ITEMS, *conditions.NAMES}),
)
def test_the_how_to_names_it(name: str) -> None:
    assert f"`{name}`" in HOW_TO
