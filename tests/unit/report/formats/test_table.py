"""The terminal's format."""

import io

import pytest

from report_samples import SUDO, few, match, story, summary
from tocsin.model.match import Match
from tocsin.report import About
from tocsin.report.formats.table import write


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(out: io.StringIO, matches: list[Match], *, color: bool | None = None) -> str:
    write(out, iter(matches), lambda: summary(matches), About(width=100, color=color))
    return out.getvalue()


def test_rules_stand_most_urgent_first_and_the_totals_last() -> None:
    text = written(io.StringIO(), story())
    order = [
        text.index(word)
        for word in (
            "CRITICAL",
            "HIGH",
            "MEDIUM",
            "LOW",
            "INFORMATIONAL",
            "249 matches",
            "Rejected",
            "Warning",
        )
    ]
    assert order == sorted(order)


def test_color_is_for_a_terminal_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in written(Terminal(), few())
    assert "\x1b" not in written(Terminal(), few(), color=False)
    assert "\x1b" not in written(io.StringIO(), few())
    assert "\x1b[" in written(io.StringIO(), few(), color=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in written(Terminal(), few())


def test_no_line_is_wider_than_asked() -> None:
    assert max(len(line) for line in written(io.StringIO(), story()).splitlines()) <= 100


def test_markup_and_emoji_codes_of_the_terminal_library_are_text() -> None:
    text = written(io.StringIO(), [match(SUDO, fields={"keyword": "[bold red]:bell:[/] [link=https://x]a"})])
    assert "[bold red]:bell:[/] [link=https://x]a" in text


def test_many_warnings_are_counted() -> None:
    done = summary([])
    done.warnings = ["one"] * 70
    out = io.StringIO()
    write(out, iter(()), lambda: done, About())
    assert "and 20 warnings more" in out.getvalue()
