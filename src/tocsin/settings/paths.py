"""Paths in the settings. A relative one is meant from the folder of the settings file."""

from pathlib import Path
from typing import Any, Self

from tocsin.settings.quote import quoted


class _Path(str):
    __slots__ = ()

    @classmethod
    def read(cls, value: Any) -> Self:
        if not isinstance(value, str) or not value or "\0" in value:
            raise ValueError(
                f'{quoted(value)} is no path; write a text such as "rules" or "/etc/tocsin/rules"'
            )
        return cls(value)

    def placed(self, toml: Path) -> Self:
        """Return it absolute."""
        return type(self)(toml.parent / self)

    @property
    def path(self) -> Path:
        """As a Path."""
        return Path(self)


class InFile(_Path):
    """A file that must be there."""

    __slots__ = ()


class InPath(_Path):
    """A file or folder that must be there."""

    __slots__ = ()


class OutFolder(_Path):
    """A folder that Tocsin writes to, and makes if it is not there."""

    __slots__ = ()


class Pattern(_Path):
    """A file, or a pattern of files with `*`, `?`, `[…]` or `**`. Files may come later."""

    __slots__ = ()
