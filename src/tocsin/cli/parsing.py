"""What several commands read from their arguments."""

import argparse
import getpass
import os
import re
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.model.moment import to_epoch
from tocsin.services.packs import BUILT_IN
from tocsin.sigma.rule import Level

_AGO = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def level(text: str) -> Level:
    """Read a level by name."""
    try:
        return Level(text.lower())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no level; use {', '.join(one.value for one in Level)}"
        ) from None


def moment(text: str, now: float) -> float:
    """Read `2026-11-23T07:00:00Z`, a date, seconds since 1970, or how long ago: `90m`, `2d`."""
    ago = _AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    epoch = to_epoch(f"{text}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text)
    if epoch is None:
        raise ConfigError(
            f"{text!r} is no time; write 2026-11-23T07:00:00Z, 2026-11-23, or 90m, 12h, 2d (ago)"
        )
    return epoch


def span(text: str) -> float:
    """Read a length of time, `90m`, `8h`, `2d`, as seconds."""
    found = _AGO.fullmatch(text)
    if not found:
        raise ConfigError(f"{text!r} is no length of time; write 90m, 8h or 2d")
    return float(int(found[1]) * _SECONDS[found[2]])


def login() -> str:
    """Return the name of whoever runs this, for records; a user without a name has a number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


def jobs(text: str) -> int:
    """Read a number of processes; 0 or `auto`: one for each processor."""
    if text in {"0", "auto"}:
        return len(os.sched_getaffinity(0))
    if not text.isdigit() or int(text) > 256:
        raise argparse.ArgumentTypeError(f"{text!r}: a number of processes from 1 to 256, or auto")
    return int(text)


def rule_paths(texts: list[str]) -> tuple[Path, ...]:
    """Return the paths, each of which must exist; the word `built-in` stands for the built-in packs."""
    paths = tuple(BUILT_IN if text == "built-in" else Path(text) for text in texts)
    for path in paths:
        if not path.exists():
            raise ConfigError(f"{path}: no such file or folder; `built-in` stands for the built-in packs")
    return paths


def in_github() -> bool:
    """Tell whether this runs as a step of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"
