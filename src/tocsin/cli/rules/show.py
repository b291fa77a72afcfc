"""`tocsin rules show RULE`."""

import argparse
import sys

from tocsin.cli.main import OK
from tocsin.cli.rules.common import loaded, paths_of
from tocsin.services.rules_show import find_rule, show_rule


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument("rule", metavar="RULE", help="its id (or the beginning of it), name or title")
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="where rules are (default: the built-in packs)"
    )


def run(given: argparse.Namespace) -> int:
    """Show one rule."""
    sys.stdout.write(show_rule(find_rule(loaded(paths_of(given)), given.rule)))
    return OK
