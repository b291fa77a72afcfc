"""Which records could hold a keyword at all: one pass over a whole batch of raw bytes.

Keywords look at every value of an event, so without a guard one keyword rule would cost more than all
others together. Each keyword stands in by three characters that any match must contain, in both cases;
a short list of such literals is what the native search finds at several bytes a nanosecond.
"""

import itertools
from bisect import bisect_right
from collections.abc import Sequence

import re2
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from tocsin.detect.regex import required_literal
from tocsin.sigma.tree import Regex, Test, Text

_MOST = 60
"""More literals than this and the native search leaves its fast path: then nothing is guarded."""
_WIDTH = 3
_ESCAPED = frozenset('\\"/')
"""What JSON writes with a backslash, or may."""
_FOLDED = frozenset("ki")
"""What characters outside ASCII fold to: the Kelvin sign, the dotted capital I."""
_REWRITTEN = re2.compile(rb"[:\[,]\s*-?(?:\d{17}|\d*\.(?:\d{16}|0000)|\d[\d.]*[eE])")
"""Numbers whose text is not the one that JSON has: 1e3 is compared as 1000."""
_NUMERIC = frozenset("0123456789+-.e")
_ESCAPES = [b"\\u00", b"\\u01", b"\\u21"]
"""JSON may write any ASCII character as \\u00xx, and those two as well: such records get the full look."""


class KeywordGuard:
    """Tells which records are worth a full look; `useful` is False when it cannot tell."""

    def __init__(self, tests: Sequence[Test]) -> None:
        literals = [_literal(test) for test in tests]
        stand_ins = {_stand_in(literal) for literal in literals}
        spelt = {case.encode() for word in stand_ins for case in _cases(word)}
        self._numeric = any(_NUMERIC.issuperset(literal) for literal in literals)
        self.useful = bool(tests) and "" not in stand_ins and len(spelt) < _MOST
        if self.useful:
            self._first = BytesAhoCorasick([*sorted(spelt), *_ESCAPES], matchkind=MatchKind.LeftmostFirst)
            runs = sorted({_safe_run(literal, _ESCAPED).encode() for literal in literals})
            self._second = BytesAhoCorasick([*runs, *_ESCAPES])

    def rows(self, records: Sequence[bytes], rows: Sequence[int]) -> set[int]:
        """Return the places in `rows` whose records may hold a keyword."""
        chosen = [records[row] for row in rows]
        ends = list(itertools.accumulate(len(record) + 1 for record in chosen))
        hits = self._first.find_matches_as_indexes(b"\n".join(chosen))
        places = {bisect_right(ends, hit[1]) for hit in hits}
        found = {place for place in places if self._looks_like_one(chosen[place])}
        if self._numeric and _REWRITTEN.search(b"\n".join(chosen)):
            found |= {place for place, record in enumerate(chosen) if _REWRITTEN.search(record)}
        return found

    def _looks_like_one(self, record: bytes) -> bool:
        return not record.isascii() or bool(self._second.find_matches_as_indexes(record.lower()))


def _literal(test: Test) -> str:
    if isinstance(test, Regex):
        return required_literal(test.pattern, test.flags)
    if isinstance(test, Text):
        return max((part.lower() for part in test.parts if isinstance(part, str)), key=len, default="")
    return ""


def _safe_run(literal: str, unsafe: frozenset[str]) -> str:
    """Return the longest stretch that raw bytes hold as it is."""
    kept = "".join(
        char if char.isascii() and char.isprintable() and char not in unsafe else "\n" for char in literal
    )
    return max(kept.split("\n"), key=len)


def _stand_in(literal: str) -> str:
    run = _safe_run(literal, _ESCAPED | _FOLDED)
    windows = [run[at : at + _WIDTH] for at in range(len(run) - _WIDTH + 1)]
    return min(windows, key=lambda word: sum(char.isalpha() for char in word), default="")


def _cases(word: str) -> list[str]:
    return ["".join(choice) for choice in itertools.product(*({char.lower(), char.upper()} for char in word))]
