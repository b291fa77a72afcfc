"""All literals of a field in one pass over the value, whatever their number."""

from ahocorasick_rs import AhoCorasick, Implementation

_DENSE = 8
"""More hits than this a character, and overlapping literals are being fed to us on purpose."""
_PROBE = 512


class Literals:
    """Finds which of many lower-case literals a lower-case text holds, and where.

    One Aho-Corasick pass reports every occurrence, so text made of overlapping literals (`aaaa…` for
    `a`, `aa`, `aaa` …) would cost literals x characters. A probe notices, and each literal is then
    sought on its own, which is linear.
    """

    __slots__ = ("automaton", "longest", "words")

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.longest = max(map(len, words), default=0)
        self.automaton = AhoCorasick(words, implementation=Implementation.ContiguousNFA) if words else None

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """Return (word, start, end) of every occurrence; of a dense text, the ones that matter."""
        if self.automaton is None:
            return []
        if len(text) <= _PROBE:
            return self.automaton.find_matches_as_indexes(text, overlapping=True)
        if self._is_dense(text):
            return self._one_by_one(text)
        return self.automaton.find_matches_as_indexes(text, overlapping=True)

    def _is_dense(self, text: str) -> bool:
        assert self.automaton is not None  # noqa: S101 (hits() has looked)
        step = max(len(text) // 8, _PROBE)
        return any(
            len(self.automaton.find_matches_as_indexes(text[at : at + _PROBE], overlapping=True))
            > _DENSE * _PROBE
            for at in range(0, len(text), step)
        )

    def _one_by_one(self, text: str) -> list[tuple[int, int, int]]:
        """First and last place of each literal: all that contains, startswith and endswith ask for."""
        found = []
        for number, word in enumerate(self.words):
            start = text.find(word)
            if start >= 0:
                found.append((number, start, start + len(word)))
                if text.endswith(word):
                    found.append((number, len(text) - len(word), len(text)))
        return found
