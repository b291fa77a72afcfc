"""`tocsin doctor`."""

import argparse
import sys
from pathlib import Path

from tocsin.cli.live import needs_serve, settings_option
from tocsin.cli.main import FINDINGS, OK, USAGE

_EXAMPLES = """examples:
  tocsin doctor
  tocsin doctor --config /etc/tocsin/tocsin.toml --format json

exit codes: 0 all is well, 1 there are warnings, 2 something does not work
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin doctor",
        description="Look at settings, folders, disks, ports, clock, journal, control database, audit trail, store and "
        "ledger, and say what to do. Changes nothing; run it as the user that runs the monitor.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    settings_option(made)
    made.add_argument("--format", choices=["text", "json"], default="text")
    return made


def run(arguments: list[str]) -> int:
    """Look, and say it on standard output."""
    given = parser().parse_args(arguments)
    needs_serve()
    from tocsin.app.layout import Layout
    from tocsin.services.doctor import Level, Places, examine, load, render, worst

    config = Path(given.config)
    settings = load(config)
    places = None
    if settings:
        layout = Layout(Path(str(settings.tocsin.data.path)))
        places = Places(layout.data, layout.journal, layout.run, layout.store, layout.store_socket)
    lines = list(examine(config, settings, places))
    sys.stdout.write(render(lines, given.format))
    return {Level.OK: OK, Level.WARN: FINDINGS, Level.FAIL: USAGE}[worst(lines)]
