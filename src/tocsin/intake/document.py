"""A JSON document -> its objects, one at a time: memory holds one event, not the document.

Read as events: the elements of a list; the elements of an envelope's list (`{"Records": [ … ]}`);
objects that follow one another, each over many lines; or one object, which is then the event.
"""

import re
from collections.abc import Iterator

import orjson

from tocsin.errors import DataError
from tocsin.intake.lines import MAX_RECORD, Loss, Piece, Record, too_long

ENVELOPES = frozenset({b"Records", b"records", b"value", b"items", b"logEvents"})
"""Keys under which a document keeps its events as a list."""

MAX_DEPTH = 1_000
"""Of open brackets; JSON readers go no deeper."""
MAX_TOLD = 10
"""Of what stands between events and is none: so many are told one by one."""
_BETWEEN = b", \t\r\n\x1e\0"

# Possessive and atomic: they never go back, so they are linear.
_TO_BRACKET = re.compile(rb'(?>[^"{}\[\]]++|"(?>[^"\\]++|(?:\\.)++)*+")*+', re.DOTALL)
_TO_QUOTE = re.compile(rb'(?>[^"\\]++|(?:\\.)++)*+', re.DOTALL)
_OPENING, _CLOSING = re.compile(rb"[{\[]++"), re.compile(rb"[}\]]++")
_KEY = re.compile(rb'"([A-Za-z]{1,20})"\s*:\s*\Z')
_OPEN, _LIST = b"{["
_QUOTE = ord('"')


def objects(blocks: Iterator[bytes]) -> Iterator[Piece]:
    """Yield each event of a document; what is no JSON is a Loss, and reading goes on behind it."""
    reader = _Reader()
    for block in blocks:
        yield from reader.take(block)
    yield from reader.finish()


class _Reader:
    """Follows brackets.

    inside: what is open, outermost first. home: at how many open brackets an object is an event.
    start: where the current event began, -1 between events. envelope: the object at the top keeps its events
    in lists, and is none itself; listed: the reader is in such a list, or at the start of what may be one.
    at: behind the last bracket. scanned: so far there is no other, and that is within a string if in_string.
    skipped: how many brackets are open of an event that is refused; they are counted, not kept.
    """

    def __init__(self) -> None:
        self.text = b""
        self.at = 0
        self.inside: list[int] = []
        self.home = 0
        self.start = -1
        self.start_line = 1
        self.envelope = False
        self.listed = False
        self.scanned = 0
        self.in_string = False
        self.skipped = 0
        self.strange = 0
        self.counted = 0
        self.line = 1
        self.last_line = 0
        self.part = 0

    def take(self, block: bytes) -> Iterator[Piece]:
        """Add a block and yield the events that it completes."""
        self.text += block
        while (place := self._next_bracket()) >= 0:
            if self.skipped:
                self._skip(place)
                continue
            if self.start < 0 and (not self.inside or self._is_among_events()):
                yield from self._say_strange(place)
            bracket = self.text[place]
            if bracket in (_OPEN, _LIST):
                self._enter(bracket, place)
            else:
                yield from self._leave(place)
            self.at = self.scanned = place + 1
            if len(self.inside) > MAX_DEPTH:
                yield Loss(self._line_of(place), DataError("nests too deep", "it is skipped as a whole"))
                self._refuse()
        yield from self._trim()

    def _next_bracket(self) -> int:
        """Return the place of the next bracket outside of strings, or -1 if it is not in the text yet."""
        text = self.text
        if self.in_string:
            end = self.scanned = _TO_QUOTE.match(text, self.scanned).end()  # type: ignore[union-attr]
            if text[end : end + 1] != b'"':
                return -1
            self.in_string = False
            self.scanned = end + 1
        end = self.scanned = _TO_BRACKET.match(text, self.scanned).end()  # type: ignore[union-attr]
        if end == len(text):
            return -1
        if text[end] == _QUOTE:
            self.in_string = True
            self.scanned = _TO_QUOTE.match(text, end + 1).end()  # type: ignore[union-attr]
            return -1
        return end

    def _refuse(self) -> None:
        """From here on skip the event that is being read, or, outside of one, all that is open."""
        if self.start < 0:
            self.home = 0
            self.envelope = self.listed = False
        self.start = -1
        self.skipped = len(self.inside) - self.home
        del self.inside[self.home :]

    def _skip(self, place: int) -> None:
        """Count brackets that open or close in a row at once."""
        if opening := _OPENING.match(self.text, place):
            self.skipped += opening.end() - place
            self.at = self.scanned = opening.end()
            return
        closing = _CLOSING.match(self.text, place)
        closed = min(self.skipped, closing.end() - place if closing else 1)
        self.skipped -= closed
        self.at = self.scanned = place + closed
        if not self.skipped:
            self._settle()

    def _is_among_events(self) -> bool:
        return self.inside[-1] == _LIST and (self.listed or not self.envelope)

    def _enter(self, bracket: int, place: int) -> None:
        depth = len(self.inside)
        if bracket == _LIST:
            if self.start < 0 and not self.envelope and depth == self.home:
                self.home = depth + 1
            if depth == 1 and (self.envelope or (self.start >= 0 and self.home == 0)):
                self.listed = self._has_envelope_key(place)
        elif self.start < 0:
            if depth == self.home and (self.listed or not self.envelope):
                self._begin(place, depth)
        elif self.home == 0:
            if self.listed and depth == 2:
                self.envelope = True
                self._begin(place, depth)
            else:
                self.listed = False
        self.inside.append(bracket)

    def _begin(self, place: int, home: int) -> None:
        self.start, self.start_line, self.home = place, self._line_of(place), home

    def _leave(self, place: int) -> Iterator[Piece]:
        if self.inside:
            self.inside.pop()
        depth = len(self.inside)
        if self.start >= 0 and depth == self.home:
            yield self._record(self.start_line, self.text[self.start : place + 1])
            self.start = -1
        elif self.start < 0 and not self.envelope:
            self.home = min(self.home, depth)
        self._settle()

    def _settle(self) -> None:
        """Forget what held for brackets that are closed."""
        depth = len(self.inside)
        if depth < 2:
            self.listed = False
        if depth == 0:
            self.envelope = False
            self.home = 0

    def _has_envelope_key(self, place: int) -> bool:
        key = _KEY.search(self.text, max(self.at - 64, place - 64, 0), place)
        return key is not None and key[1] in ENVELOPES

    def _record(self, line: int, content: bytes) -> Record:
        self.part = self.part + 1 if line == self.last_line else 1
        self.last_line = line
        return Record(line, content, self.part)

    def _line_of(self, place: int) -> int:
        """Count on from where the count was left: places only grow."""
        self.line += self.text.count(b"\n", self.counted, place)
        self.counted = max(self.counted, place)
        return self.line

    def _say_strange(self, end: int) -> Iterator[Piece]:
        """Between events there are commas and blanks; anything else is no event, and said, the first times."""
        left = self.text[self.at : end].strip(_BETWEEN)
        if values := self._values(left):
            line = self._line_of(self.at)
            yield from (self._record(line, value) for value in values)
        elif left:
            self.strange += 1
            if self.strange <= MAX_TOLD:
                yield Loss(self._line_of(self.at), DataError("not a JSON object", f"{left[:60]!r}"))

    def _values(self, left: bytes) -> list[bytes]:
        """Read what stands in a list as values of JSON: each is a record, though one that no source takes."""
        if not left or not self.inside:
            return []
        try:
            return [orjson.dumps(value) for value in orjson.loads(b"[" + left + b"]")]
        except orjson.JSONDecodeError:
            return []

    def _trim(self) -> Iterator[Piece]:
        """Let go of what is done with; refuse an event that grows over the limit."""
        keep = self.start if self.start >= 0 else self.scanned if self.skipped else self.at
        if len(self.text) - keep > MAX_RECORD:
            yield Loss(self._line_of(keep), too_long(self.text[keep : keep + 60]))
            if self.start >= 0:
                self._refuse()
            keep = self.scanned
        self.at = max(self.at, keep)
        self._line_of(keep)
        self.text = self.text[keep:]
        self.at -= keep
        self.scanned -= keep
        self.counted -= keep
        self.start = min(0, self.start)

    def finish(self) -> Iterator[Piece]:
        """Say what was left open at the end."""
        left = self.text[max(self.start, 0) :].strip()
        if self.skipped:  # said already
            pass
        elif self.start >= 0 or self.inside:
            line = self.start_line if self.start >= 0 else self._line_of(self.at)
            yield Loss(line, DataError("document cut short", f"it ends within {left[:60]!r}"))
        else:
            yield from self._say_strange(len(self.text))
        if self.strange > MAX_TOLD:
            yield Loss(
                self._line_of(len(self.text)), DataError("not a JSON object", f"{self.strange} times in all")
            )
