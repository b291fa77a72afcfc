"""Conversion through pySigma: what works, and what is said when something does not."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import ConfigError
from tocsin.services.rules_convert import convert_rules, installed

SAMPLE = Path(__file__).with_name("rules_sample.yml")
RULE = """title: {title}
logsource:
    product: windows
detection:
    selection:
        {item}
    condition: selection
"""


def write(folder: Path, name: str, item: str) -> Path:
    path = folder / name
    path.write_text(RULE.format(title=f"Rule in {name}", item=item))
    return path


def test_installed_backends_are_listed() -> None:
    sqlite = next(one for one in installed().backends if one.name == "sqlite")
    assert "default" in sqlite.formats


def test_rules_become_queries_in_their_order(tmp_path: Path) -> None:
    write(tmp_path, "a_rule.yml", "Image: a.exe")
    write(tmp_path, "b_rule.yml", "Image: b.exe")
    made = convert_rules([tmp_path], "sqlite")
    assert made.errors == ()
    assert made.rules == 2
    assert ["a.exe" in query for query in made.queries] == [True, False]


def test_broken_rules_are_told_and_the_rest_converted(tmp_path: Path) -> None:
    write(tmp_path, "a_rule.yml", "Image|nonsense: a.exe")
    write(tmp_path, "b_rule.yml", "Image: b.exe")
    (tmp_path / "c_rule.yml").write_text("title: [")
    (tmp_path / "d_rule.yml").write_text("[" * 300_000)
    made = convert_rules([tmp_path], "sqlite")
    assert len(made.queries) == 1
    assert "b.exe" in made.queries[0]
    assert {Path(error.path).name for error in made.errors} == {"a_rule.yml", "c_rule.yml", "d_rule.yml"}


def test_correlation_without_its_rule_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a_rule.yml", "Image: a.exe")
    text = "title: Lost\ncorrelation:\n  type: event_count\n  rules: [nobody]\n  group-by: [User]\n  timespan: 5m\n  condition: {gte: 3}\n"
    (tmp_path / "b_rule.yml").write_text(text)
    made = convert_rules([tmp_path], "sqlite")
    assert len(made.queries) == 1
    assert "Lost" in made.errors[0].message


def test_formats_that_are_no_text_become_json(tmp_path: Path) -> None:
    write(tmp_path, "a_rule.yml", "Image: a.exe")
    made = convert_rules([tmp_path], "sqlite", form="zircolite")
    assert any('"title"' in query or "title" in query for query in made.queries)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"backend": "sqlit"}, "did you mean `sqlite`"),
        ({"backend": "splunk"}, "pip install pysigma-backend-splunk"),
        ({"backend": "sqlite", "form": "pdf"}, "writes no format `pdf`"),
        ({"backend": "sqlite", "pipelines": ["nowhere"]}, "pipeline: "),
    ],
)
def test_wrong_choices_say_what_there_is(tmp_path: Path, arguments: dict[str, Any], said: str) -> None:
    write(tmp_path, "a_rule.yml", "Image: a.exe")
    with pytest.raises(ConfigError, match=said):
        convert_rules([tmp_path], **arguments)


def test_without_pysigma_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("sigma"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"tocsin\[convert\]"):
        installed()
