"""`tocsin replay`."""

import argparse
import sys
import time
from pathlib import Path

from tocsin.cli.live import needs_serve, settings_option
from tocsin.cli.main import FINDINGS, OK
from tocsin.cli.parsing import moment
from tocsin.report.words import plural

_EXAMPLES = """examples:
  tocsin replay
  tocsin replay --since 2h --config /etc/tocsin/tocsin.toml

exit codes: 0 the same alerts, 1 there are differences
"""


def run(arguments: list[str]) -> int:
    """Replay, and tell what is different."""
    parser = argparse.ArgumentParser(
        prog="tocsin replay",
        description="Find out what today's rules make of the events that the journal still has (journal.retention), "
        "and how that differs from the alerts that there are. Nothing is changed, and nobody is told.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--since", default="24h", metavar="TIME", help="what arrived since: 2h, 2026-11-23 (default 24h)"
    )
    settings_option(parser)
    given = parser.parse_args(arguments)
    needs_serve()
    from tocsin.services.replay import render, replayed

    done = replayed(Path(given.config), moment(given.since, time.time()))
    sys.stdout.writelines(render(done))
    sys.stdout.flush()
    differences = plural(len(done.differences), "difference")
    print(f"{plural(done.found, 'alert')} found, {differences}", file=sys.stderr)
    return FINDINGS if done.differences else OK
