"""A pattern that covers another matches everything that one does."""

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.near import distance, nearest
from tocsin.sigma import pattern
from tocsin.sigma.lint.cover import covers

PATTERN = st.text(alphabet="ab*?", max_size=6)
TEXT = st.text(alphabet="ab", max_size=6)


@given(PATTERN, PATTERN, TEXT)
def test_covered_means_matched(broad: str, narrow: str, text: str) -> None:
    if covers(pattern.parse(broad), pattern.parse(narrow)) and fnmatchcase(text, narrow):
        assert fnmatchcase(text, broad)


@given(PATTERN, TEXT)
def test_a_text_is_covered_exactly_when_it_matches(broad: str, text: str) -> None:
    assert covers(pattern.parse(broad), pattern.parse(text)) == fnmatchcase(text, broad)


def test_distance_counts_a_swap_as_one() -> None:
    assert distance("widnows", "windows", 2) == 1
    assert distance("abc", "xyz", 1) == 2


def test_nearest_is_silent_when_nothing_is_near() -> None:
    assert nearest("CommndLine", ["CommandLine", "Image"]) == "CommandLine"
    assert nearest("User", ["CommandLine", "Image"]) == ""
