"""`tocsin identities check`."""

from pathlib import Path

import pytest

from tocsin.cli.main import main


def test_a_good_file_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text("person,kind,name\nAda,github,ada-l\nAda,okta,ada@example.com\nBob,github,bob\n")
    assert main(["identities", "check", str(file)]) == 0
    assert capsys.readouterr().out == "3 accounts of 2 people\n"


def test_mistakes_are_told_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text("person,kind,name\nAda,github,ada-l\nEve,github,ADA-L\nEve,fax\x1b,1\n")
    assert main(["identities", "check", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"{file}:3: github 'ADA-L' is 'Ada' already" in said
    assert f"{file}:4: 'fax\\x1b' is no kind of account" in said
    assert "\x1b" not in said
