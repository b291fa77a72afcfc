"""Texts written as YAML scalars, the way rules write them: plain, or in single quotes."""

import re

import yaml

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._/()-]*[A-Za-z0-9._/()-]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


def quote(text: str) -> str:
    """Write a text as YAML: plain if it then reads as the same text, else in single quotes; numbers plain."""
    if _NUMBER.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    return "'" + text.replace("'", "''") + "'"
