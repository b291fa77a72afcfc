"""Regular expressions in linear time: RE2, guarded by the literal text that any match must contain.

What RE2 cannot express (look-around, back-references) runs on `re` only if its shape bounds the work,
on values up to a length that keeps it under the limit; anything else is refused when the rule loads.
"""

import re
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2

from tocsin.errors import ContentError

_CAPS = {0: 4_000, 1: 1_000, 2: 200}
"""Unbounded repeats in a pattern outside RE2 -> the longest value it is tried on."""
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class Searcher:
    """One compiled expression: `found(text)`."""

    __slots__ = ("cap", "linear", "search")

    def __init__(self, pattern: str, flags: str) -> None:
        self.linear = True
        self.cap = 0
        try:
            self.search = _compile_linear(pattern, flags).search
        except re2.error as refusal:
            self.linear = False
            self.cap = _bounded(pattern, flags, str(refusal))
            self.search = re.compile(pattern, _python_flags(flags)).search

    def found(self, text: str) -> bool:
        """Tell whether the expression is found anywhere in the text."""
        if self.cap and len(text) > self.cap:
            text = text[: self.cap]
        return self.search(text) is not None


def _compile_linear(pattern: str, flags: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    # RE2 has no option for `m` outside POSIX syntax, but takes it inline.
    return re2.compile(f"(?m){pattern}" if "m" in flags else pattern, options)


def _python_flags(flags: str) -> int:
    total = re.ASCII
    for flag in flags:
        total |= _FLAGS[flag]
    return int(total)


def _bounded(pattern: str, flags: str, refusal: str) -> int:
    try:
        tree = parser.parse(pattern, _python_flags(flags))
    except (re.error, RecursionError, OverflowError):
        raise ContentError(f"`{pattern}` is no regular expression: {refusal}") from None
    repeats = _repeats(tree, inside=False)
    if repeats not in _CAPS:
        raise ContentError(
            f"`{pattern}` cannot be searched in linear time ({refusal}) and its repeats could take for ever; "
            "write it without look-around and back-references"
        )
    return _CAPS[repeats]


def _repeats(tree: Any, *, inside: bool) -> int:
    """Count unbounded repeats; one within another counts as too many."""
    total = 0
    for op, argument in tree:
        if op in {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT}:
            _, most, inner = argument
            wide = most is ops.MAXREPEAT or most > 10
            if wide and inside:
                return 99
            total += wide + _repeats(inner, inside=inside or wide)
        else:
            total += sum(_repeats(inner, inside=inside) for inner in _children(op, argument))
    return total


def _children(op: Any, argument: Any) -> list[Any]:
    if op is ops.SUBPATTERN:
        return [argument[3]]
    if op is ops.ATOMIC_GROUP:
        return [argument]
    if op is ops.BRANCH:
        return list(argument[1])
    if op in {ops.ASSERT, ops.ASSERT_NOT}:
        return [argument[1]]
    if op is ops.GROUPREF_EXISTS:
        return [inner for inner in argument[1:] if inner is not None]
    return []


@lru_cache(maxsize=4096)
def searcher(pattern: str, flags: str) -> Searcher:
    """Compile once; raises ContentError for what is no expression or cannot be bounded."""
    return Searcher(pattern, flags)


@lru_cache(maxsize=4096)
def required_literal(pattern: str, flags: str) -> str:
    """Return the longest text, in lower case, that the lower-cased value must contain; "" if none is known."""
    if "[:" in pattern:  # RE2 reads [[:alpha:]] as a class, the parser used here as another
        return ""
    try:
        tree = parser.parse(pattern, _python_flags(flags))
    except (re.error, RecursionError, OverflowError):
        return ""
    runs: list[str] = []
    _collect(tree, runs, [], folded=bool(tree.state.flags & re.IGNORECASE))
    return max(runs, key=len, default="")


def _collect(tree: Any, runs: list[str], run: list[str], *, folded: bool) -> None:
    for op, argument in tree:
        if op is ops.LITERAL and _keepable(argument, folded=folded):
            run.append(chr(argument).lower())
            continue
        if op is ops.SUBPATTERN and not argument[1] and not argument[2]:
            _collect(argument[3], runs, run, folded=folded)
            continue
        if op is not ops.AT:  # an anchor takes no characters: the run goes on
            _flush(runs, run)
        if op in {ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT} and argument[0] > 0:
            _collect(argument[2], runs, [], folded=folded)
    _flush(runs, run)


def _flush(runs: list[str], run: list[str]) -> None:
    if run:
        runs.append("".join(run))
        run.clear()


def _keepable(code: int, *, folded: bool) -> bool:
    """Only ASCII; and with `i`, not k and s, which also match the Kelvin sign and the long s."""
    return code < 128 and not (folded and chr(code) in "kKsS")
