"""What is put into the holes of templates: new ids, and entities and values of growing populations."""

from collections.abc import Callable
from random import Random

from live_load.clock import Clock
from live_load.population import Population
from live_load.template import Hole

_SYLLABLES = (
    b"an",
    b"bel",
    b"cor",
    b"da",
    b"el",
    b"fin",
    b"gar",
    b"ha",
    b"in",
    b"jo",
    b"ka",
    b"lu",
    b"mi",
    b"nor",
)
_POOL = 1 << 14

Draw = Callable[[], bytes]


class Values:
    """All that is drawn for one stream. Populations are common to all kinds of log: one company has them all."""

    def __init__(self, random: Random) -> None:
        self.clock = Clock(random)
        self.populations: dict[str, Population] = {}
        self._random = random
        self._heads = [b"%s-%s-4%s" % (self.hex(8), self.hex(4), self.hex(3)) for _ in range(_POOL)]
        self._tails = [b"-a%s-%s" % (self.hex(3), self.hex(12)) for _ in range(_POOL)]
        self._makers: dict[str, Callable[[bytes], Draw]] = {
            **dict.fromkeys(("iso", "clf", "bsd", "epoch"), self.clock.drawer),
            "uuid": lambda _: self.uuid,
            "hash": self._hash,
            "key": self._key,
            "hex": lambda was: self._few("0x", len(was) - 2, lambda: b"0x" + self.hex(len(was) - 2), 0.7, 50),
            "pod": lambda _: self._few("pod", 0, lambda: b"%s-%s" % (self.hex(10), self.hex(5)), 0.6, 200),
            "home": lambda _: self._person(),
            "name": self._name,
            "node": self._node,
            "ip": self._address,
            "number": self._number,
        }

    def drawer(self, hole: Hole) -> Draw:
        """Return what fills holes of this form."""
        return self._makers[hole.kind](hole.was)

    def uuid(self) -> bytes:
        """Return a new id."""
        uniform = self._random.random
        return self._heads[int(uniform() * _POOL)] + self._tails[int(uniform() * _POOL)]

    def hex(self, digits: int) -> bytes:
        """Return so many random digits."""
        return b"%0*x" % (digits, self._random.getrandbits(digits * 4))

    def _few(self, kind: str, size: int, make: Draw, growth: float, start: int) -> Draw:
        known = self.populations.get(f"{kind} {size}")
        if known is None:
            known = Population(self._random, make, growth=growth, start=start)
            self.populations[f"{kind} {size}"] = known
        return known.draw

    def _below(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low))

    def _word(self) -> bytes:
        return b"".join(self._random.choices(_SYLLABLES, k=self._below(2, 6)))

    def _person(self) -> Draw:
        return self._few("person", 0, self._word, 0.45, 200)

    def _name(self, was: bytes) -> Draw:
        """An e-mail address keeps its domain."""
        _, at, domain = was.partition(b"@")
        draw, rest = self._person(), at + domain
        return (lambda: draw() + rest) if rest else draw

    def _node(self, was: bytes) -> Draw:
        """A full host name keeps its domain."""
        _, dot, domain = was.partition(b".")
        draw = self._few("host", 0, lambda: b"%s-%02d" % (self._word(), self._below(0, 100)), 0.4, 50)
        rest = dot + domain
        return (lambda: draw() + rest) if rest else draw

    def _address(self, was: bytes) -> Draw:
        """An inside address stays in its network."""
        if was.startswith((b"10.", b"192.168.", b"172.")):
            head = b".".join(was.split(b".")[:2])
            return self._few(head.decode(), 2, lambda: head + self._octets(2), 0.4, 50)
        return self._few("outside", 4, lambda: b"%d" % self._below(11, 126) + self._octets(3), 0.65, 500)

    def _octets(self, count: int) -> bytes:
        return b"".join([b".%d" % self._below(1, 255) for _ in range(count)])

    def _number(self, was: bytes) -> Draw:
        low, high = 10 ** (len(was) - 1), 10 ** len(was)
        return self._few("number", len(was), lambda: b"%d" % self._below(low, high), 0.7, 50)

    def _hash(self, was: bytes) -> Draw:
        size = len(was)
        if was.islower():
            return self._few("hash", size, lambda: self.hex(size), 0.6, 50)
        return self._few("HASH", size, lambda: self.hex(size).upper(), 0.6, 50)

    def _key(self, was: bytes) -> Draw:
        head = was[:4]
        return self._few(head.decode(), 16, lambda: head + self.hex(16).upper(), 0.6, 50)
