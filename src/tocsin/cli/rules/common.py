"""What the rule commands share: where rules are, and how mistakes in them are told."""

import argparse
import sys
from pathlib import Path

from tocsin.cli.parsing import rule_paths
from tocsin.errors import ConfigError, ContentError
from tocsin.report.inert import visible
from tocsin.services.packs import BUILT_IN
from tocsin.sigma.cache import load_cached
from tocsin.sigma.loader import Collection


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Take rule files and folders; none: the built-in packs."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="rule files and folders (default: the built-in packs)"
    )


def paths_of(given: argparse.Namespace) -> tuple[Path, ...]:
    """Return the paths that were given, or the built-in packs."""
    return rule_paths(given.paths) or (BUILT_IN,)


def loaded(paths: tuple[Path, ...]) -> Collection:
    """Load rules and tell the mistakes on standard error; raises ConfigError when nothing could be read."""
    collection = load_cached(paths, {})
    tell([*collection.errors, *collection.waiting])
    if not (collection.rules or collection.correlations or collection.filters) and not collection.errors:
        raise ConfigError(f"there is no rule in {', '.join(str(path) for path in paths)}")
    return collection


def tell(errors: list[ContentError]) -> None:
    """Print mistakes, one a line."""
    for error in errors:
        print(f"tocsin: {visible(str(error))}", file=sys.stderr)


def read_bytes(path: str) -> bytes:
    """Read a file, or standard input for `-`."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
