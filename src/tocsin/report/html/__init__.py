"""The page that is forwarded: one HTML file with no script and no request, whatever the logs hold."""

from collections.abc import Callable, Iterable
from typing import TextIO

from tocsin.model.match import Match
from tocsin.model.summary import Summary
from tocsin.report.digest import Digest
from tocsin.report.format import About
from tocsin.report.html.page import page


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write the page of these matches."""
    digest = Digest().take(matches)
    render(out, digest, summary(), about)


def render(out: TextIO, digest: Digest, summary: Summary, about: About) -> None:
    """Write the page of matches that passed a digest on their way to another format."""
    out.writelines(page(digest, summary, about))
