"""The condition line: `selection and not 1 of filter_*` -> a tree over the named detections."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from tocsin.errors import ContentError
from tocsin.sigma.tree import Node, Not, both, either

_TOKEN = re.compile(r"\s*(?:([()|])|([^\s()|]+))")
_MAX_DEPTH = 100
MAX_WORDS = 10_000
"""Brackets among them. No public rule has a hundred."""


class _Reader:
    """Recursive descent: or < and < not < operand."""

    def __init__(self, text: str, named: Mapping[str, Node]) -> None:
        self.tokens = [found[1] or found[2] for found in _TOKEN.finditer(text)]
        self.at = 0
        self.named = named
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise ContentError("the condition ends too early")
        self.at += 1
        return token

    def read_or(self) -> Node:
        items = [self.read_and()]
        while self.peek().lower() == "or":
            self.take()
            items.append(self.read_and())
        return either(tuple(items))

    def read_and(self) -> Node:
        items = [self.read_not()]
        while self.peek().lower() == "and":
            self.take()
            items.append(self.read_not())
        return both(tuple(items))

    def read_not(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise ContentError(f"the condition nests deeper than {_MAX_DEPTH}")
        try:
            if self.peek().lower() == "not":
                self.take()
                return Not(self.read_not())
            return self.read_operand()
        finally:
            self.depth -= 1

    def read_operand(self) -> Node:
        token = self.take()
        if token == "(":
            inner = self.read_or()
            if self.peek() != ")":
                raise ContentError("a `(` in the condition is not closed")
            self.take()
            return inner
        if self.peek().lower() == "of" and token.lower() in {"1", "any", "all"}:
            self.take()
            return self.read_of(token.lower())
        if token in self.named:
            return self.named[token]
        raise ContentError(_unknown(token, self.named))

    def read_of(self, quantity: str) -> Node:
        target = self.take()
        # Names that start with `_` are filters' and helpers' own: a wildcard must ask for them.
        items = tuple(
            node
            for name, node in self.named.items()
            if (target == "them" or fnmatchcase(name, target))
            and (target.startswith("_") or not name.startswith("_"))
        )
        if not items:
            raise ContentError(f"`{quantity} of {target}` fits no detection; there are {_list(self.named)}")
        return both(items) if quantity == "all" else either(items)


def parse(text: str, named: Mapping[str, Node]) -> Node:
    """Read one condition over the named detections."""
    reader = _Reader(text, named)
    if len(reader.tokens) > MAX_WORDS:
        raise ContentError(f"a condition of {len(reader.tokens)} words; it has at most {MAX_WORDS}")
    if not reader.tokens:
        raise ContentError("the condition is empty")
    if "|" in reader.tokens:
        raise ContentError("`| count() …` is no longer Sigma; write a correlation rule (type: event_count)")
    node = reader.read_or()
    if reader.peek():
        raise ContentError(f"`{reader.peek()}` is not expected here in the condition `{text}`")
    return node


def _unknown(token: str, named: Mapping[str, Node]) -> str:
    if token in {")", "and", "or", "of"}:
        return f"`{token}` is not expected here in the condition"
    return f"the condition names `{token}`, which is no detection; there are {_list(named)}"


def _list(named: Mapping[str, Node]) -> str:
    return ", ".join(f"`{name}`" for name in named) or "none"
