"""One JSON document: {"version", "matches": […], "summary": {…}}, written as the matches come."""

from collections.abc import Callable, Iterable
from typing import TextIO

from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report.format import About, Format
from tocsin.report.match_line import VERSION, line, totals


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write the document, one match a line."""
    del about
    out.write(f'{{"version":{VERSION},"matches":[')
    before = "\n"
    for match in matches:
        out.write(before + line(match))
        before = ",\n"
    out.write(f'\n],"summary":{totals(summary())}}}\n')


FORMAT = Format("json", "one document: the matches and the summary", write)
