"""Which rules are listed, and that no title can run in a spreadsheet or on a terminal."""

import csv
import io
import json
from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.services.rules_list import FORMATS, Wanted, list_rules, render
from tocsin.services.rules_show import find_rule, show_rule
from tocsin.sigma.loader import Collection, read_text
from tocsin.sigma.rule import Level, Rule

TEXT = Path(__file__).with_name("rules_sample.yml")


@pytest.fixture
def rules(tmp_path: Path) -> Collection:
    collection = Collection()
    for one in read_text(TEXT.read_bytes(), {}, path=str(tmp_path / "rules.yml")):
        assert not isinstance(one, Exception)
        collection.add(one)
    return collection


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (Wanted(), ["Hidden Then Root", "Hidden Window", '=HYPERLINK("http://example.org") Root Login']),
        (Wanted(level=Level.HIGH), ["Hidden Then Root", "Hidden Window"]),
        (Wanted(tags=("attack.t1564",)), ["Hidden Then Root", "Hidden Window"]),
        (Wanted(tags=("attack.t1564", "attack.stealth")), ["Hidden Window"]),
        (Wanted(product="Linux"), ['=HYPERLINK("http://example.org") Root Login']),
        (Wanted(category="process_creation"), ["Hidden Window"]),
        (Wanted(status="experimental"), ["Hidden Then Root"]),
        (Wanted(text="WINDOW example"), ["Hidden Window"]),
        (Wanted(text="nothing like it"), []),
    ],
)
def test_what_is_wanted_is_listed(rules: Collection, wanted: Wanted, titles: list[str]) -> None:
    assert [row.title for row in list_rules(rules, wanted)] == titles


def test_json_and_csv_hold_the_same_rules(rules: Collection) -> None:
    rows = list_rules(rules)
    read = json.loads(render(rows, "json"))
    assert [one["kind"] for one in read] == ["correlation", "rule", "rule"]
    cells = list(csv.DictReader(io.StringIO(render(rows, "csv"))))
    assert [one["id"] for one in cells] == [one["id"] for one in read]
    assert cells[1]["attack"] == "T1564.003 T1059"
    assert cells[1]["path"].endswith("rules.yml:1")


def test_formulas_are_inert_in_csv(rules: Collection) -> None:
    assert "'=HYPERLINK" in render(list_rules(rules), "csv")


def test_table_lines_up(rules: Collection) -> None:
    head, *lines, total = render(list_rules(rules), "table").splitlines()
    assert all(line[head.index("id") - 1] == " " for line in lines)
    assert total == "3 rules"


def test_unknown_format() -> None:
    for form in FORMATS:
        assert render((), form)
    with pytest.raises(ConfigError, match="unknown format"):
        render((), "xml")


def test_show_says_what_a_judge_needs(rules: Collection) -> None:
    shown = show_rule(find_rule(rules, "Hidden Window"))
    assert shown.splitlines()[:2] == ["Hidden Window", "============="]
    for said in (
        "log      product windows, category process_creation",
        "  Detects the example tool. It hides its window.\n\n  It does so at night:\n\n",
        "  - quietly\n  - often, and for no good reason\n",
        "  - T1564.003  https://attack.mitre.org/techniques/T1564/003/\n",
        "  - Scheduled jobs\n",
        "  - https://example.org/write-up\n",
    ):
        assert said in shown


def test_show_draws_the_tree(rules: Collection) -> None:
    shown = show_rule(find_rule(rules, "hidden_window"))
    tree = shown[shown.index("True when") : shown.index("\nReferences")]
    assert tree.splitlines() == [
        "True when",
        "  all of",
        "    Image ends with '\\tool.exe'",
        "    CommandLine contains ' -hide '",
        "    CommandLine contains ' -now'",
        "    none of",
        "      User is 'root'",
        "      SourceIp is in 10.0.0.0/8",
    ]


def test_show_says_what_a_correlation_counts(rules: Collection) -> None:
    shown = show_rule(find_rule(rules, "2f06a3a5"))
    assert "matches, in this order, of\n    - hidden_window\n    - root_login\n  within 90 minutes\n" in shown
    assert "for each Computer\n" in shown


def test_keywords_have_no_field(rules: Collection) -> None:
    assert "anywhere in the event: contains" not in show_rule(find_rule(rules, "root_login"))
    assert "anywhere in the event: 'session opened for user root'" in show_rule(
        find_rule(rules, "root_login")
    )


def test_rule_is_found_by_what_people_type(rules: Collection) -> None:
    found = find_rule(rules, "HIDDEN_WINDOW")
    assert isinstance(found, Rule)
    assert found == find_rule(rules, "0F06A3A5-6a09-413f-8743-e6cf35561290") == find_rule(rules, "0f06a3")
    with pytest.raises(ConfigError, match="did you mean `Hidden Window`"):
        find_rule(rules, "hiden_window")
    with pytest.raises(ConfigError, match="no rule is called"):
        find_rule(rules, "0f0")


def test_hostile_title_is_shown_harmless() -> None:
    text = 'title: "a\\e[2Jb"\nlogsource: {product: x}\ndetection: {s: {A: "\\e]0;x\\a"}, condition: s}\n'
    collection = Collection()
    for one in read_text(text.encode(), {}, path="x.yml"):
        assert not isinstance(one, Exception)
        collection.add(one)
    shown = show_rule(collection.rules[0]) + render(list_rules(collection), "table")
    assert "\x1b" not in shown
    assert "\x07" not in shown
