"""The forms of a report: for people, for GitHub, for GitLab, for code scanning."""

import json

import pytest

from tocsin.errors import ConfigError
from tocsin.sigma.lint.check import catalog
from tocsin.sigma.lint.examples import complete
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.output import FORMATS, render
from tocsin.sigma.lint.run import Linter, Report

PATH = "rules/a,b 100%.yml"


@pytest.fixture
def report() -> Report:
    text = complete("title: Hide\u202e[2J\nstatus: Stable\n")
    return Linter(catalog().values(), Known()).lint([(PATH, text.encode()), ("b_rule.yml", b"title: [\n")])


def test_text_shows_the_place_with_a_caret(report: Report) -> None:
    shown = render(report, "text").splitlines()
    at = next(number for number, line in enumerate(shown) if "TS112" in line)
    assert shown[at] == f"{PATH}:3:9: warning TS112 unknown status `Stable`; did you mean `stable`? [--fix]"
    assert shown[at + 1 : at + 3] == ["    | status: Stable", "    |         ^^^^^^"]
    assert shown[-1].startswith("2 files: ")


def test_text_is_safe_for_a_terminal(report: Report) -> None:
    assert "\u202e" not in render(report, "text")


def test_json_holds_every_finding(report: Report) -> None:
    read = json.loads(render(report, "json"))
    assert read["version"] == 1
    assert sum(read["counts"].values()) == len(read["findings"]) == len(report.findings)


def test_github_escapes_what_would_end_a_property(report: Report) -> None:
    line = next(line for line in render(report, "github").splitlines() if "TS112" in line)
    assert line.startswith("::warning title=TS112 status-unknown,file=rules/a%2Cb 100%25.yml,line=3,")
    assert "\n" not in line


def test_sarif_refers_to_described_rules(report: Report) -> None:
    run = json.loads(render(report, "sarif"))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert {rules[one["ruleIndex"]]["id"] for one in run["results"]} == {one.code for one in report.findings}
    assert (
        run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "rules/a%2Cb%20100%25.yml"
    )
    assert len({one["partialFingerprints"]["tocsin/v1"] for one in run["results"]}) == len(run["results"])


def test_gitlab_fingerprints_are_unique(report: Report) -> None:
    entries = json.loads(render(report, "gitlab"))
    assert len({one["fingerprint"] for one in entries}) == len(report.findings)


def test_empty_report_in_every_form() -> None:
    for form in FORMATS:
        render(Report(files=1), form)
    assert render(Report(files=1), "text") == "1 file: nothing found\n"
    with pytest.raises(ConfigError, match="unknown format"):
        render(Report(), "pdf")
