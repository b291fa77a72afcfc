"""replace_string: a regular expression over values as they are written, wildcards included."""

import re
from collections.abc import Iterator
from typing import TypeAlias

from msgspec.structs import replace

from tocsin.sigma import pattern
from tocsin.sigma.pipeline import text
from tocsin.sigma.pipeline.pythonic import check_replacement
from tocsin.sigma.pipeline.transformations.values import TextAction
from tocsin.sigma.tree import Parts, Test, Text

_Piece: TypeAlias = tuple[str, str | int]
_Token: TypeAlias = tuple[str, str | int | None]


class ReplaceString(TextAction, frozen=True):
    r"""`skip_special` leaves wildcards alone; with `interpret_special` new ones count."""

    regex: str
    replacement: str
    skip_special: bool = False
    interpret_special: bool = False

    def __post_init__(self) -> None:
        check_replacement(self.regex, self.replacement)

    def text(self, value: Text) -> tuple[Test, ...]:
        if not self.skip_special and not re.search(self.regex, text.plain(value.parts)):
            return (value,)
        parts = self._between(value.parts) if self.skip_special else self._throughout(value.parts)
        return (replace(value, parts=pattern.tidy(tuple(part for part in parts if part != ""))),)

    def _between(self, parts: Parts) -> Iterator[str | int]:
        for part in parts:
            if isinstance(part, int):
                yield part
                continue
            made = re.sub(self.regex, self.replacement, part)
            yield from pattern.parse(made) if self.interpret_special else (made,)

    def _throughout(self, parts: Parts) -> Iterator[str | int]:
        """Read only replaced text anew: in what stays, a backslash before a wildcard is no escape."""
        waiting = ""
        for new, kept in self._tokens(text.pieces(parts)):
            if kept is None:
                waiting += new
                continue
            if waiting:
                yield from text.read(waiting)
                waiting = ""
            yield kept
        yield from text.read(waiting)

    def _tokens(self, pieces: list[_Piece]) -> Iterator[_Token]:
        """Yield (text, the part that it was) in order; new text, and a piece cut in two, was no part."""
        whole = "".join(written for written, _ in pieces)
        owners = [piece for piece in pieces for _ in piece[0]]
        at = 0
        for match in re.finditer(self.regex, whole):
            yield from _kept(whole, owners, at, match.start())
            yield match.expand(self.replacement), None
            at = match.end()
        yield from _kept(whole, owners, at, len(whole))


def _kept(whole: str, owners: list[_Piece], start: int, end: int) -> Iterator[_Token]:
    at = start
    while at < end:
        owner = owners[at]
        size = len(owner[0])
        # An escaped wildcard is two characters: a match may have taken one of them.
        complete = at + size <= end and whole[at : at + size] == owner[0] and owners[at + size - 1] is owner
        yield owner if complete else (whole[at], None)
        at += size if complete else 1
