"""A made-up company with a fixed seed: who is there, what is called how, what time it is."""

from datetime import UTC, datetime, timedelta
from random import Random

START = datetime(2026, 3, 2, 6, 0, 0, tzinfo=UTC)
_SYLLABLES = (
    "an",
    "bel",
    "cor",
    "da",
    "el",
    "fin",
    "gar",
    "ha",
    "in",
    "jo",
    "ka",
    "lu",
    "mi",
    "nor",
    "os",
    "pe",
)
_BROWSERS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_{} like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
    "kube-probe/1.{}",
)


class World:
    """The users, hosts and addresses of a made-up company: few are busy, many are rare."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 (made-up events, not secrets)
        self.users = [self.word() for _ in range(400)]
        self.hosts = [f"{self.word()}-{number:02}" for number in range(120)]
        self.addresses = [self.address() for _ in range(8_000)]
        self.agents = [self.pick(_BROWSERS).format(self.number(90, 150)) for _ in range(120)]
        self.clock = START

    def number(self, low: int, high: int) -> int:
        """Return a whole number from low to below high."""
        return low + int(self.random.random() * (high - low))

    def pick(self, values: "tuple[str, ...] | list[str]") -> str:
        """Return one of the values, the first ones far more often."""
        return values[int(len(values) * self.random.random() ** 3)]

    def word(self) -> str:
        """Return a made-up name."""
        return "".join(self.random.choices(_SYLLABLES, k=self.number(2, 5)))

    def hex(self, digits: int) -> str:
        """Return so many random digits."""
        return f"{self.random.getrandbits(digits * 4):0{digits}x}"

    def uuid(self) -> str:
        """Return a random id."""
        text = self.hex(32)
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def address(self) -> str:
        """Return a new IPv4 address."""
        bits = self.random.getrandbits(32)
        return f"{bits >> 24 or 7}.{bits >> 16 & 255}.{bits >> 8 & 255}.{bits & 255}"

    def now(self) -> datetime:
        """Let some time pass."""
        self.clock += timedelta(milliseconds=self.number(1, 400))
        return self.clock
