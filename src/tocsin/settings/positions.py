"""Where each key and value of a TOML document stands: tomllib does not say.

It is for a text that tomllib has read: such a text is sound, so only the places of keys have to be told.
"""

import re
import tomllib
from bisect import bisect_right
from typing import NamedTuple

from tocsin.settings.quote import Keys

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*+")
_SPACE = re.compile(r"[ \t]*+")
_KEY = re.compile(r'"(?:\\.|[^"\\\n])*+"|\'[^\'\n]*+\'|[A-Za-z0-9_-]++')
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'  # a text may end in two quotes of its own
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*+"'
    r"|'[^']*+'"
    r"|[^\[{,\]}#\r\n][^,\]}#\r\n]*+",
    re.DOTALL,
)


class Place(NamedTuple):
    """From 1, in characters."""

    line: int
    column: int


class _Spot(NamedTuple):
    key: int
    value: int


class Positions:
    """The places of one document."""

    def __init__(self, text: str) -> None:
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._spots = _Scanner(text).scan()

    def find(self, keys: Keys, *, on_key: bool = False) -> Place:
        """Return where a value (or its key) begins; of one that is not there, where its table does."""
        for length in range(len(keys), 0, -1):
            spot = self._spots.get(keys[:length])
            if spot:
                return self._place(spot.key if on_key or length < len(keys) else spot.value)
        return Place(1, 1)

    def _place(self, at: int) -> Place:
        line = bisect_right(self._lines, at)
        return Place(line, at - self._lines[line - 1] + 1)


class _Scanner:
    """Walks the text once. `spots` keeps the first place of a key: that is where a reader looks."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.spots: dict[Keys, _Spot] = {}
        self.elements: dict[Keys, int] = {}
        """Arrays of tables: how many elements they have so far."""

    def scan(self) -> dict[Keys, _Spot]:
        table: Keys = ()
        while self._skip() < len(self.text):
            start = self.at
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            if self.at == start:  # not TOML: what was found so far is better than nothing
                break
        return self.spots

    def _header(self) -> Keys:
        start = self.at
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        names = self._names()
        keys: Keys = ()
        for name in names:
            keys = self._inside((*keys, name))
        if many:
            whole = (*self._parent(names), names[-1]) if names else ()
            self.elements[whole] = self.elements.get(whole, 0) + 1
            self._put(whole, start, start)
            keys = self._inside(whole)
        self._put(keys, start, start)
        self.at = self.text.find("]", self.at) + (2 if many else 1) or len(self.text)
        return keys

    def _parent(self, names: list[str]) -> Keys:
        keys: Keys = ()
        for name in names[:-1]:
            keys = self._inside((*keys, name))
        return keys

    def _inside(self, keys: Keys) -> Keys:
        """An array of tables goes on in its last element."""
        return (*keys, self.elements[keys] - 1) if keys in self.elements else keys

    def _pair(self, table: Keys) -> None:
        start = self.at
        names = self._names()
        if self.text[self.at : self.at + 1] != "=" or not names:
            return
        self.at += 1
        self._skip()
        for length in range(1, len(names) + 1):
            self._put((*table, *names[:length]), start, self.at)
        self._value((*table, *names))

    def _names(self) -> list[str]:
        """Read a dotted key and the space around it."""
        names: list[str] = []
        while True:
            self._match(_SPACE)
            found = self._match(_KEY)
            if not found:
                return names
            names.append(_name(found))
            self._match(_SPACE)
            if self.text[self.at : self.at + 1] != ".":
                return names
            self.at += 1

    def _value(self, keys: Keys) -> None:
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self._array(keys)
        elif first == "{":
            self._inline(keys)
        else:
            self._match(_SCALAR)

    def _array(self, keys: Keys) -> None:
        self.at += 1
        index = 0
        while self._more("]"):
            start = self.at
            self._put((*keys, index), start, start)
            self._value((*keys, index))
            if self.at == start:
                return
            index += 1

    def _inline(self, keys: Keys) -> None:
        self.at += 1
        while self._more("}"):
            start = self.at
            self._pair(keys)
            if self.at == start:
                return

    def _more(self, end: str) -> bool:
        """Tell whether another element comes; passes the comma before it, or the end."""
        self._skip()
        if self.text[self.at : self.at + 1] == ",":
            self.at += 1
            self._skip()
        if self.text[self.at : self.at + 1] == end:
            self.at += 1
            return False
        return self.at < len(self.text)

    def _skip(self) -> int:
        self._match(_BLANK)
        return self.at

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if not found:
            return ""
        self.at = found.end()
        return found[0]

    def _put(self, keys: Keys, key: int, value: int) -> None:
        self.spots.setdefault(keys, _Spot(key, value))


def _name(key: str) -> str:
    """Return what a bare or quoted key says."""
    try:
        return str(tomllib.loads(f"k={key}")["k"]) if key[0] in "\"'" else key
    except tomllib.TOMLDecodeError:
        return key
