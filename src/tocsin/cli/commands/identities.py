"""`tocsin identities`."""

import argparse
import sys
import time
from pathlib import Path

from tocsin.cli.live import settings_option
from tocsin.cli.main import OK
from tocsin.cli.parsing import moment
from tocsin.errors import ConfigError
from tocsin.normalise.identity import load
from tocsin.report.inert import show
from tocsin.report.words import plural

_EXAMPLES = """examples:
  tocsin identities check people.csv
  tocsin identities suggest --since 7d
  tocsin identities confirm "Ada Lovelace" github:ada-l email:ada@example.com

exit codes: 0 fine, 2 there are mistakes, 3 the store does not answer
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin identities",
        description="Which accounts are one person's: check the file that says so, suggest links that the stored "
        "events show, write down those that you confirm.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = ["check", "suggest", "confirm"]
    made.add_argument("action", choices=actions, metavar="ACTION", help=", ".join(actions))
    made.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="check: the file; confirm: the person, then accounts, KIND:NAME",
    )
    asked = made.add_argument_group("suggest")
    asked.add_argument("--since", default="30d", metavar="TIME", help="events from then on (default 30d)")
    asked.add_argument("--until", metavar="TIME", help="events before this time")
    asked.add_argument("--least", type=int, default=3, metavar="N", help="seen so often at least (default 3)")
    asked.add_argument("--limit", type=int, default=100, metavar="N", help="so many at most (default 100)")
    made.add_argument("--format", choices=["table", "json"], default="table")
    settings_option(made)
    return made


def run(arguments: list[str]) -> int:
    """Check, suggest or confirm."""
    given = parser().parse_args(arguments)
    return {"check": _check, "suggest": _suggest, "confirm": _confirm}[given.action](given)


def _check(given: argparse.Namespace) -> int:
    if len(given.words) != 1:
        raise ConfigError("tocsin identities check: name one file")
    people = load(Path(given.words[0]))
    print(f"{plural(people.accounts, 'account')} of {plural(people.persons, 'person', 'people')}")
    return OK


def _suggest(given: argparse.Namespace) -> int:
    from tocsin.services import identities
    from tocsin.services.search import micros

    if given.words or given.least < 1 or given.limit < 1:
        raise ConfigError("tocsin identities suggest takes no words; --least and --limit are 1 or more")
    now = time.time()
    since, until = (micros(moment(text, now)) if text else None for text in (given.since, given.until))
    found = identities.suggested(Path(given.config), since, until, least=given.least, limit=given.limit)
    sys.stdout.write(identities.render(found.proposals, given.format))
    for source in found.cut:
        print(f"{source}: only the most frequent accounts were looked at; shorten the time", file=sys.stderr)
    return OK


def _confirm(given: argparse.Namespace) -> int:
    from tocsin.services import identities

    if len(given.words) < 2:
        raise ConfigError("tocsin identities confirm: name the person, then accounts as KIND:NAME")
    person, *texts = given.words
    path, new = identities.confirm(Path(given.config), person, [identities.account(text) for text in texts])
    print(f"{plural(new, 'new account')} of {show(person)} in {path}")
    if new:
        print("a running monitor takes it over when it is reloaded (SIGHUP)", file=sys.stderr)
    return OK
