"""A glance at a record's raw bytes: what its route seems to be, and whether it may hold a certain text.

One native pass looks for the keys of the route and for stand-ins of keywords together. Whatever the
glance says is confirmed by decoding: it may be wrong, it only must be quick.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from ahocorasick_rs import BytesAhoCorasick, MatchKind

Hint: TypeAlias = tuple[bytes, ...]

_NUMBER = 6
"""Of a value that is no text, so many bytes are taken: numbers that tell routes apart are short."""


class Seen(NamedTuple):
    """What was seen of a batch. hints: for each record the values behind the keys, as they stand in the bytes.

    marked: rows of the records that may hold one of the words.
    """

    hints: list[Hint]
    marked: list[int]


class Glance:
    """Looks at records. keys: the JSON keys to read; words: texts of which one makes a record `marked`."""

    def __init__(self, keys: Sequence[bytes], words: Sequence[bytes]) -> None:
        self.needles = [b'"' + key + b'":' for key in keys]
        # A text's opening quote belongs to its needle: of two needles at one place the first in the list counts.
        self.patterns = [*(needle + b'"' for needle in self.needles), *self.needles, *words]
        self._scan = BytesAhoCorasick(self.patterns, matchkind=MatchKind.LeftmostFirst) if words else None

    def over(self, records: Sequence[bytes]) -> Seen:
        """Look at each record of a batch."""
        if self._scan is None:  # with few patterns the native search is slower than plain finds
            return Seen(
                [tuple([_after(record, needle) for needle in self.needles]) for record in records], []
            )
        scan = self._scan.find_matches_as_indexes
        seen = Seen([], [])
        add = seen.hints.append
        usual = 2 if len(self.needles) == 2 else -1
        for row, record in enumerate(records):
            hits = scan(record)
            if len(hits) == usual:
                # The commonest case, spelt out, since this runs once an event: a text and a number.
                (one, _, at), (other, _, to) = hits
                if one == 0 and other == 3:
                    add((record[at : record.find(b'"', at)], record[to : to + _NUMBER]))
                    continue
                if one == 3 and other == 0:
                    add((record[to : record.find(b'"', to)], record[at : at + _NUMBER]))
                    continue
            add(self._in_full(row, record, hits, seen.marked))
        return seen

    def _in_full(self, row: int, record: bytes, hits: list[tuple[int, int, int]], marked: list[int]) -> Hint:
        keys = len(self.needles)
        found: list[bytes | None] = [None] * keys
        if hits and max(hits)[0] >= 2 * keys:
            marked.append(row)
        for number, _, end in hits:
            if number >= 2 * keys:
                continue
            if found[number % keys] is None:
                is_text = number < keys
                found[number % keys] = (
                    record[end : record.find(b'"', end)] if is_text else record[end : end + _NUMBER]
                )
        return tuple([value or b"" for value in found])


def _after(record: bytes, needle: bytes) -> bytes:
    at = record.find(needle)
    if at < 0:
        return b""
    at += len(needle)
    if record[at : at + 1] == b'"':
        return record[at + 1 : record.find(b'"', at + 1)]
    return record[at : at + _NUMBER]
