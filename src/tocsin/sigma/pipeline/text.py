r"""Patterns as the plain text that pipelines look at: `C:\Win*`, with `\*` for a star that is one.

Only wildcards are escaped, not backslashes: pySigma's rendering, which pipelines are written against.
"""

import re

from tocsin.sigma import pattern
from tocsin.sigma.tree import ANY, Parts

_LITERAL_BACKSLASH = re.compile(r"\\(?![*?])")


def pieces(parts: Parts) -> list[tuple[str, str | int]]:
    """Split a pattern into its characters and wildcards: (as plain text, as a part)."""
    found: list[tuple[str, str | int]] = []
    for part in parts:
        if isinstance(part, int):
            found.append(("*" if part == ANY else "?", part))
        else:
            found += ((f"\\{char}" if char in "*?" else char, char) for char in part)
    return found


def plain(parts: Parts) -> str:
    """Render a pattern."""
    return "".join(
        ("*" if part == ANY else "?")
        if isinstance(part, int)
        else part.replace("*", r"\*").replace("?", r"\?")
        for part in parts
    )


def read(text: str) -> Parts:
    """Read plain text back."""
    return pattern.parse(_LITERAL_BACKSLASH.sub(r"\\\\", text))
