"""The time it is now, in whatever form a log has it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

_ISO = re.compile(rb"(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?")
_POOL = 1 << 12


class Clock:
    """Writes one moment in many forms. A second has its text once; its fractions differ from event to event."""

    def __init__(self, random: Random) -> None:
        self._uniform = random.random
        self._fractions = {
            digits: [b"%0*d" % (digits, int(self._uniform() * 10**digits)) for _ in range(_POOL)]
            for digits in range(1, 10)
        }
        self._second = -1
        self._texts: dict[bytes, bytes] = {}
        self._forms: dict[bytes, Callable[[datetime], bytes]] = {}

    def set(self, seconds: float) -> None:
        """Let it be so many seconds since 1970."""
        if int(seconds) != self._second:
            self._second = int(seconds)
            now = datetime.fromtimestamp(self._second, UTC)
            self._texts = {form: write(now) for form, write in self._forms.items()}

    def drawer(self, was: bytes) -> Callable[[], bytes]:
        """Return what writes the time in the form of this text."""
        if was[:1] == b"1" and was[2:3].isdigit():
            return self._epoch(was)
        iso = _ISO.fullmatch(was)
        if iso is None:
            return self._plain(was)
        form = b"%%Y-%%m-%%d%s%%H:%%M:%%S" % iso[2]
        self._add(form, lambda now: now.strftime(form.decode()).encode())
        zone = b"" if not iso[5] else b"Z" if iso[5] == b"Z" else b"+00:00" if b":" in iso[5] else b"+0000"
        return self._with_fraction(form, len(iso[4] or b""), zone)

    def _plain(self, was: bytes) -> Callable[[], bytes]:
        """Without fractions: an access log's form, or old syslog's with what stands before it."""
        priority = was[: was.find(b">") + 1]
        form = b"%d/%b/%Y:%H:%M:%S +0000" if b"/" in was else priority + b"%b %e %H:%M:%S"
        self._add(form, lambda now: now.strftime(form.decode()).encode())
        return lambda: self._texts[form]

    def _epoch(self, was: bytes) -> Callable[[], bytes]:
        self._add(b"epoch", lambda now: b"%d" % int(now.timestamp()))
        whole, dot, rest = was.partition(b".")
        if dot:
            return self._with_fraction(b"epoch", len(rest), b"")
        fractions, uniform = self._fractions[3], self._uniform
        if len(whole) == 10:
            return lambda: self._texts[b"epoch"]
        return lambda: self._texts[b"epoch"] + fractions[int(uniform() * _POOL)]

    def _with_fraction(self, form: bytes, digits: int, zone: bytes) -> Callable[[], bytes]:
        if not digits:
            return lambda: self._texts[form] + zone
        fractions, uniform = self._fractions[digits], self._uniform
        return lambda: b"%s.%s%s" % (self._texts[form], fractions[int(uniform() * _POOL)], zone)

    def _add(self, form: bytes, write: Callable[[datetime], bytes]) -> None:
        self._forms[form] = write
        self._second = -1
