"""`tocsin outbox`."""

import argparse
import sys
import time
from pathlib import Path

from tocsin.cli.live import needs_serve, settings_option
from tocsin.cli.main import FINDINGS, OK
from tocsin.cli.parsing import login
from tocsin.errors import ConfigError

_EXAMPLES = """examples:
  tocsin outbox list
  tocsin outbox list --after 412 --format json
  tocsin outbox replay 407 412
  tocsin outbox replay --all

exit codes: 0 fine, 1 there are messages that were given up (list), or none was replayed (replay)
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin outbox",
        description="Show messages that were given up, and let them be sent anew. A replay is recorded in the audit trail.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "action",
        nargs="?",
        choices=["list", "replay"],
        default="list",
        metavar="ACTION",
        help="list, or replay",
    )
    made.add_argument("number", nargs="*", type=int, metavar="NUMBER", help="messages to replay, as listed")
    made.add_argument("--all", action="store_true", help="replay all of them")
    made.add_argument("--after", type=int, default=0, metavar="NUMBER", help="list those above this number")
    made.add_argument("--limit", type=int, default=100, metavar="N", help="list so many (default 100)")
    made.add_argument("--format", choices=["text", "json"], default="text")
    settings_option(made)
    return made


def run(arguments: list[str]) -> int:
    """List, or replay."""
    given = parser().parse_args(arguments)
    needs_serve()
    from tocsin.services.outbox import listed, render, replayed

    path = Path(given.config)
    if given.action == "list":
        found = listed(path, after=given.after, limit=max(1, min(given.limit, 1_000)))
        sys.stdout.write(render(found, given.format))
        return FINDINGS if found else OK
    if bool(given.number) == given.all:
        raise ConfigError("name the messages to replay by their numbers, or give --all")
    count = replayed(path, None if given.all else given.number, f"user:{login()}", time.time())
    sys.stdout.write(f"{count} to be sent anew\n")
    return OK if count else FINDINGS
