"""One match a line, as docs/reference/match-line.md says. The summary is not part of it."""

from collections.abc import Callable, Iterable
from typing import TextIO

from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report.format import About, Format
from tocsin.report.match_line import line


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write each match the moment it comes."""
    del summary, about
    out.writelines(line(match) + "\n" for match in matches)


FORMAT = Format("ndjson", "one match a line, for programs", write)
