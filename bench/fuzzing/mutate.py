"""Real bytes changed in ways that break readers; the same for the same seed, target and number."""

import re
from collections.abc import Callable, Sequence
from random import Random

MOST = 200_000
"""Bytes of an input, about: larger ones are for the sizes that bounds are tested with."""
LOOKED = 20_000
"""Bytes in which a value is looked for: to look for all in a bomb takes longer than to try it."""
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_TEXT = re.compile(rb'"[^"]*"')
_TIME = re.compile(
    rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?|\b1[3-7]\d{8}(?:\d{3})?\b"
)

NUMBERS = (
    b"0", b"-0", b"-1", b"1e999", b"-1e-999", b"NaN", b"-Infinity", b"9" * 400, b"0.1" + b"1" * 400, b"65536",
    b"4294967296", b"9223372036854775808", b"18446744073709551616", b"-9223372036854775809", b"1E400", b"00", b"0x7f",
)  # fmt: skip
TIMES = (
    b"1970-01-01T00:00:00Z", b"1969-12-31T23:59:59Z", b"2200-01-01T00:00:00Z", b"2262-04-12T00:00:00Z",
    b"0000-00-00T00:00:00Z", b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:60.999999999Z", b"2026-02-30T25:61:61",
    b"0", b"7258118400", b"7258118400000", b"99999999999999999999", b"-62135596801", b"1e18",
)  # fmt: skip
"""1970, 2200, and what no calendar has."""
TEXTS = (
    b"\xff\xfe", b"\x00", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\\ud800", b"\\udc00\\ud800", b"\\u0000", b"\\x",
    b"\x1b[31m\x07", "\u202e\u2066".encode(), "İ".encode() * 40, "ﷺ".encode() * 40, "🕢".encode() * 40, b"\r\n", b"\n", b"\t",
    b'"', b"\\", b"'", b"`", b"%s%n", b"../../../etc/passwd", b"' OR 1=1 --", b"{p0:String}", b"null", b"true", b"{}", b"[]",
    b"{" * 600, b"[" * 3_000, b'{"a":' * 600, b"((" * 300, b"a" * 70_000, b"\\" * 5_000, b'\\"' * 2_000, b"a." * 3_000,
    b"*" * 500, b"%" * 500, b"<" * 500, b"tocsin-canary-web-http-1-" + b"0" * 32,
)  # fmt: skip
PIECES = (*NUMBERS, *TIMES, *TEXTS)


class Mutator:
    """Changes samples."""

    def __init__(self, random: Random, samples: Sequence[bytes]) -> None:
        self.random = random
        self.samples = samples
        self._ways: tuple[Callable[[bytes], bytes], ...] = (
            self._flip, self._insert, self._delete, self._repeat, self._splice, self._cut,
            self._swap(_NUMBER, NUMBERS), self._swap(_TIME, TIMES), self._swap(_TEXT, [b'"%s"' % text for text in TEXTS]),
        )  # fmt: skip

    def changed(self, data: bytes, most: int = 4) -> bytes:
        """Return it, changed at some places, now and then at none."""
        for _ in range(self.random.randint(0, most)):
            data = self.random.choice(self._ways)(data)[:MOST]
        return data

    def record(self) -> bytes:
        """Return a sample, changed."""
        return self.changed(self.random.choice(self.samples))

    def noise(self, most: int = 300) -> bytes:
        """Return bytes of which nothing is known."""
        return self.random.randbytes(self.random.randint(0, most))

    def cuts(self, data: bytes, most: int = 6) -> list[bytes]:
        """Return it in pieces; now and then of one byte each."""
        if len(data) <= 2_000 and self.random.random() < 0.1:
            return [data[at : at + 1] for at in range(len(data))]
        places = sorted(self.random.randint(0, len(data)) for _ in range(self.random.randint(0, most)))
        return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]

    def _at(self, data: bytes) -> tuple[int, int]:
        start = self.random.randint(0, len(data))
        return start, min(len(data), start + self.random.choice((1, 1, 2, 4, 16, 100)))

    def _flip(self, data: bytes) -> bytes:
        if not data:
            return data
        at = self.random.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << self.random.randrange(8)]) + data[at + 1 :]

    def _insert(self, data: bytes) -> bytes:
        at, _ = self._at(data)
        made = self.noise(8) if self.random.random() < 0.3 else self.random.choice(PIECES)
        return data[:at] + made + data[at:]

    def _delete(self, data: bytes) -> bytes:
        start, end = self._at(data)
        return data[:start] + data[end:]

    def _repeat(self, data: bytes) -> bytes:
        start, end = self._at(data)
        return data[:end] + data[start:end] * self.random.choice((1, 2, 50, 2_000)) + data[end:]

    def _splice(self, data: bytes) -> bytes:
        other = self.random.choice(self.samples)
        return data[: self._at(data)[0]] + other[self._at(other)[0] :]

    def _cut(self, data: bytes) -> bytes:
        return data[: self._at(data)[0]]

    def _swap(self, pattern: re.Pattern[bytes], others: Sequence[bytes]) -> Callable[[bytes], bytes]:
        def swap(data: bytes) -> bytes:
            begin = self._at(data[:-LOOKED] if len(data) > LOOKED else b"")[0]
            found = [one.span() for one in pattern.finditer(data, begin, begin + LOOKED)]
            if not found:
                return data
            start, end = self.random.choice(found)
            return data[:start] + self.random.choice(others) + data[end:]

        return swap
