"""A JSON document -> its objects, one at a time: memory holds one event, not the document.

Read as events: the elements of a list; the elements of an envelope's list (`{"Records": [ … ]}`);
objects that follow one another, each over many lines; or one object, which is then the event.
"""

import re
from collections.abc import Iterator

from tocsin.errors import DataError
from tocsin.intake.lines import MAX_RECORD, Loss, Piece, Record, too_long

ENVELOPES = frozenset({b"Records", b"records", b"value", b"items", b"logEvents"})
"""Keys under which a document keeps its events as a list."""

# Up to the next bracket outside of strings. Possessive and atomic: it never goes back, so it is linear.
_BRACKET = re.compile(rb'(?>[^"{}\[\]]++|"(?>[^"\\]++|\\.)*+")*+([{}\[\]])', re.DOTALL)
_KEY = re.compile(rb'"([A-Za-z]{1,20})"\s*:\s*\Z')
_OPEN, _LIST = b"{["


def objects(blocks: Iterator[bytes]) -> Iterator[Piece]:
    """Yield each event of a document; what is no JSON is a Loss, and reading goes on behind it."""
    reader = _Reader()
    for block in blocks:
        yield from reader.take(block)
    yield from reader.finish()


class _Reader:
    """Follows brackets.

    inside: what is open, outermost first. home: at how many open brackets an object is an event.
    start: where the current event began, -1 between events. listed: the object at the top has a list under
    an envelope's key, and the reader is directly in it: if an object follows, that one is the event.
    """

    def __init__(self) -> None:
        self.text = b""
        self.line = 1
        self.at = 0
        self.inside: list[int] = []
        self.home = 0
        self.start = -1
        self.listed = False
        self.last_line = 0
        self.part = 0

    def take(self, block: bytes) -> Iterator[Piece]:
        """Add a block and yield the events that it completes."""
        self.text += block
        while found := _BRACKET.match(self.text, self.at):
            place = found.start(1)
            bracket = self.text[place]
            if bracket in (_OPEN, _LIST):
                self._enter(bracket, place)
            else:
                yield from self._leave(place)
            self.at = place + 1
        yield from self._trim()

    def _enter(self, bracket: int, place: int) -> None:
        depth = len(self.inside)
        if bracket == _OPEN and (depth == self.home if self.start < 0 else self.listed and depth == 2):
            self.start = place
            self.home = depth
        elif bracket == _LIST and self.start < 0 and depth == self.home:
            self.home = depth + 1
        self.listed = bracket == _LIST and depth == 1 and self.home == 0 and self._has_envelope_key(place)
        self.inside.append(bracket)

    def _leave(self, place: int) -> Iterator[Piece]:
        self.listed = False
        if self.inside:
            self.inside.pop()
        if self.start >= 0 and len(self.inside) == self.home:
            yield self._record(self._line_of(self.start), self.text[self.start : place + 1])
            self.start = -1
        elif self.start < 0:
            self.home = min(self.home, len(self.inside))

    def _has_envelope_key(self, place: int) -> bool:
        key = _KEY.search(self.text, max(self.at - 64, place - 64, 0), place)
        return key is not None and key[1] in ENVELOPES

    def _record(self, line: int, content: bytes) -> Record:
        self.part = self.part + 1 if line == self.last_line else 1
        self.last_line = line
        return Record(line, content, self.part)

    def _line_of(self, place: int) -> int:
        return self.line + self.text.count(b"\n", 0, place)

    def _trim(self) -> Iterator[Piece]:
        """Let go of what is done with; refuse an event that grows over the limit."""
        keep = self.start if self.start >= 0 else self.at
        if len(self.text) - keep > MAX_RECORD:
            yield Loss(self._line_of(keep), too_long(self.text[keep : keep + 60]))
            self.inside, self.home, self.start, self.listed = [], 0, -1, False
            keep = self.at = len(self.text)
        self.line += self.text.count(b"\n", 0, keep)
        self.text = self.text[keep:]
        self.at -= keep
        self.start = min(0, self.start)

    def finish(self) -> Iterator[Piece]:
        """Say what was left open at the end."""
        left = self.text[max(self.start, 0) :].strip()
        if self.start >= 0 or self.inside:
            yield Loss(
                self._line_of(max(self.start, 0)),
                DataError("document cut short", f"it ends within {left[:60]!r}"),
            )
        elif left.strip(b", \t\r\n"):
            yield Loss(self.line, DataError("not JSON", f"after the last event: {left[:60]!r}"))
