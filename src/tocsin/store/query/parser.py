"""A query as a tree.

query = [or] · or = and {"or" and} · and = not {["and"] not} · not = "not" not | "(" or ")" | field value | value
Values of a list are parsed the same way: the field stands before each of them.
"""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import cast

from tocsin.errors import QueryError
from tocsin.store.query.lexer import Kind, Lexer, Token
from tocsin.store.query.mistake import mistake
from tocsin.store.query.tree import (
    EVERYTHING,
    And,
    Compare,
    Exists,
    Is,
    Node,
    Not,
    Operator,
    Or,
    Text,
    Within,
)

MAX_TERMS = 200
"""Conditions of a query."""
MAX_DEPTH = 30
"""Parentheses and `not` within one another."""
_ENDS = (Kind.END, Kind.CLOSE)


def parse(query: str) -> Node:
    """Return the tree; raises QueryError."""
    return _Parser(query).whole()


class _Parser:
    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens = list(Lexer(query).tokens())
        self._next = 0
        self._terms = 0
        self._depth = 0

    def whole(self) -> Node:
        if len(self._tokens) == 1:
            return EVERYTHING
        node = self._either(None)
        if self._token.kind is not Kind.END:
            raise self._wrong("no parenthesis is open here; delete this one")
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _wrong(self, what: str, token: Token | None = None) -> QueryError:
        return mistake(self._query, (token or self._token).at, what)

    def _either(self, field: Token | None) -> Node:
        items = [self._all(field)]
        while self._token.kind is Kind.OR:
            self._take()
            items.append(self._all(field))
        return items[0] if len(items) == 1 else Or(tuple(items))

    def _all(self, field: Token | None) -> Node:
        items = [self._one(field)]
        while self._token.kind not in (*_ENDS, Kind.OR):
            joined = self._token.kind is Kind.AND
            if field and not joined:
                raise self._wrong('write "or" between the values of a list, or quotes around all of them')
            if joined:
                self._take()
            items.append(self._one(field))
        return items[0] if len(items) == 1 else And(tuple(items))

    def _one(self, field: Token | None) -> Node:
        token = self._take()
        if token.kind is Kind.NOT:
            return Not(self._deeper(token, lambda: self._one(field)))
        if token.kind is Kind.OPEN:
            return self._deeper(token, lambda: self._closed(token, field))
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._wrong(f"a query has at most {MAX_TERMS} conditions", token)
        if token.kind is Kind.FIELD:
            return self._of(token)
        if token.kind is Kind.VALUE:
            return self._valued(field, token) if field else _text(token)
        raise self._wrong("something to look for is missing here; a word, or name:value", token)

    def _deeper(self, token: Token, go: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._wrong(f"a query is at most {MAX_DEPTH} levels deep", token)
        node = go()
        self._depth -= 1
        return node

    def _closed(self, opened: Token, field: Token | None) -> Node:
        node = self._either(field)
        if self._token.kind is not Kind.CLOSE:
            raise self._wrong("this parenthesis is not closed", opened)
        self._take()
        return node

    def _of(self, field: Token) -> Node:
        """Read what follows a field."""
        token = self._take()
        if token.kind is Kind.OPERATOR:
            value = self._take()
            if value.kind is not Kind.VALUE:
                raise self._wrong("a comparison needs one number or time", value)
            return Compare(field.text, cast("Operator", token.text), value.text, value.at)
        if token.kind is Kind.SPAN:
            low, high = token.text.split(" ")
            ends: list[Node] = []
            if low != "*":
                ends.append(Compare(field.text, ">=", low, token.at))
            if high != "*":
                ends.append(Compare(field.text, "<=", high, token.at))
            return And(tuple(ends)) if ends else Exists(field.text, field.at)
        if token.kind is Kind.OPEN:
            return self._deeper(token, lambda: self._closed(token, field))
        return self._valued(field, token)

    def _valued(self, field: Token, value: Token) -> Node:
        if field.text == "exists" and not field.quoted:
            return Exists(value.text, value.at)
        if value.text.startswith("//") and not value.quoted:
            raise self._wrong("put quotes around an address of the web", field)
        if not value.quoted and value.pattern == ("", ""):
            return Exists(field.text, value.at)
        network = None if value.quoted else _network(value.text)
        if network is not None:
            return Within(field.text, network, value.at)
        return Is(field.text, value.pattern, value.at)


def _text(token: Token) -> Node:
    if not any(token.pattern):
        return EVERYTHING
    return Text(token.pattern, token.at)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    if "/" in text:
        with suppress(ValueError):
            return ip_network(text, strict=False)
    return None
