"""Styled lines: with colour on a terminal, plain elsewhere. They are never wrapped or cut."""

import os
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text


def shown(lines: Iterable[Text]) -> None:
    """Write lines to standard output."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    console = Console(
        file=sys.stdout,
        force_terminal=coloured,
        color_system="auto" if coloured else None,
        no_color=not coloured,
        highlight=False,
        markup=False,
        emoji=False,
    )
    for line in lines:
        console.print(line, soft_wrap=True)
