"""Markdown in which log text is nothing but text, checked by parsing it as Markdown."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as some
from markdown_it import MarkdownIt

from report_samples import EVIL, few, hostile, match, summary
from tocsin.model.match import Match, RuleRef
from tocsin.model.summary import Summary
from tocsin.report import About
from tocsin.report.formats.markdown import code, prose, write
from tocsin.report.inert import visible

ALLOWED = {
    "heading", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item", "paragraph", "inline", "strong",
    "text", "code_inline",
}  # fmt: skip


def kinds(text: str) -> set[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    every = [*tokens, *(child for token in tokens for child in token.children or ())]
    return {token.type.removesuffix("_open").removesuffix("_close") for token in every}


def written(matches: list[Match], done: Summary) -> str:
    out = io.StringIO()
    write(out, iter(matches), lambda: done, About(title="Hunt <b>"))
    return out.getvalue()


def test_hostile_text_makes_no_markup_link_or_mention() -> None:
    text = written(*hostile())
    assert kinds(text) <= ALLOWED
    outside = "".join(
        child.content
        for token in MarkdownIt("commonmark").enable("table").parse(text)
        for child in token.children or ()
        if child.type == "text"
    )
    assert "@" not in outside


def test_each_table_row_has_as_many_cells_as_its_head() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(written(*hostile()))
    cells = [token for token in tokens if token.type in {"tr_open", "th_open", "td_open"}]
    counts: list[int] = []
    for token in cells:
        if token.type == "tr_open":
            counts.append(0)
        else:
            counts[-1] += 1
    assert set(counts) == {2, 3, 6}


@given(some.text(max_size=40))
def test_any_text_is_one_paragraph_of_text_and_code(text: str) -> None:
    for made in (code(text), f"- {prose(text)}"):
        assert kinds(f"| a |\n|---|\n| {made.removeprefix('- ')} |\n") <= ALLOWED
    assert "\n" not in code(text) + prose(text)


@pytest.mark.parametrize("evil", EVIL)
def test_code_shows_the_text_unchanged_but_for_what_is_hidden(evil: str) -> None:
    parsed = MarkdownIt("commonmark").enable("table").parse(f"| a |\n|---|\n| {code(evil)} |\n")
    shown = "".join(child.content for token in parsed if token.children for child in token.children)
    assert shown.removeprefix("a").replace(" ", "") == visible(evil).replace(" ", "")


def test_the_length_is_bounded_whatever_matched() -> None:
    many = [match(RuleRef(f"r{index}", "x" * 10_000, "low"), file="y" * 10_000) for index in range(500)]
    done = summary(many)
    done.warnings = ["z" * 10_000] * 500
    text = written(many, done)
    assert len(text) < 65_536
    assert "450 more rules matched" in text
    assert "and 480 more" in text


def test_nothing_found_is_said() -> None:
    assert "No rule matched" in written([], summary([]))
    assert "| Level |" not in written([], summary([]))
    assert "🔴 critical" in written(few(), summary(few()))
