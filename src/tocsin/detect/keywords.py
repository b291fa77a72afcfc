"""Which records could hold a keyword at all: a search over raw bytes.

Keywords look at every value of an event, so without a guard one keyword rule would cost more than all
others together. Each keyword stands in by a few characters that any match must contain, in both cases;
a short list of such literals is what the native search finds at several bytes a nanosecond.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import re2
from ahocorasick_rs import BytesAhoCorasick, MatchKind

from tocsin.detect.deciding import deciding
from tocsin.detect.whole_literals import Alone, Whole, places_hit, places_of
from tocsin.sigma.regex import required_literal
from tocsin.sigma.tree import Node, Regex, Test, Text

MOST = 56
"""More literals than this and the native search leaves its fast path: then it looks for whole keywords."""
_WIDTHS = (3, 4, 5)
_MOST_LETTERS = 3
"""Each letter doubles the spellings."""
_ESCAPED = frozenset('\\"/')
"""What JSON writes with a backslash, or may."""
_FOLDED = frozenset("ki")
"""What characters outside ASCII fold to: the Kelvin sign, the dotted capital I."""
_COMMON = frozenset("etaoinsrlcdmpu0123456789.-_: ")
"""Frequent in logs: a stand-in without them is met less often by chance."""
_NUMERIC = re.compile(r"[+-]?\d*\.?\d*(?:e[+-]?\d*)?", re.ASCII).fullmatch
"""Part of a number's text, which JSON may write in another way; 127.0.0.1 is none."""
_REWRITTEN = rb"[:\[,]\s*-?(?:[\d.]{17}|\d*\.0000|\d[\d.]*e)"
"""Numbers of which the text is not the one that JSON has: 1e3 is compared as 1000."""
ESCAPES = (b"\\u00", b"\\u01", b"\\u21")
"""JSON may write any ASCII character as \\u00xx, and those two as well: such records get the full look."""


def stand_ins(tests: Iterable[Test]) -> list[bytes]:
    """Return literals of which every record that one of the tests holds for has one; [] if there are none."""
    windows = {
        literal: set() if _is_numeric(literal) else _windows(literal) for literal in map(_literal, tests)
    }
    if not windows or not all(windows.values()):
        return []
    for care in (1e6, 1e5, 1e4, 0):  # rare ones if there is room, else few ones
        words = _cover(windows, care)
        spelt = {case.encode() for word in words for case in _cases(word)}
        if len(spelt) + len(ESCAPES) <= MOST:
            return [*sorted(spelt), *ESCAPES]
    return []


def _cover(windows: dict[str, set[str]], care: float) -> list[str]:
    """Choose windows so that each literal has one: again and again the cheapest for those that it serves."""
    left = dict(windows)
    chosen = []
    while left:
        serves = Counter(word for words in left.values() for word in words)
        best = min(sorted(serves), key=lambda word: (len(_cases(word)) + care * _chance(word)) / serves[word])
        chosen.append(best)
        left = {literal: words for literal, words in left.items() if best not in words}
    return chosen


def deciding_keywords(nodes: Iterable[Node]) -> list[Test]:
    """Return the keywords of conditions that must be looked for; while none holds, no other one matters."""
    return deciding(nodes, lambda test: _chance(_literal(test)))


class KeywordGuard:
    """Tells which records of a batch are worth a full look.

    plain: whether keywords see a record as it is (a line), and not what JSON says in it.
    """

    def __init__(self, tests: Sequence[Test], *, plain: bool = False) -> None:
        words = [] if plain else stand_ins(tests)
        self.places_in = _by_stand_ins(words) if words else _by_literals(tests, plain=plain)

    def places(self, records: Sequence[bytes], rows: Sequence[int]) -> list[int]:
        """Return the places in `rows` whose records may hold a keyword."""
        return sorted(self.places_in([records[row] for row in rows]))


PlacesIn: TypeAlias = Callable[[Sequence[bytes]], Iterable[int]]


def _by_stand_ins(words: list[bytes]) -> PlacesIn:
    search = BytesAhoCorasick(words, matchkind=MatchKind.LeftmostFirst).find_matches_as_indexes
    return lambda records: places_hit(records, search(b"\n".join(records)))


def _by_literals(tests: Sequence[Test], *, plain: bool) -> PlacesIn:
    # Records are joined by line breaks: no literal may reach from one into the next.
    literals = {test: max(_literal(test).split("\n"), key=len) for test in tests}
    whole = Whole(filter(None, literals.values()))
    if plain:
        alone = [test for test, literal in literals.items() if not literal]
        if not alone:
            return whole.places
        holds = Alone(alone).holds
        return lambda records: whole.places(records) | places_of(records, holds)
    if any(map(_is_numeric, literals.values())):
        return lambda records: range(len(records))
    # What JSON writes in another way than a line, it writes with a backslash.
    return lambda records: whole.places(records) | places_of(records, _escapes)


def _escapes(record: bytes) -> bool:
    return b"\\" in record


class KeywordFilter:
    """Looks at one record closer: whether it has the whole of some keyword's literal, in any case."""

    def __init__(self, tests: Sequence[Test]) -> None:
        runs = sorted({_longest_run(_literal(test)) for test in tests})
        self._search = None
        if runs and "" not in runs:
            options = re2.Options()
            options.case_sensitive = False
            options.encoding = re2.Options.Encoding.LATIN1
            escaped = [re2.escape(text) for text in (*(run.encode() for run in runs), *ESCAPES)]
            escaped += [_REWRITTEN] if any(map(_is_numeric, runs)) else []
            self._search = re2.compile(b"|".join(escaped), options).search

    def may_hold(self, record: bytes) -> bool:
        """Tell whether a keyword may be in the record; sure when it says no."""
        return self._search is None or not record.isascii() or self._search(record) is not None


def _is_numeric(literal: str) -> bool:
    return _NUMERIC(literal) is not None


def _longest_run(literal: str) -> str:
    kept = "".join(
        char if char.isascii() and char.isprintable() and char not in _ESCAPED else "\n" for char in literal
    )
    return max(kept.split("\n"), key=len)


def _literal(test: Test) -> str:
    if isinstance(test, Regex):
        return required_literal(test.pattern, test.flags)
    if isinstance(test, Text):
        return max((part.lower() for part in test.parts if isinstance(part, str)), key=len, default="")
    return ""


def _windows(literal: str) -> set[str]:
    """Return what may stand in for a literal: stretches that raw bytes hold as they are, but for the case."""
    unsafe = _ESCAPED | _FOLDED
    kept = "".join(
        char if char.isascii() and char.isprintable() and char not in unsafe else "\n" for char in literal
    )
    found = (kept[at : at + width] for width in _WIDTHS for at in range(len(kept) - width + 1))
    return {word for word in found if "\n" not in word and sum(map(str.isalpha, word)) <= _MOST_LETTERS}


def _chance(word: str) -> float:
    chance = 1.0
    for char in word:
        chance *= 0.04 if char in _COMMON else 0.008
    return chance


def _cases(word: str) -> list[str]:
    return ["".join(choice) for choice in itertools.product(*({char.lower(), char.upper()} for char in word))]
