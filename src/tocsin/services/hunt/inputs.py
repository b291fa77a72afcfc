"""The files to read: what the paths stand for, without the files that the hunt itself writes."""

import sys
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.intake.containers import STDIN
from tocsin.intake.paths import find_files
from tocsin.services.hunt.setup import Options


def inputs_of(options: Options) -> list[str]:
    """List the files; raises ConfigError where the hunt would write over what it reads."""
    outputs = [path for path in options.outputs if Path(path).is_file()]
    found = []
    for path in find_files(options.paths):
        if path == STDIN and sys.stdin is None:
            raise ConfigError("-: standard input is closed")
        over = next((output for output in outputs if path != STDIN and _is_same(path, output)), None)
        if over is None:
            found.append(path)
        elif path in options.paths:
            raise ConfigError(f"{over}: is read, so it cannot be written to")
    return found  # a report of an earlier hunt that lies among the logs is no log


def _is_same(path: str, other: str) -> bool:
    try:
        return Path(path).samefile(other)
    except OSError:
        return False
