"""What a hostile rule makes the linter print, and how long it takes: both are bounded."""

import time

import pytest

from tocsin.sigma.lint.check import catalog
from tocsin.sigma.lint.fix import fix
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.output import FORMATS, render
from tocsin.sigma.lint.run import MAX_FINDINGS, Linter, Report
from tocsin.sigma.loader import MAX_FILE_BYTES, read_content

RULE = """title: {title}
id: 6d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f
logsource: {{category: webserver}}
detection:
    s:
        a{key}: '{value}'
    condition: {condition}
level: high
"""
PLAIN = {"title": "Evil Word Found", "key": "", "value": "x", "condition": "s"}
HOSTILE = {
    "size": {"title": "T" * 5_000_000},
    "title": {"title": "T" * 4_000_000},
    "regex": {"key": "|re", "value": "(a+)" * 200_000},
    "value": {"value": "*a" * 400_000},
    "condition": {"condition": "s or " * 100_000 + "s"},
    "names": {"condition": "s and " + "nothing " * 100_000},
    "some names": {"condition": "s and " + "nothing " * 9_000},
    "level": {"title": "Evil\nlevel: " + "x" * 100_000 + "\nstatus: " + "y" * 100_000},
    "lines": {"title": "Evil\n" + "a: b  \n" * 60_000},
}


def linted(path: str, content: bytes) -> Report:
    return Linter(catalog().values(), Known()).lint([(path, content)])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rules_are_told_in_few_words_and_soon(name: str) -> None:
    content = RULE.format(**PLAIN | HOSTILE[name]).encode()
    started = time.monotonic()
    report = linted("a_rule.yml", content)
    shown = {form: render(report, form) for form in FORMATS}
    assert time.monotonic() - started < 5
    assert report.findings
    assert max(map(len, shown.values())) < 300_000
    assert not any(len(one.text) > 400 or len(one.message) > 500 for one in report.findings)


@pytest.mark.parametrize("name", ["size", "regex", "value", "condition"])
def test_what_the_loader_refuses_is_refused_in_its_words(name: str) -> None:
    content = RULE.format(**PLAIN | HOSTILE[name]).encode()
    (error,) = read_content(content, {}, path="a_rule.yml")
    errors = [one.message for one in linted("a_rule.yml", content).findings if one.severity == "error"]
    assert errors == [getattr(error, "message", "")]


def test_a_file_over_the_limit_is_not_mended() -> None:
    content = RULE.format(**PLAIN).encode() + b"#  \n" * (MAX_FILE_BYTES // 4)
    assert fix("a_rule.yml", content, Linter(catalog().values(), Known())) == content


def test_findings_of_one_check_are_counted_beyond_the_first() -> None:
    content = RULE.format(**PLAIN).encode() + b"#  \n" * 1_000
    found = [one for one in linted("a_rule.yml", content).findings if one.code == "TS007"]
    assert len(found) == MAX_FINDINGS
    assert found[-1].message == "spaces at the end of the line (and 800 more in this file)"
    assert b"#  \n" not in fix("a_rule.yml", content, Linter(catalog().values(), Known()))
