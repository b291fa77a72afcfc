"""The bytes of one connection -> its messages (RFC 6587): counted octets or lines, told by how it begins."""

import re
from typing import NamedTuple

LONGEST_COUNT = 16 << 20
"""A count above this, and above the limit of a message, is no count: the connection is closed."""
ENDS = b"\r\n\0"
"""What is no part of a message at its end. Counts of real senders take the line feed in."""

_DIGITS = len(str(LONGEST_COUNT))
_NOT_TOLD = re.compile(rb"(?:[1-9]\d{0,%d})?" % (_DIGITS - 1)).fullmatch
_COUNTED = re.compile(rb"[1-9]\d{0,%d} " % (_DIGITS - 1)).match


class Messages(NamedTuple):
    """What some bytes brought. cut: how many are only the beginning of a longer one. broken: what follows cannot be read."""

    whole: list[bytes]
    cut: int = 0
    broken: bool = False


class Framing:
    """Takes bytes as they come, however they are split."""

    def __init__(self, limit: int) -> None:
        """limit: bytes of a message; of a longer one the beginning is kept."""
        self._limit = limit
        self._rest = bytearray()
        self._skip = 0
        self._need = 0
        self._skipping = False
        self.counted: bool | None = None
        """Whether octets are counted; None as long as that cannot be told."""

    def feed(self, data: bytes) -> Messages:
        """Return the messages that are whole now."""
        if self.counted is None:
            data = bytes(self._rest) + data
            self._rest.clear()
            if _NOT_TOLD(data):
                self._rest += data
                return Messages([])
            # Lines may begin with a number too: a date, where there is no PRI.
            self.counted = bool(_COUNTED(data))
        return self._octets(data) if self.counted else self._lines(data)

    def close(self) -> Messages:
        """Return the last line, which had no end. Of a counted message that is not whole nothing is returned: broken."""
        rest = bytes(self._rest)
        if self.counted:
            return Messages([], broken=bool(rest or self._skip))
        return self._tidy([] if self._skipping else [rest])

    def _lines(self, data: bytes) -> Messages:
        first, found, data = data.partition(b"\n")
        if not self._skipping:
            self._rest += first
        if not found:
            return self._let_go()
        head = [] if self._skipping else [bytes(self._rest)]
        *lines, last = data.split(b"\n")
        self._skipping = False
        self._rest = bytearray(last)
        made, long = self._tidy(head + lines), self._let_go()
        return Messages(made.whole + long.whole, made.cut + long.cut)

    def _let_go(self) -> Messages:
        """Hand on a beginning that is too long already: what follows it is passed over."""
        if len(self._rest) <= self._limit + len(ENDS):
            return Messages([])
        made = self._tidy([bytes(self._rest)])
        self._rest.clear()
        self._skipping = True
        return made

    def _octets(self, data: bytes) -> Messages:
        passed = min(self._skip, len(data))
        self._skip -= passed
        data = data[passed:]
        if len(self._rest) + len(data) < self._need:
            self._rest += data
            return Messages([])
        data = bytes(self._rest) + data
        self._rest.clear()
        self._need = 0
        found: list[bytes] = []
        at, broken = 0, False
        while at < len(data) and not broken:
            blank = data.find(b" ", at, at + _DIGITS + 1)
            if blank < 0:
                broken = not _NOT_TOLD(data, at)
                break
            count = self._count(data[at:blank])
            begin, end = blank + 1, blank + 1 + count
            broken = not count
            # Of a message above the limit no more than its beginning is waited for.
            wanted = min(end, begin + self._limit + len(ENDS))
            if broken or wanted > len(data):
                self._need = wanted - at
                break
            found.append(data[begin:end])
            self._skip = max(0, end - len(data))
            at = end
        self._rest += data[at:]
        made = self._tidy(found)
        return Messages(made.whole, made.cut, broken)

    def _count(self, digits: bytes) -> int:
        """Return the count, 0 if it is none."""
        count = int(digits) if digits.isdigit() and digits[:1] != b"0" else 0
        return count if count <= max(LONGEST_COUNT, self._limit) else 0

    def _tidy(self, found: list[bytes]) -> Messages:
        whole = [text for one in found if (text := one.rstrip(ENDS))]
        cut = sum(len(text) > self._limit for text in whole)
        if cut:
            whole = [text[: self._limit].rstrip(ENDS) or text[:1] for text in whole]
        return Messages(whole, cut)
