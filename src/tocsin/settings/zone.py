"""Time zones by name."""

from typing import Any, Self
from zoneinfo import ZoneInfo

from tocsin.settings.quote import quoted


class Zone(str):
    """A time zone by its IANA name, `UTC`, `Europe/Berlin`."""

    __slots__ = ()

    @classmethod
    def read(cls, value: Any) -> Self:
        if value == "UTC":  # needs no zone data, which slim containers lack
            return cls(value)
        try:
            # A name that leads out of the zone data, or to a folder in it, raises OSError or ValueError.
            ZoneInfo(value if isinstance(value, str) and value else "\0")
        except (OSError, ValueError, LookupError):
            raise ValueError(
                f'{quoted(value)} is no time zone here; write "UTC" or "Europe/Berlin"'
            ) from None
        return cls(value)

    @property
    def info(self) -> ZoneInfo:
        """The zone for datetime."""
        return ZoneInfo(self)
