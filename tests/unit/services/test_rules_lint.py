"""The service over files: folders, fixes on disk, explanations, exit codes."""

from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.services.rules_lint import Severity, exit_code, explain, fix_rules, lint_rules, refused, render
from tocsin.sigma.lint.examples import complete


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "pack" / "a_rule.yml"
    path.parent.mkdir()
    path.write_text(complete("status: Stable # kept\n"))
    return path


def test_folder_is_linted_without_its_test_files(rule: Path) -> None:
    rule.with_name("a_rule.tests.yml").write_text("match: [")
    report = lint_rules([rule.parent])
    assert report.files == 1
    assert [one.code for one in report.findings] == ["TS112"]
    assert exit_code(report) == 1
    assert exit_code(report, Severity.ERROR) == 0


def test_text_from_standard_input() -> None:
    report = lint_rules([], stdin=complete("status: Stable\n").encode())
    assert [(one.path, one.code) for one in report.findings] == [("-", "TS112")]


def test_diff_leaves_the_file(rule: Path) -> None:
    before = rule.read_text()
    changed = fix_rules([rule], write=False)
    assert [one.path for one in changed] == [str(rule)]
    assert "+status: stable # kept\n" in changed[0].diff
    assert rule.read_text() == before


def test_fix_writes_once_and_keeps_the_mode(rule: Path) -> None:
    rule.chmod(0o640)
    assert fix_rules([rule], write=True)
    assert "status: stable # kept\n" in rule.read_text()
    assert rule.stat().st_mode & 0o777 == 0o640
    assert fix_rules([rule], write=True) == ()
    assert [path.name for path in rule.parent.iterdir()] == ["a_rule.yml"]


UTF16 = complete("status: Stable \n").encode("utf-16")


@pytest.mark.parametrize("content", [UTF16, b"title: \xff \r\n", bytes(range(256)) * 9])
def test_a_file_that_is_not_utf8_is_said_and_the_others_are_mended(content: bytes, rule: Path) -> None:
    odd = rule.with_name("a_odd.yml")
    odd.write_bytes(content)
    assert [one.path for one in fix_rules([rule.parent], write=True)] == [str(rule)]
    assert odd.read_bytes() == content
    assert refused([rule.parent]) == (f"{odd}: the file is not UTF-8; save it as UTF-8",)
    report = lint_rules([rule.parent])
    assert [(one.path, one.code, one.fixable) for one in report.findings] == [(str(odd), "TS001", False)]
    assert "--fix" not in render(report, "text")


def test_fix_of_ignored_checks_is_left_out(rule: Path) -> None:
    assert fix_rules([rule], ignore=["TS112"], write=True) == ()


def test_normalised_field_names_of_sources_are_known(tmp_path: Path) -> None:
    path = tmp_path / "a_rule.yml"
    path.write_text(
        complete("detection:\n    selection:\n        user.name: root\n    condition: selection\n")
    )
    assert lint_rules([path]).findings == []


def test_explain_by_code_and_name() -> None:
    assert explain("ts112") == explain("status-unknown")
    assert explain("TS112").startswith("# TS112: status-unknown\n")
    with pytest.raises(ConfigError, match="did you mean `status-unknown`"):
        explain("status-unknow")


def test_missing_path_is_said() -> None:
    with pytest.raises(ConfigError, match="no such file"):
        lint_rules([Path("/nowhere/rules")])
