"""For a terminal: matches by rule, most urgent first, then the totals. Plain text where there is no terminal."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from rich.console import Console, Group, JustifyMethod
from rich.table import Table
from rich.text import Text

from tocsin.model.level import LEVELS
from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report.digest import KINDS, Digest, RuleDigest
from tocsin.report.example import Example
from tocsin.report.facts import facts, place, rejected
from tocsin.report.format import About, Format
from tocsin.report.inert import cut, visible
from tocsin.report.words import plural, precise, span

_STYLES = ("dim", "cyan", "yellow", "bold red", "bold white on red")
_MAX_WARNINGS = 50
_MAX_TEXT = 200
_MAX_FIELDS = 12
_MAX_EVENTS = 3


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write everything after the last match: the most urgent rule comes first."""
    digest = Digest(per_rule=1, examples=10_000).take(matches)
    done = summary()
    console = _console(out, about)
    parts = (_rules(digest), _totals(done, digest), _rejects(done), _warnings(done))
    with console.capture() as shown:
        for part in parts:
            if part.row_count:
                console.print(part, "")
    lines = (line.rstrip(" ") for line in shown.get().rstrip("\n").split("\n"))
    out.write("\n".join(lines) + "\n")


def _console(out: TextIO, about: About) -> Console:
    terminal = out.isatty()
    colored = about.color if about.color is not None else terminal and not os.environ.get("NO_COLOR")
    return Console(
        file=out,
        width=about.width or (None if terminal else 120),
        force_terminal=colored,
        color_system="auto" if colored else None,
        no_color=not colored,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _grid(*columns: JustifyMethod) -> Table:
    """Make rows without lines between them; the last column takes what is left."""
    grid = Table.grid(padding=(0, 2), expand=False)
    for index, justify in enumerate(columns):
        grid.add_column(
            justify=justify, min_width=0 if index else 9, no_wrap=index < len(columns) - 1, overflow="fold"
        )
    return grid


def _rules(digest: Digest) -> Table:
    grid = _grid("left", "right", "left")
    for index, of in enumerate(digest.rules):
        if index:
            grid.add_row()
        level = Text(f" {LEVELS[of.rank].upper()} ", style=_STYLES[of.rank])
        grid.add_row(level, Text(f"{of.count:,}"), Group(*_block(of)))
    return grid


def _block(of: RuleDigest) -> Iterator[Text | Table]:
    yield Text(visible(of.rule.title), style="bold")
    yield Text("  ".join((*(visible(name) for name in of.attack), span(of.first, of.last))), style="dim")
    named = [_most(of, kind) for kind in KINDS if len(of.entities[kind])]
    if named:
        yield Text("   ".join(named))
    for one in of.examples:
        yield from _example(one)


def _most(of: RuleDigest, kind: str) -> str:
    top = of.entities[kind]
    most = ", ".join(f"{visible(tally.key)} {tally.count:,}" for tally in top.most(3))
    more = len(top) - 3
    return f"{kind} {most}" + (f" and {more}{'' if top.exact else '+'} more" if more > 0 else "")


def _example(one: Example) -> Iterator[Text | Table]:
    about = [one.place, precise(one.time), one.source]
    if one.total:
        about.append(f"{plural(one.total, 'event')}: {', '.join(one.events[:_MAX_EVENTS])}")
    yield Text("  ".join(visible(text) for text in ("e.g.", *about) if text), style="dim")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, max_width=40)
    grid.add_column(overflow="fold")
    for name, value in (one.fields or one.others)[:_MAX_FIELDS]:
        grid.add_row(Text(f"  {visible(name)}", style="cyan"), Text(f"= {visible(cut(value, _MAX_TEXT))}"))
    yield grid


def _totals(summary: Summary, digest: Digest) -> Table:
    grid = _grid("left", "left")
    for label, text in facts(summary, digest):
        grid.add_row(Text(label, style="bold"), Text(text))
    return grid


def _rejects(summary: Summary) -> Table:
    grid = _grid("left", "left")
    for reason, count, heads in rejected(summary):
        grid.add_row(Text("Rejected", style="bold yellow"), Text(f"{plural(count, 'record')}: {reason}"))
        for head in heads:
            grid.add_row("", Text.assemble((f"{place(head)}  ", "dim"), visible(cut(head.head, _MAX_TEXT))))
    return grid


def _warnings(summary: Summary) -> Table:
    grid = _grid("left", "left")
    for warning in summary.warnings[:_MAX_WARNINGS]:
        grid.add_row(Text("Warning", style="bold yellow"), Text(visible(warning)))
    more = len(summary.warnings) - _MAX_WARNINGS
    if more > 0:
        grid.add_row(
            "", Text(f"and {plural(more, 'warning')} more; the page and the json format have them all")
        )
    return grid


FORMAT = Format("table", "for a terminal: matches by rule, then totals", write)
