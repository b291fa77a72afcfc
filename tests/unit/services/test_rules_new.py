"""A new rule loads, lints clean, and its tests say the events that it matches."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import ConfigError
from tocsin.services.rules_lint import lint_rules
from tocsin.services.rules_new import Answers, new_rule, rule_text
from tocsin.services.rules_quote import quote
from tocsin.services.rules_skeleton import _EXAMPLES
from tocsin.sigma.loader import load
from tocsin.sigma.rule import Level

TODAY = date(2026, 11, 23)
ANSWERS = Answers(
    title="suspicious window hidden by example tool.",
    product="windows",
    category="process_creation",
    level=Level.HIGH,
    author="Zoë O'Neill",
    tags=("attack.stealth", "attack.T1564.003"),
    references=("https://example.org/a#b",),
    items=(("Image|endswith", ("\\tool.exe",)), ("CommandLine|contains", (" -hide ", "'quoted': yes"))),
)


def test_rule_and_tests_are_written(tmp_path: Path) -> None:
    made = new_rule(ANSWERS, tmp_path / "pack", today=TODAY)
    assert made.rule == tmp_path / "pack" / "suspicious_window_hidden_by_example_tool.yml"
    assert made.findings == ()
    assert lint_rules([made.rule]).findings == []
    rule = load([made.rule.parent]).rules[0]
    assert rule.meta.id == made.id
    assert rule.meta.title == "Suspicious window hidden by example tool"
    assert (rule.meta.author, rule.meta.date, rule.meta.level) == ("Zoë O'Neill", "2026-11-23", Level.HIGH)
    assert rule.meta.attack == ("T1564.003",)


def test_tests_hold_two_of_each(tmp_path: Path) -> None:
    made = new_rule(ANSWERS, tmp_path, today=TODAY)
    content = yaml.safe_load(made.tests.read_text())
    assert content["source"] == "windows_flat"
    assert len(content["match"]) == len(content["no_match"]) == 2
    assert content["match"][0]["event"] == {"Image": "before\\tool.exe", "CommandLine": "before -hide after"}
    assert content["match"][1]["event"]["CommandLine"] == "before'quoted': yesafter"


def test_a_title_without_latin_letters_is_named_by_its_id(tmp_path: Path) -> None:
    answers = Answers(title="\u65e5\u672c\u8a9e\u306e\u30eb\u30fc\u30eb" * 3, product="linux", service="auth")
    made = new_rule(answers, tmp_path, today=TODAY)
    assert made.rule == tmp_path / f"rule_{made.id[:8]}.yml"
    assert load([made.rule]).rules[0].meta.title == answers.title
    assert not [one for one in made.findings if one.severity.value != "info"]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    new_rule(ANSWERS, tmp_path, today=TODAY)
    with pytest.raises(ConfigError, match="exists"):
        new_rule(ANSWERS, tmp_path, today=TODAY)


@pytest.mark.parametrize("log", sorted(_EXAMPLES))
def test_example_of_every_log_lints_clean(tmp_path: Path, log: tuple[str, str]) -> None:
    product, word = log
    category, service = (word, "") if word == "process_creation" else ("", word)
    answers = Answers(title="Something of this log", product=product, category=category, service=service)
    made = new_rule(answers, tmp_path, today=TODAY)
    assert not [one for one in made.findings if one.severity.value != "info"]
    assert yaml.safe_load(made.tests.read_text())["match"]


def test_log_that_is_not_known_begins_with_a_keyword(tmp_path: Path) -> None:
    made = new_rule(
        Answers(title="Something of this log", product="nginx", service="access"), tmp_path, today=TODAY
    )
    assert "keywords:" in made.rule.read_text()
    assert not [one for one in made.findings if one.severity.value != "info"]


@pytest.mark.parametrize(
    "answers",
    [
        Answers(title="A title without a log"),
        Answers(title="??", product="linux"),
        Answers(title="With\na newline", product="linux"),
        Answers(title="Empty item of a rule", product="linux", items=(("User", ()),)),
        Answers(title="Escape in an author", product="linux", author="\x1b[2J"),
    ],
)
def test_what_makes_no_rule_is_refused(tmp_path: Path, answers: Answers) -> None:
    with pytest.raises(ConfigError):
        new_rule(answers, tmp_path / "pack", today=TODAY)
    assert not (tmp_path / "pack").exists()


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(blacklist_categories=["C", "Zl", "Zp"]), max_size=20))
def test_quoted_text_reads_as_itself(text: str) -> None:
    read = yaml.safe_load(f"- {quote(text)}\n")[0]
    assert str(read) == text


@settings(max_examples=100)
@given(
    title=st.text(alphabet="abc XYZ:'#-1.", min_size=8, max_size=40),
    value=st.text(alphabet="a:'# *\\-", min_size=1),
)
def test_any_answers_make_sound_yaml(title: str, value: str) -> None:
    answers = Answers(title=f"Rule {title}", product="linux", items=(("Field", (value,)),))
    document = yaml.safe_load(rule_text(answers, identity="x", today=TODAY))
    assert document["detection"]["selection"]["Field"] == value
    assert document["title"].lower() == " ".join(f"Rule {title}".split()).rstrip(".").lower()
