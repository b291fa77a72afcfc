"""`tocsin identities`."""

import argparse
from pathlib import Path

from tocsin.cli.main import OK
from tocsin.normalise.identity import load
from tocsin.report.words import plural

_EXAMPLES = """examples:
  tocsin identities check people.csv

exit codes: 0 fine, 2 there are mistakes
"""


def run(arguments: list[str]) -> int:
    """Check a file."""
    parser = argparse.ArgumentParser(
        prog="tocsin identities",
        description="Check a file that says which accounts are one person's: CSV with the columns person, kind, name.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=["check"], metavar="ACTION", help="check")
    parser.add_argument("file", metavar="FILE", help="the file")
    given = parser.parse_args(arguments)
    people = load(Path(given.file))
    print(f"{plural(people.accounts, 'account')} of {plural(people.persons, 'person', 'people')}")
    return OK
