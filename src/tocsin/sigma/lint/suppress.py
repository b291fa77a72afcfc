"""`# tocsin: ignore[TS101] why`: on the line it concerns, or alone on the line above."""

import re
from dataclasses import dataclass

from tocsin.sigma.lint.file import File

_COMMENT = re.compile(r"#[ \t]*tocsin:[ \t]*ignore(?:\[([^\]\n]{0,200})\])?([^\n]{0,400})")


@dataclass(slots=True)
class Comment:
    """One comment: the codes it silences on `line`, and why. `used`: those that had something to silence."""

    start: int
    end: int
    line: int
    codes: tuple[str, ...]
    reason: str
    used: set[str]


def read_comments(file: File) -> list[Comment]:
    """Find the comments of a file, not those inside a text."""
    if "tocsin:" not in file.text:
        return []
    texts = [span for doc in file.documents for span in _block_texts(file, doc.node)]
    found = []
    for match in _COMMENT.finditer(file.text):
        if not any(start <= match.start() < end for start, end in texts):
            codes = tuple(code.strip().upper() for code in (match[1] or "").split(",") if code.strip())
            line = _concerned(file, match.start())
            found.append(Comment(match.start(), match.end(), line, codes, match[2].strip(), set()))
    return found


def _block_texts(file: File, top: object) -> list[tuple[int, int]]:
    """Spans of texts that a `#` does not end."""
    node_value = getattr(top, "value", None)
    if isinstance(node_value, list):
        inner = [one for pair in node_value for one in (pair if isinstance(pair, tuple) else (pair,))]
        return [span for one in inner for span in _block_texts(file, one)]
    return [file.span(top)] if getattr(top, "style", None) else []  # type: ignore[arg-type]  # a scalar node


def _concerned(file: File, at: int) -> int:
    line = file.place(at)[0]
    if file.text[file.starts[line - 1] : at].strip():
        return line
    while line < len(file.starts):
        line += 1
        text = file.line(line).strip()
        if text and not text.startswith("#"):
            return line
    return line
