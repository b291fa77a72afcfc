"""`tocsin check`."""

import argparse
import sys
from pathlib import Path

from tocsin.cli.live import settings_option
from tocsin.cli.main import FINDINGS, OK, USAGE

_EXAMPLES = """examples:
  tocsin init monitor
  tocsin check --config monitor/tocsin.toml --fail-on error

exit codes: 0 nothing is wrong, 1 only warnings, 2 errors: `tocsin serve` would not start
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin check",
        description="Find every mistake in the settings, in the files that they name, and in the rules. Starts nothing.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    settings_option(made)
    made.add_argument(
        "--fail-on",
        choices=["error", "warning"],
        default="warning",
        help="error: warnings exit with 0 (default warning)",
    )
    made.add_argument("--format", choices=["text", "json"], default="text")
    return made


def run(arguments: list[str]) -> int:
    """Check, and say what is wrong on standard output."""
    given = parser().parse_args(arguments)
    from tocsin.services.settings_check import check
    from tocsin.services.settings_render import render
    from tocsin.settings.mistake import Severity

    mistakes = check(Path(given.config))
    sys.stdout.write(render(mistakes, given.format, config=given.config))
    if any(one.severity is Severity.ERROR for one in mistakes):
        return USAGE
    return FINDINGS if mistakes and given.fail_on == "warning" else OK
