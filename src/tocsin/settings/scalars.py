"""Values that TOML has no type for: durations, sizes, addresses. Each reads text, and writes itself back.

`read` raises ValueError with a text that says what is wrong and what to write; `str()` gives what `read` takes.
"""

import re
from ipaddress import ip_address, ip_network
from typing import Any, Self
from urllib.parse import urlsplit

from msgspec import Struct

from tocsin.settings.quote import quoted

_DURATION = re.compile(r"(\d{1,13})(ms|s|m|h|d|w)", re.ASCII)
_UNITS_MS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_CENTURY_MS = 36_500 * _UNITS_MS["d"]
_SIZE = re.compile(r"(\d{1,15}) ?(B|[kK]B|[MGT]B|[KMGT]iB)", re.ASCII)
_UNITS_B = {"TiB": 1 << 40, "GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10}
_DECIMAL_B = {"TB": 10**12, "GB": 10**9, "MB": 10**6, "kB": 1000, "KB": 1000, "B": 1}
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class Duration(float):
    """A length of time in seconds, written `500ms`, `30s`, `5m`, `4h`, `90d` or `2w`."""

    @classmethod
    def read(cls, value: Any) -> Self:
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if not found or int(found[1]) * _UNITS_MS[found[2]] > _CENTURY_MS:
            raise ValueError(f'{quoted(value)} is no duration; write "500ms", "30s", "5m", "4h" or "90d"')
        return cls(int(found[1]) * _UNITS_MS[found[2]] / 1000)

    def __str__(self) -> str:
        total = round(self * 1000)
        unit = next((one for one, size in _UNITS_MS.items() if one != "w" and total % size == 0), "ms")
        return f"{total // _UNITS_MS[unit]}{unit}" if total else "0s"


class Size(int):
    """A number of bytes, written `512KiB`, `16MiB`, `20GB`."""

    @classmethod
    def read(cls, value: Any) -> Self:
        found = _SIZE.fullmatch(value) if isinstance(value, str) else None
        if not found:
            raise ValueError(f'{quoted(value)} is no size; write "64KiB", "16MiB" or "20GB"')
        return cls(int(found[1]) * (_UNITS_B | _DECIMAL_B)[found[2]])

    def __str__(self) -> str:
        for unit, size in _UNITS_B.items():
            if self and self % size == 0:
                return f"{self // size}{unit}"
        return f"{int(self)}B"


class Listen(Struct, frozen=True):
    """Where to listen: `127.0.0.1:8080`, `[::]:6514`, `localhost:8080`. host is without brackets."""

    host: str
    port: int

    @classmethod
    def read(cls, value: Any) -> Self:
        text = value if isinstance(value, str) else ""
        host, _, port = text.rpartition(":")
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        sound = _is_host(bare) and (":" in bare) == (bare != host)
        if not (sound and port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
            raise ValueError(
                f'{quoted(value)} is no address to listen on; write "127.0.0.1:8080", or "0.0.0.0:8080" for every'
                ' interface, or "[::1]:8080"'
            )
        return cls(bare, int(port))

    @property
    def everywhere(self) -> bool:
        """Whether it is every interface of the machine."""
        return self.host in {"0.0.0.0", "::"}  # noqa: S104 (asked, not bound)

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "localhost" or (_is_ip(self.host) and ip_address(self.host).is_loopback)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_host(text: str) -> bool:
    if _is_ip(text):
        return True
    # 999.1.1.1 would be taken for a name, and be looked up.
    return bool(_HOST.fullmatch(text)) and not text.replace(".", "").isdigit()


class Network(str):
    """A network in CIDR form, `10.0.0.0/8`, `2001:db8::/32`; one address is a network too."""

    __slots__ = ()

    @classmethod
    def read(cls, value: Any) -> Self:
        try:
            # ip_network takes numbers as well: 10 would be 0.0.0.10.
            return cls(ip_network(value if isinstance(value, str) else ""))
        except ValueError:
            raise ValueError(f"{quoted(value)} is no network; write {_likely_network(value)}") from None


def _likely_network(value: Any) -> str:
    try:
        return f'"{ip_network(value, strict=False)}"' if isinstance(value, str) else '"10.0.0.0/8"'
    except ValueError:
        return '"10.0.0.0/8" or "2001:db8::/32"'


class Hours(str):
    """A span of the day, `08:00-18:00`; over midnight, `22:00-06:00`."""

    __slots__ = ()

    @classmethod
    def read(cls, value: Any) -> Self:
        found = _HOURS.fullmatch(value) if isinstance(value, str) else None
        if not found or found.group(1, 2) == found.group(3, 4):
            raise ValueError(f'{quoted(value)} is no span of the day; write "08:00-18:00" or "22:00-06:00"')
        return cls(value)

    @property
    def minutes(self) -> tuple[int, int]:
        """First minute of the day that is in it, and first that is not."""
        first, last = (int(part[:2]) * 60 + int(part[3:]) for part in self.split("-"))
        return first, last


class Address(str):
    """An e-mail address, `oncall@example.com`."""

    __slots__ = ()

    @classmethod
    def read(cls, value: Any) -> Self:
        name, _, host = value.rpartition("@") if isinstance(value, str) else ("", "", "")
        if not (_is_host(host) and re.fullmatch(r"[!-?A-~]{1,64}", name)):
            raise ValueError(f'{quoted(value)} is no e-mail address; write "oncall@example.com"')
        return cls(value)


def is_url(text: str, schemes: tuple[str, ...]) -> bool:
    """Tell whether a text is an absolute URL of one of these schemes, with a host and without white space."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
