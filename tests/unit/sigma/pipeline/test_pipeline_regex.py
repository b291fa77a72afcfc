"""A text that became a regular expression is found in exactly the values that the text fits."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from tocsin.sigma import pattern
from tocsin.sigma.pipeline import text
from tocsin.sigma.pipeline.transformations.replace_string import ReplaceString
from tocsin.sigma.pipeline.transformations.values import ToRegex
from tocsin.sigma.regex import Searcher
from tocsin.sigma.tree import ANY, ONE, Parts, Regex, Text

CHARACTERS = st.sampled_from("aAbB" + string.punctuation + " \n\té")
PARTS = st.lists(st.text(CHARACTERS, min_size=1, max_size=3) | st.sampled_from([ANY, ONE]), max_size=5).map(
    lambda parts: pattern.tidy(tuple(parts))
)


def fits(parts: Parts, value: str) -> bool:
    steps = ("." if part == ONE else ".*" if part == ANY else re.escape(str(part)) for part in parts)
    return re.fullmatch("".join(steps), value, re.DOTALL | re.IGNORECASE) is not None


@given(parts=PARTS.filter(bool), value=st.text(CHARACTERS, max_size=8), data=st.data())
def test_the_regular_expression_means_the_same(parts: Parts, value: str, data: st.DataObject) -> None:
    filled = "".join(
        part if isinstance(part, str) else data.draw(st.text(CHARACTERS, max_size=2)) for part in parts
    )
    (made,) = ToRegex().text(Text(parts)) or ()
    assert isinstance(made, Regex)
    for candidate in (value, filled, filled + "\n"):
        assert Searcher(made.pattern, made.flags).found(candidate) == fits(parts, candidate)


@given(parts=PARTS.filter(lambda parts: not any("\\" in part for part in parts if isinstance(part, str))))
def test_plain_text_without_backslashes_is_read_back(parts: Parts) -> None:
    assert text.read(text.plain(parts)) == parts


@given(parts=PARTS)
def test_replacing_each_character_by_itself_changes_nothing(parts: Parts) -> None:
    untouched = ReplaceString(regex="q", replacement="r")
    assert untouched.text(Text(parts)) == (Text(parts),)
    assert ReplaceString(regex="", replacement="").text(Text(parts)) == (Text(parts),)
