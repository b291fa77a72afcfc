"""`tocsin status`."""

import argparse
import sys
from pathlib import Path

from tocsin.cli.live import settings_option
from tocsin.cli.main import FINDINGS, OK, UNAVAILABLE

_EXAMPLES = """examples:
  tocsin status
  tocsin status --config /etc/tocsin/tocsin.toml --format json

exit codes: 0 all roles are ready and none tells of a problem, 1 something is not as it should be, 3 nothing runs
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin status",
        description="Say how the roles of the running monitor are: ready or not, how far behind, and what is wrong.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    settings_option(made)
    made.add_argument("--format", choices=["table", "json"], default="table")
    return made


def run(arguments: list[str]) -> int:
    """Look, and say it on standard output."""
    given = parser().parse_args(arguments)
    from tocsin.app.layout import Layout
    from tocsin.services.kinds import load_settings
    from tocsin.services.status import overview, render

    data = Path(str(load_settings(Path(given.config)).tocsin.data.path))
    found = overview(Layout(data).run)
    sys.stdout.write(render(found, given.format))
    if not found.running:
        return UNAVAILABLE
    return OK if found.well else FINDINGS
