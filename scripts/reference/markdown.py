"""What the pages share."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Write a table."""
    cells = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cell(text) for text in row).replace("|  |", "| |") + " |" for row in cells]


def cell(text: str) -> str:
    """Keep a text on one line and inside its cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Write a text as code, nothing as nothing."""
    return f"`{text}`" if text else ""


def joined(lines: Iterable[str]) -> str:
    """Make one text of lines."""
    return "\n".join(lines).rstrip() + "\n"
