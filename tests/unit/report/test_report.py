"""The formats, found by listing."""

import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest

from report_samples import few, hostile, summary
from tocsin.errors import ConfigError
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report import About, load, names


def test_the_formats_are_the_modules_of_the_folder() -> None:
    assert names() == ("csv", "github", "json", "markdown", "ndjson", "sarif", "table")
    assert all(load(name).name == name for name in names())
    assert all(load(name).title for name in names())


@pytest.mark.parametrize("name", ["xml", "__init__", "../html", ""])
def test_an_unknown_format_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match="there are csv, github"):
        load(name)


def test_naming_the_formats_imports_none() -> None:
    heavy = "{'rich', 'csv'} & {name.partition('.')[0] for name in sys.modules}"
    code = f"import sys; from tocsin.report import names; names(); assert not {heavy}, {heavy}"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", names())
def test_the_summary_is_asked_for_only_after_the_last_match(name: str) -> None:
    seen: list[str] = []

    def matches() -> Iterator[Match]:
        for one in few():
            seen.append("match")
            yield one
        seen.append("end")

    def totals() -> Summary:
        assert seen[-1] == "end"
        return summary(few())

    load(name).write(StringIO(), matches(), totals, About())
    assert seen == ["match"] * 5 + ["end"]


@pytest.mark.parametrize("name", ["ndjson", "json", "csv", "github", "sarif"])
def test_a_match_is_written_before_the_next_is_asked_for(name: str) -> None:
    out = StringIO()

    def matches() -> Iterator[Match]:
        for index, one in enumerate(few()):
            assert index == 0 or few()[index - 1].rule.id in out.getvalue() or name == "github"
            before = len(out.getvalue())
            yield one
            assert len(out.getvalue()) > before

    load(name).write(out, matches(), lambda: summary(few()), About())


@pytest.mark.parametrize("name", names())
def test_hostile_text_reaches_no_screen(name: str) -> None:
    matches, done = hostile()
    out = StringIO(newline="")
    load(name).write(out, iter(matches), lambda: done, About(color=False))
    text = out.getvalue()
    text.encode()
    assert not set(text) & set("\x00\x07\x1b\x7f\x9b\u202e\u2066\u200b\ud800\U000e0041")
