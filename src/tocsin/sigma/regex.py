"""Regular expressions in linear time: RE2, guarded by the literal text that any match must contain.

What RE2 cannot express (look-around, back-references) runs on `re` only if its shape bounds the work,
on values up to a length that keeps it under the limit; anything else is refused when the rule loads.
"""

import re
import warnings
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2

from tocsin.errors import ContentError
from tocsin.sigma.backtracking import steps

_CAPS = (4_000, 2_000, 1_000, 500, 200, 150, 100)
"""Of a value, so many characters are searched for a pattern outside RE2: the most that its shape allows."""
_STEPS = 4_000_000
"""Some 50 ms of backtracking."""
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class Searcher:
    """One compiled expression: `found(text)`."""

    __slots__ = ("cap", "linear", "search")

    def __init__(self, pattern: str, flags: str) -> None:
        self.linear = True
        self.cap = 0
        try:
            self.search = _compile_linear(pattern, flags).search
        except re2.error:
            self.linear = False
            self.cap, self.search = _bounded(pattern, flags)

    def found(self, text: str) -> bool:
        """Tell whether the expression is found anywhere in the text."""
        if self.linear:  # as bytes: of a text, RE2's module works out where in it the match is
            return self.search(text.encode()) is not None
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


def _parsed(pattern: str, flags: str) -> Any:
    with warnings.catch_warnings(action="ignore"):  # of signs that Python may give a meaning to one day
        return parser.parse(pattern, _python_flags(flags))


def _bounded(pattern: str, flags: str) -> tuple[int, Any]:
    """Return the longest value to search, and the search."""
    try:
        tree = _parsed(pattern, flags)
        with warnings.catch_warnings(action="ignore"):
            search = re.compile(pattern, _python_flags(flags)).search
    except (re.error, RecursionError, OverflowError) as error:
        raise ContentError(f"`{pattern}` is no regular expression: {error}") from None
    cap = next((cap for cap in _CAPS if steps(tree, cap) <= _STEPS), 0)
    if not cap:
        raise ContentError(
            f"`{pattern}` cannot be searched in linear time and its repeats could take for ever; "
            "write it without look-around and back-references"
        )
    return cap, search


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
        tree = _parsed(pattern, flags)
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
