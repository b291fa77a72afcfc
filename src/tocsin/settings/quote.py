"""What the operator wrote, shown in a message: short, quoted, and inert in a terminal."""

import re
from typing import Any

from tocsin.model.hidden import plain
from tocsin.settings.shapes import masked

Keys = tuple[str | int, ...]
"""The way to a value: `("inputs", "scm", "listen")`, `("routes", 0, "channels", 2)`."""

_SHOWN = 60
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def quoted(value: Any) -> str:
    """Write a value of a TOML document on one line. A secret that was put in the wrong place stays one."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{plain(masked(value), _SHOWN)}"'
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, list) else plain(str(value)[: _SHOWN + 1], _SHOWN)


def dotted(keys: Keys) -> str:
    """Write a way as TOML would: `routes[0].channels`, `inputs."a b"`."""
    made = ""
    for key in keys:
        if isinstance(key, int):
            made += f"[{key}]"
        else:
            name = key if _BARE.fullmatch(key) and len(key) <= _SHOWN else quoted(key)
            made += f".{name}" if made else name
    return made
