"""SARIF that code scanning accepts."""

import io
import json
from typing import Any

from report_samples import SUDO, few, hostile, match, story, summary
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report import About
from tocsin.report.formats.sarif import write


def log(matches: list[Match], done: Summary | None = None) -> Any:
    out = io.StringIO()
    write(out, iter(matches), lambda: done or summary(matches), About(version="0.1.0"))
    return json.loads(out.getvalue())


def test_the_log_has_the_parts_that_the_standard_requires() -> None:
    made = log(few())
    run = made["runs"][0]
    assert made["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "Tocsin"
    assert all(result["message"]["text"] for result in run["results"])
    assert all(isinstance(one["executionSuccessful"], bool) for one in run["invocations"])
    assert all(note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"])


def test_every_result_names_its_rule() -> None:
    run = log(story())["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len(rules) == 5
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    severity = {
        rule["properties"]["sigma-level"]: float(rule["properties"]["security-severity"]) for rule in rules
    }
    assert severity["critical"] > 9 > severity["high"] >= 7 > severity["medium"] >= 4 > severity["low"] > 0


def test_a_location_is_a_valid_uri_and_a_line_from_one() -> None:
    found = log(
        [
            match(SUDO, file="my logs/a#b?.log", line=3),
            match(SUDO, file="/var/log/x", line=0),
            match(SUDO, file="", line=0),
        ]
    )
    first, second, third = found["runs"][0]["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "my%20logs/a%23b%3F.log"}, "region": {"startLine": 3}}
    assert second["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "file:///var/log/x"}}
    assert "locations" not in third


def test_fingerprints_tell_matches_apart_and_stay_the_same() -> None:
    def prints() -> list[str]:
        return [
            result["partialFingerprints"]["tocsinMatch/v1"] for result in log(story())["runs"][0]["results"]
        ]

    assert prints() == prints()
    assert len(set(prints())) == len(story())


def test_hostile_text_makes_no_link_and_no_placeholder() -> None:
    matches, done = hostile()
    for result in log(matches, done)["runs"][0]["results"]:
        text = result["message"]["text"]
        assert not text.replace("\\\\", "").replace("\\[", "").count("[")
        assert text.count("{") == 2 * text.count("{{")
