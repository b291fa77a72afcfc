"""The examples on a check's page are its tests; every check found by listing is here by itself."""

import re
from pathlib import Path

import pytest

from tocsin.sigma.lint.check import Check, catalog
from tocsin.sigma.lint.examples import complete
from tocsin.sigma.lint.fix import fix, meaning
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.pages import pages
from tocsin.sigma.lint.run import Linter

ROOT = Path(__file__).parents[4]
CHECKS = list(catalog().values())
LINTER = Linter(CHECKS, Known())
DOCS = ROOT / "docs" / "reference" / "lint"
each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)


def codes(text: str, path: str = "example_rule.yml") -> set[str]:
    return {one.code for one in LINTER.lint([(path, text.encode())]).findings}


def test_there_are_enough() -> None:
    assert len(CHECKS) >= 45


@each_check
def test_bad_example_triggers_exactly_this_check(check: type[Check]) -> None:
    assert codes(complete(check.bad, check.without), check.bad_path) == {check.code}


@each_check
def test_good_example_triggers_none(check: type[Check]) -> None:
    assert codes(complete(check.good)) == set()


@each_check
def test_says_what_a_reader_needs(check: type[Check]) -> None:
    assert re.fullmatch(r"TS\d{3}", check.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.name)
    assert check.summary.endswith((".", "`."))
    assert len(check.explain.strip()) > 15


def test_codes_and_names_are_unique() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    found = [
        code
        for path in (Path(ROOT) / "src/tocsin/sigma/lint/checks").glob("*.py")
        for code in re.findall(r'code, name, severity.*= "(TS\d{3})"', path.read_text())
    ]
    assert sorted(found) == sorted(check.code for check in CHECKS)


@pytest.mark.parametrize("check", [check for check in CHECKS if check.fixes], ids=lambda check: check.code)
def test_fix_puts_the_bad_example_right(check: type[Check]) -> None:
    bad = complete(check.bad, check.without)
    fixed = fix("example_rule.yml", bad.encode(), LINTER)
    assert check.code not in codes(fixed.decode())
    assert meaning(fixed.decode()) == meaning(bad)
    assert fix("example_rule.yml", fixed, LINTER) == fixed


def test_only_checks_that_say_so_fix() -> None:
    for check in CHECKS:
        report = LINTER.lint([(check.bad_path, complete(check.bad, check.without).encode())])
        assert any(one.fixable for one in report.findings) == check.fixes


def test_pages_are_in_step() -> None:
    written = {path.name: path.read_text() for path in DOCS.glob("*.md")}
    assert written == pages(), "run: python -m tocsin.sigma.lint.pages docs/reference/lint"
