"""What a format is: a name and a function that writes matches as they come, then the summary."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TextIO

from tocsin.model.match import Match
from tocsin.model.summary import Summary


@dataclass(frozen=True, slots=True)
class About:
    """What a report says of the hunt besides its matches and numbers.

    made: when the report is written, in seconds since 1970. color and width are for the terminal;
    None and 0 ask the terminal itself.
    """

    version: str = ""
    title: str = "Hunt report"
    inputs: tuple[str, ...] = ()
    made: float | None = None
    color: bool | None = None
    width: int = 0


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a hunt's result.

    write(out, matches, summary, about) takes the matches once, in order, and asks for the summary
    after the last one. Its memory does not grow with the number of matches.
    """

    name: str
    title: str
    write: Callable[[TextIO, Iterable[Match], Callable[[], Summary], About], None]
