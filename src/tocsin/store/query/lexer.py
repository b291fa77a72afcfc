r"""A query as tokens.

What a character means depends on what stands before it: after `name:` colons belong to the value (`fe80::1`,
`arn:aws:s3`), and inside its parentheses too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from tocsin.errors import QueryError
from tocsin.store.query.mistake import mistake
from tocsin.store.query.tree import Pattern

MAX_QUERY = 4_096
"""Characters of a query."""


class Kind(Enum):
    """What a token is."""

    OPEN = "("
    CLOSE = ")"
    AND = "and"
    OR = "or"
    NOT = "not"
    FIELD = "a field"
    OPERATOR = "a comparison"
    VALUE = "a value"
    SPAN = "a range"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query. text: with escapes undone. pattern: of a value. quoted: it was, so nothing in it is special."""

    kind: Kind
    at: int
    text: str = ""
    pattern: Pattern = ()
    quoted: bool = False


_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([A-Za-z_@][\w.@$/-]*):")
_QUOTED_FIELD = re.compile(r'"((?:[^"\\]|\\.)*)":', re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_OPERATOR = re.compile(r">=|<=|>|<")
_SPAN = re.compile(r"\[\s*([^\]\s]+)\s+to\s+([^\]\s]+)\s*\]", re.IGNORECASE)
_WORD = re.compile(r'(?:[^\s()"\\]|\\.)+', re.DOTALL)
# A backslash before anything else is one: paths of Windows can be written as they are.
_ESCAPE = re.compile(r'\\(["\\*() ])')
_KEYWORDS = {"and": Kind.AND, "or": Kind.OR, "not": Kind.NOT}


class Lexer:
    """Reads a query once, from left to right."""

    def __init__(self, query: str) -> None:
        if len(query) > MAX_QUERY:
            raise mistake(query, MAX_QUERY, f"a query has at most {MAX_QUERY:,} characters")
        if _SURROGATE.search(query):
            raise QueryError("a query is text of UTF-8; this one has bytes that are none")
        self._query = query
        self._at = 0
        self._lists = 0  # parentheses that are open within a field's list of values

    def tokens(self) -> Iterator[Token]:
        """Yield all tokens; the last is the end. Raises QueryError."""
        while True:
            if space := _SPACE.match(self._query, self._at):
                self._at = space.end()
            if self._at >= len(self._query):
                yield Token(Kind.END, self._at)
                return
            if not self._lists and (field := self._field()):
                yield field
                yield from self._after_field()
            else:
                yield self._plain()

    def _field(self) -> Token | None:
        found = _FIELD.match(self._query, self._at)
        quoted = None if found else _QUOTED_FIELD.match(self._query, self._at)
        either = found or quoted
        if either is None:
            return None
        at, self._at = self._at, either.end()
        return Token(Kind.FIELD, at, _ESCAPE.sub(r"\1", either[1]), quoted=quoted is not None)

    def _after_field(self) -> Iterator[Token]:
        """Yield what follows a field at once: a comparison, a range, a list's parenthesis, or its value."""
        operator = _OPERATOR.match(self._query, self._at)
        if operator:
            yield Token(Kind.OPERATOR, self._at, operator[0])
            self._at = operator.end()
        span = _SPAN.match(self._query, self._at)
        if span:
            yield Token(Kind.SPAN, self._at, f"{span[1]} {span[2]}")
            self._at = span.end()
            return
        if self._query.startswith("[", self._at):
            raise mistake(
                self._query, self._at, "a range is written [1 to 1024]; put quotes around other values"
            )
        if self._query.startswith("(", self._at):
            self._lists = 1
            yield self._sign(Kind.OPEN)
        elif _QUOTED.match(self._query, self._at) or _WORD.match(self._query, self._at):
            yield self._value()
        else:
            raise mistake(
                self._query, self._at, 'a value is missing; write name:value, name:"two words" or name:*'
            )

    def _plain(self) -> Token:
        sign = self._query[self._at]
        if sign == "(":
            self._lists += bool(self._lists)
            return self._sign(Kind.OPEN)
        if sign == ")":
            self._lists -= bool(self._lists)
            return self._sign(Kind.CLOSE)
        return self._value(keywords=True)

    def _sign(self, kind: Kind) -> Token:
        self._at += 1
        return Token(kind, self._at - 1)

    def _value(self, *, keywords: bool = False) -> Token:
        at = self._at
        if quoted := _QUOTED.match(self._query, at):
            self._at = quoted.end()
            text = _ESCAPE.sub(r"\1", quoted[1])
            return Token(Kind.VALUE, at, text, (text,), quoted=True)
        word = _WORD.match(self._query, at)
        if word is None:
            what = "this quote is not closed" if self._query[at] == '"' else "nothing follows this backslash"
            raise mistake(self._query, at, f'{what}; write \\" or \\\\ for the sign itself')
        self._at = word.end()
        if keywords and (kind := _KEYWORDS.get(word[0].lower())):
            return Token(kind, at, word[0])
        return Token(Kind.VALUE, at, _ESCAPE.sub(r"\1", word[0]), tuple(_pieces(word[0])))


def _pieces(word: str) -> Iterator[str]:
    """Cut a word at its stars, but not at those behind a backslash."""
    piece, star = "", False
    for found in re.finditer(r'\\["\\*() ]|.', word, re.DOTALL):
        sign = found[0]
        if sign != "*":
            piece, star = piece + (sign if len(sign) == 1 else sign[1]), False
        elif not star:  # several stars say no more than one
            yield piece
            piece, star = "", True
    yield piece
