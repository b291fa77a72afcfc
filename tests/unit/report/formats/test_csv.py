"""A row a match, that no spreadsheet runs."""

import csv
import io

import pytest

from report_samples import CURL, few, match
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report import About
from tocsin.report.formats.csv import write


def rows(*matches: Match) -> list[dict[str, str]]:
    out = io.StringIO(newline="")
    write(out, iter(matches), Summary, About())
    return list(csv.DictReader(io.StringIO(out.getvalue(), newline=""), strict=True))


def test_several_values_share_a_cell() -> None:
    assert rows(few()[0])[0]["user"] == "deploy | root"
    assert rows(few()[1])[0]["fields"] == "eventName=CreateAccessKey | userIdentity.userName=ana"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])  # noqa: RUF001
def test_a_formula_gets_a_leading_quote(start: str) -> None:
    row = rows(match(CURL, file=f"{start}1+1", user=(f"{start}cmd",)))[0]
    assert row["file"].startswith("'")
    assert row["user"].startswith("'")


def test_every_row_ends_as_rfc_4180_says() -> None:
    out = io.StringIO(newline="")
    write(out, iter(few()), Summary, About())
    assert out.getvalue().count("\r\n") == 6
    assert out.getvalue().replace("\r\n", "").count("\n") == 0


def test_a_quote_and_a_comma_come_back_as_they_were() -> None:
    assert rows(match(CURL, file='a,"b"'))[0]["file"] == 'a,"b"'
