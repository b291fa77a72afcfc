"""Regular expressions of pipelines are Python's: they run once a rule, on what the operator's own rules say."""

import re


def expression(pattern: str) -> re.Pattern[str]:
    """Compile; raises ValueError that says what is wrong."""
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"`{pattern}` is no regular expression: {error}") from None


def check_replacement(pattern: str, replacement: str) -> None:
    """Raise ValueError if the replacement refers to a group that the pattern lacks."""
    try:
        expression(pattern).sub(replacement, "")
    except (re.error, IndexError) as error:
        raise ValueError(f"`{replacement}` does not fit `{pattern}`: {error}") from None
