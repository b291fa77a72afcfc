"""`tocsin rules list`."""

import argparse
import sys

from tocsin.cli import parsing
from tocsin.cli.main import OK
from tocsin.cli.rules.common import add_paths, loaded, paths_of
from tocsin.services.rules_list import FORMATS, Wanted, list_rules, render


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_paths(parser)
    parser.add_argument("--level", type=parsing.level, metavar="LEVEL", help="of this level and above")
    parser.add_argument("--status", default="", help="stable, test, experimental …")
    parser.add_argument(
        "--tag", action="append", default=[], metavar="PREFIX", help="such as attack.t1059; repeatable"
    )
    parser.add_argument("--product", default="")
    parser.add_argument("--category", default="")
    parser.add_argument("--service", default="")
    parser.add_argument("--text", default="", metavar="WORDS", help="words in title, description or path")
    parser.add_argument("--format", choices=FORMATS, default="table")


def run(given: argparse.Namespace) -> int:
    """List the rules that fit."""
    wanted = Wanted(
        given.level, given.status, tuple(given.tag), given.product, given.category, given.service, given.text
    )
    sys.stdout.write(render(list_rules(loaded(paths_of(given)), wanted), given.format))
    return OK
