"""Checks of regular expressions under `|re`."""

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

import re2

from tocsin.sigma.lint.check import ItemCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.lint.items import Item, Value

_PLAIN = re.compile(r"(?:[^\\.^$*+?{}\[\]|()]|\\[^A-Za-z0-9])+")
_OPEN_START = re.compile(r"\^?(?:\.\*\??|\.\+\??(?=\.\*))")
_OPEN_END = re.compile(r"(?<!\\)\.\*\??\$?$")
_NESTED = re.compile(r"\((?:\?:)?(?:\\.|\[[^\]\\]*\]|[^\\()\[\]])[+*]\)(?:[+*]|\{\d+,\})")


@lru_cache(maxsize=4096)
def _trouble(pattern: str) -> tuple[str, str]:
    """Return why RE2 refuses the pattern, and why Python's `re` does."""
    options = re2.Options()
    options.log_errors = False
    linear = slow = ""
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        linear = _words(error)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        slow = str(error)
    return linear, slow


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _patterns(item: Item) -> tuple[Value, ...]:
    return tuple(value for value in item.values if value.text) if "re" in item.modifiers else ()


class RegexInvalid(ItemCheck):
    code, name, severity = "TS361", "regex-invalid", Severity.ERROR
    summary = "The regular expression is none."
    explain = "No engine can compile it. A wildcard such as `*` belongs to plain values, not under `|re`."
    bad = """
        detection:
            selection:
                CommandLine|re: '-hide(-window'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|re: '-hide(-window)?[0-9]'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in _patterns(item):
            linear, slow = _trouble(value.text)
            if linear and slow:
                yield doc.at(value.node, f"no regular expression: {slow}")


class RegexNotLinear(ItemCheck):
    code, name, severity = "TS362", "regex-not-linear", Severity.WARNING
    summary = "RE2 cannot run the regular expression, so it runs on a slower engine."
    explain = """
        Look-around and back-references have no linear-time form. The expression then runs on a backtracking
        engine, on the first part of a value only, because hostile input could hold it up for hours.
    """
    bad = """
        detection:
            selection:
                CommandLine|re: '-hide(?!-window)'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|re: '-hide(?:$|[^-])'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in _patterns(item):
            linear, slow = _trouble(value.text)
            if linear and not slow:
                yield doc.at(
                    value.node, f"not linear ({linear}): runs on the slower engine, with a length limit"
                )


class RegexPlain(ItemCheck):
    code, name, severity = "TS363", "regex-plain", Severity.INFO
    summary = "The regular expression is a plain text."
    explain = "`|contains` says the same, faster; with `|cased` if upper and lower case must differ, as under `|re`."
    bad = r"""
        detection:
            selection:
                CommandLine|re: 'hide\.window'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains: 'hide.window'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in _patterns(item):
            if _PLAIN.fullmatch(value.text):
                yield doc.at(value.node, "a plain text; `contains` says the same")


class RegexOpenEnds(ItemCheck):
    code, name, severity = "TS364", "regex-open-ends", Severity.INFO
    summary = "The regular expression begins or ends with `.*`."
    explain = "An expression is looked for anywhere in the value; `.*` at an end only costs time."
    bad = """
        detection:
            selection:
                CommandLine|re: '.*-hide[0-9].*'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|re: '-hide[0-9]'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in _patterns(item):
            if _OPEN_START.match(value.text) or _OPEN_END.search(value.text):
                yield doc.at(value.node, "`.*` at an end adds nothing: the expression is looked for anywhere")


class RegexNested(ItemCheck):
    code, name, severity = "TS365", "regex-nested-quantifier", Severity.WARNING
    summary = "A repeated group that holds nothing but a repetition: `(a+)+`."
    explain = "On a backtracking engine its cost doubles with each character. One repetition says the same."
    bad = """
        detection:
            selection:
                CommandLine|re: '(?:a+)+hide'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|re: 'a+hide'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in _patterns(item):
            if found := _NESTED.search(value.text):
                yield doc.at(value.node, f"`{found[0]}`: a repetition of a repetition; one says the same")
