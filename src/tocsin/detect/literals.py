"""All literals of a field in one pass over the value, whatever their number."""

from ahocorasick_rs import AhoCorasick, Implementation

_LONG = 512
_ALONE = 16
"""So many literals are sought in a long text faster one by one: each by the processor's widest instructions."""
_PROBES = 8
_PROBE = 128
_FEW = 0.5
_WORTH = 300
"""A literal sought alone costs as much as one hit in so many characters."""


class Literals:
    """Finds which of many lower-case literals a lower-case text holds.

    One Aho-Corasick pass reports every occurrence, so text made of overlapping literals (`aaaa…` for
    `a`, `aa`, `aaa` …) would cost literals x characters. A probe notices, and each literal is then
    sought on its own, which is linear.
    """

    __slots__ = ("automaton", "words")

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.automaton = AhoCorasick(words, implementation=Implementation.ContiguousNFA) if words else None

    def found(self, text: str) -> set[int]:
        """Return the numbers of the literals that are in the text."""
        if self.automaton is None:
            return set()
        if len(text) > _LONG and (len(self.words) <= _ALONE or self._is_dense(text)):
            return {number for number, word in enumerate(self.words) if word in text}
        return {hit[0] for hit in self.automaton.find_matches_as_indexes(text, overlapping=True)}

    def _is_dense(self, text: str) -> bool:
        assert self.automaton is not None  # noqa: S101 (found() has looked)
        step = len(text) // _PROBES + 1
        most = _PROBE * (_FEW + len(self.words) / _WORTH)
        return any(
            len(self.automaton.find_matches_as_indexes(text[at : at + _PROBE], overlapping=True)) > most
            for at in range(0, len(text), step)
        )
