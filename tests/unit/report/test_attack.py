"""Matches by tactic and technique."""

import pytest

from report_samples import SUDO, match, story
from tocsin.model.match import RuleRef
from tocsin.report.attack import by_tactic, by_technique, is_technique, title
from tocsin.report.digest import Digest


def test_tactics_stand_in_the_order_of_an_intrusion_with_their_matches() -> None:
    tactics = by_tactic(Digest().take(story()).rules)
    assert list(tactics)[:3] == ["reconnaissance", "resource-development", "initial-access"]
    assert (tactics["initial-access"].count, tactics["initial-access"].rank) == (14, 4)
    assert tactics["execution"].count == 180
    assert "defense-evasion" not in tactics


def test_the_old_tactic_and_the_old_spelling_still_count() -> None:
    rule = RuleRef("a", "a", "high", ("attack.defense_evasion", "attack.defense-evasion"))
    assert by_tactic(Digest().take([match(rule)]).rules)["defense-evasion"].count == 1


def test_techniques_stand_most_urgent_first_with_their_rules() -> None:
    found = by_technique(Digest().take(story()).rules)
    assert [(tally.key, tally.count) for tally, _ in found] == [
        ("T1078", 14), ("T1110.001", 14), ("T1098.001", 6), ("T1562.001", 3),
    ]  # fmt: skip
    assert found[0][1][0].rule.level == "critical"
    assert by_technique(Digest().take([match(SUDO)]).rules) == []


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("T1059", True),
        ("T1059.001", True),
        ("T1059.1", False),
        ("t1059", False),
        ("T1059/../x", False),
        ("T1059\n", False),
    ],
)
def test_a_technique_is_known_by_its_form(name: str, answer: bool) -> None:
    assert is_technique(name) is answer


def test_a_tactic_is_written_as_people_do() -> None:
    assert title("command-and-control") == "Command and Control"
