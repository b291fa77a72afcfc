"""Secrets that are known by their shape, wherever they stand."""

import re
from collections.abc import Iterator

_SHAPES = {
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}",
    "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{16,}",
    "a Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    "a Slack webhook": r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{16,}",
    "an AWS key": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----",
    "a signing secret": r"\bwhsec_[A-Za-z0-9+/=]{16,}",
}
_SHAPE = re.compile("|".join(f"({shape})" for shape in _SHAPES.values()))
_NAMES = tuple(_SHAPES)


def shapes(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield line and column (from 1), and what it looks like; never the secret."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in _SHAPE.finditer(line):
            yield number, found.start() + 1, _NAMES[(found.lastindex or 1) - 1]


def masked(text: str) -> str:
    """Return the text without the secrets in it that are known by their shape."""
    return _SHAPE.sub("(a secret)", text)
