"""Regular expressions: linear or bounded, and the literal that guards each is in every text it is found in."""

import time
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.detect.values import fold
from tocsin.errors import ContentError
from tocsin.sigma.regex import required_literal, searcher

ATOMS = [
    "a",
    "b",
    "K",
    "k",
    "S",
    "s",
    "é",
    "\u03a3",
    "\\.",
    "\\d",
    "\\w",
    "\\b",
    ".",
    "^",
    "$",
    "[ab]",
    "[^a]",
    "[]a]",
    "[[:alpha:]]",
]
ATOMS += [
    "[[:digit:]a]",
    "\\x61",
    "\\141",
    "\\Qa.b\\E",
    "\\pL",
    "{",
    "{1",
    "{,2}",
    "]",
    "}",
    "\\A",
    "\\z",
    "[[a]",
    "[a\\]b]",
    "ab",
    "KS",
]
ATOMS += ["\\C", "\\x{61}", "\\a", "\\-", "[\\d-z]", "(?s).", "[a-\\d]", "\\1", "\\Z", "(?#a)"]
SUFFIXES = [
    "",
    "",
    "",
    "*",
    "+",
    "?",
    "{2}",
    "{0,1}",
    "{2,}",
    "{0}",
    "*?",
    "+?",
    "??",
    "++",
    "**",
    "{,3}",
    "{1}{2}",
]
GROUPS = [
    "({})",
    "(?:{})",
    "(?i:{})",
    "(?-i:{})",
    "(?P<n>{})",
    "(?i){}",
    "{}|{}",
    "(?:{}|{})",
    "(?={})",
    "(?!{})",
    "(?<={})",
    "(?s:{})",
    "(?>{})",
]
PIECES = st.tuples(st.sampled_from(ATOMS), st.sampled_from(SUFFIXES)).map("".join)
PATTERNS = st.recursive(
    st.lists(PIECES, max_size=4).map("".join),
    lambda inner: st.tuples(st.sampled_from(GROUPS), inner, inner, inner, st.sampled_from(SUFFIXES)).map(
        lambda parts: parts[3] + parts[0].format(*([parts[1], parts[2]][: parts[0].count("{}")])) + parts[4]
    ),
    max_leaves=5,
)
TEXTS = st.text("abKkSs\u212a\u017f\u03a3\u03c3\u03c2\u0130é.]}{1,2 \n\x07-zAB", max_size=12)
FLAGS = st.sampled_from(["", "i", "m", "s", "im", "ims"])


@settings(max_examples=200, deadline=None)
@given(pattern=PATTERNS, texts=st.lists(TEXTS, min_size=1, max_size=8), flags=FLAGS)
@example(pattern="[[:alpha:]]x", texts=["ax"], flags="")
@example(pattern="task", texts=["TAS\u212a", "TA\u017fK"], flags="i")
@example(pattern="\u03a3a", texts=["\u03a3a"], flags="")
def test_what_is_found_has_the_literal(pattern: str, texts: list[str], flags: str) -> None:
    try:
        search = searcher(pattern, flags)
    except ContentError:
        return
    literal = required_literal(pattern, flags)
    assert literal == literal.lower()
    for text in texts:
        if search.found(text):
            assert literal in fold(text)


@pytest.mark.parametrize(
    ("pattern", "flags", "literal"),
    [
        ("evil", "", "evil"),
        ("EVIL", "", "evil"),
        (r"C:\\Users\\.*\\evil\.exe", "", "c:\\users\\"),
        ("(?:abc)d", "", "abcd"),
        ("a(bc)+d", "", "bc"),
        ("(?:ab)?cd", "", "cd"),
        ("^abc$", "", "abc"),
        ("abc|abd", "", "ab"),
        ("abc|xyz", "", ""),
        ("taskkill", "i", "ill"),
        ("(?i)nettle", "", "nettle"),
        ("(?i:nettle)s", "", "s"),
        ("naïves", "", "ves"),
        ("[ab]c", "", "c"),
        ("(?=abc)x", "", "x"),
    ],
)
def test_literal(pattern: str, flags: str, literal: str) -> None:
    assert required_literal(pattern, flags) == literal


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(a|a?)+$",
        "(.*a){20}",
        "(a*)*b",
        "([a-zA-Z]+)*$",
        "(x+x+)+y",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ],
)
def test_nested_repeats_are_linear(pattern: str) -> None:
    search = searcher(pattern, "")
    assert search.linear
    assert search.cap == 0


@pytest.mark.parametrize(
    ("pattern", "cap"),
    [
        ("user(?!name)", 4_000),
        (r"(?<=x)(a|b)\1", 1_000),
        (r"(\w+) \1", 150),
        ("(?=.*a)(?=.*b)", 500),
        ("(?!x).*a.*b", 100),
        ("x{9999}", 1_000),
        ("(?>a+)b", 1_000),
    ],
)
def test_what_is_not_linear_sees_the_beginning(pattern: str, cap: int) -> None:
    search = searcher(pattern, "")
    assert not search.linear
    assert search.cap == cap


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)(b+)+",
        "(?!x)(?:a?){30}a{30}",
        "(?!x)" + "a?" * 30 + "a" * 30,
        "(?!x)(?:a|a){12}(?:a|a){12}b",
        "(?!x)(.*a){12}",
        "(?!x).*a.*b.*c.*d",
        r"(a*)*\1b",
        r"(?:(a|ab)(c|bcd)\1)*d*e*f*",
    ],
)
def test_what_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ContentError, match="for ever"):
        searcher(pattern, "")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a", "missing )"),
        ("*a", "nothing to repeat"),
        ("[z-a]", "bad character range"),
        ("a\\", "bad escape"),
        ("(?<=a+)b", "look-behind requires fixed-width"),
        ("a{2,1}", "min repeat greater than max"),
        ("(?=a)" + "(" * 5000 + ")" * 5000, "no regular expression"),
    ],
)
def test_what_is_no_expression(pattern: str, reason: str) -> None:
    with pytest.raises(ContentError, match="no regular expression") as caught:
        searcher(pattern, "")
    assert reason in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(pattern=PATTERNS, flags=FLAGS)
def test_any_text_compiles_or_is_refused(pattern: str, flags: str) -> None:
    with warnings.catch_warnings(action="error"):
        try:
            search = searcher(pattern, flags)
        except ContentError:
            return
    began = time.process_time()
    for bait in ("a" * 65_536, "ab" * 32_768, "aK.\n" * 16_384):
        search.found(bait)
    assert time.process_time() - began < 3  # generous: the target is 50 ms for each
