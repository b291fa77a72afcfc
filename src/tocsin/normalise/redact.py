"""Known shapes of secrets are taken out of raw records, before they are stored or shown to anybody.

What names the kind stays, and a keyed hash takes the place of the rest: `ghp_[redacted:9f3ac2d1]`. The same secret
has the same hash wherever it stands, so it can be followed; without the key a guess cannot be tried. What was put
in is plain ASCII without quotes and backslashes: JSON stays JSON.
"""

import hashlib
import json
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from tocsin.normalise.named_secrets import Span, named
from tocsin.normalise.secrets import NAMED_WORDS, PRIVATE_KEY, SHAPES, compiled

AT_ONCE = 24
"""Words of one search. With more of them it loses its vector instructions: 72 at once take 3 µs for 1 KB, thrice 24
take 0.5 µs."""
MIN_KEY = 16
"""Bytes of a key, at least."""
_DONE = compiled(r"\[redacted:[0-9a-f]{8}\]")


class Redactor:
    """Redacts batches of records.

    key: of the installation, secret; with another one the same secret has another hash.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY:
            raise ValueError(f"a key has {MIN_KEY} bytes at least")
        self._key = hashlib.sha256(key).digest()
        owners: dict[bytes, set[int]] = {}
        for number, words in enumerate([*(shape.words for shape in SHAPES), NAMED_WORDS]):
            for word in words:
                owners.setdefault(word, set()).add(number)
        self._searches = [
            (
                BytesAhoCorasick(few, matchkind=MatchKind.LeftmostFirst),
                [frozenset(owners[word]) for word in few],
            )
            for few in batches(list(owners))
        ]

    def __call__(self, records: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
        """Return the records without their secrets, and how many there were. What has none is not copied."""
        concerned = self._concerned(records)
        if not concerned:
            return records, 0
        made, count = list(records), 0
        for row, shapes in concerned.items():
            made[row], found = self._redacted(records[row], shapes)
            count += found
        return (made, count) if count else (records, 0)

    def _concerned(self, records: Sequence[bytes]) -> dict[int, set[int]]:
        """Return row -> the shapes of which it has a word."""
        whole, found = b"\n".join(records), dict[int, set[int]]()
        ends: list[int] = []
        for search, owners in self._searches:
            for word, start, _ in search.find_matches_as_indexes(whole):
                ends = ends or list(accumulate(len(record) + 1 for record in records))
                found.setdefault(bisect(ends, start), set()).update(owners[word])
        return found

    def _redacted(self, record: bytes, shapes: Iterable[int]) -> tuple[bytes, int]:
        parts, at, count = [], 0, 0
        for span in joined(span for number in shapes for span in _spans(number, record)):
            start, end, quote = span
            if _DONE.fullmatch(record[start:end]):
                continue
            inner = _of_a_kind(record, span, shapes)
            parts += [record[at:start], quote, self._mark(record[inner.start : inner.end]), quote]
            at = end
            count += 1
        return b"".join([*parts, record[at:]]), count

    def _mark(self, secret: bytes) -> bytes:
        """Return what stands for a secret; how JSON writes it does not count."""
        digest = hashlib.blake2b(_bare(secret), key=self._key, digest_size=4).hexdigest()
        return b"[redacted:%s]" % digest.encode()


def batches(words: list[bytes]) -> list[list[bytes]]:
    """Return the words of each search. Of one search no two overlap, unless they are of the same shape: it finds all."""
    return [words[at : at + AT_ONCE] for at in range(0, len(words), AT_ONCE)]


def _spans(number: int, record: bytes) -> Iterator[Span]:
    if number == len(SHAPES):
        yield from named(record)
        return
    for found in SHAPES[number].pattern.finditer(record):
        yield _of_shape(number, record, *found.span(1))


def _of_a_kind(record: bytes, span: Span, shapes: Iterable[int]) -> Span:
    """Return what counts for the hash: of a named secret that is a token, what is a token's. Named or not, it is the same."""
    for number in shapes:
        found = number < len(SHAPES) and SHAPES[number].pattern.fullmatch(record, span.start, span.end)
        if found:
            return _of_shape(number, record, *found.span(1))
    return span


def _of_shape(number: int, record: bytes, start: int, end: int) -> Span:
    return Span(start, _end_of_key(record, start, end) if number == PRIVATE_KEY else end)


def _end_of_key(record: bytes, start: int, end: int) -> int:
    """A key ends where its end is written; without that, with the last character that may be of one."""
    written = record.find(b"-----END", start, end)
    return end if written < 0 else written


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, with those that overlap made one."""
    made: list[Span] = []
    for span in sorted(spans):
        if made and span.start < made[-1].end:
            made[-1] = made[-1]._replace(end=max(made[-1].end, span.end))
        else:
            made.append(span)
    return made


def _bare(secret: bytes) -> bytes:
    """Return a secret without line breaks and JSON's escapes: however it is written, it is the same one."""
    try:
        return b"".join(json.loads(b'"%s"' % secret).encode().split())
    except ValueError:
        return b"".join(secret.split())
