"""One document, whole even without matches."""

import io
import json
from typing import Any

from report_samples import few, hostile, summary
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report import About
from tocsin.report.formats.json import write
from tocsin.report.match_line import line


def document(matches: list[Match], done: Summary) -> Any:
    out = io.StringIO()
    write(out, iter(matches), lambda: done, About())
    return json.loads(out.getvalue())


def test_the_document_holds_the_lines_and_the_summary() -> None:
    made = document(few(), summary(few()))
    assert list(made) == ["version", "matches", "summary"]
    assert made["version"] == 1
    assert made["matches"] == [json.loads(line(one)) for one in few()]


def test_no_match_is_a_document_too() -> None:
    assert document([], summary([]))["matches"] == []


def test_hostile_text_is_a_document_too() -> None:
    assert len(document(*hostile())["matches"]) == len(hostile()[0])
