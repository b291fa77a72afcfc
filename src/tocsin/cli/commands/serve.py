"""`tocsin serve`."""

import argparse
from pathlib import Path

from tocsin.app.lean import be_lean
from tocsin.cli.live import settings_option

_EXAMPLES = """examples:
  tocsin init monitor
  tocsin serve --config monitor/tocsin.toml

signals: SIGTERM and SIGINT stop all roles in order; SIGHUP takes over changed settings and rules

exit codes: 0 stopped in order, 2 it cannot start with these settings, 3 it ended by a failure
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin serve",
        description="Run the monitor: receive events, detect, store, correlate, alert and tell.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    settings_option(made)
    made.add_argument(
        "--role", default="", metavar="NAME", help="only this role: intake, worker-0/2, store or hub"
    )
    # How the supervisor starts its roles: on what it has read, whatever the settings file says by now.
    made.add_argument("--snapshot", default="", help=argparse.SUPPRESS)
    made.add_argument("--data", default="", help=argparse.SUPPRESS)
    made.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    return made


def run(arguments: list[str]) -> int:
    """Run until told to stop."""
    given = parser().parse_args(arguments)
    be_lean()
    config = Path(given.config)
    if not given.role:
        from tocsin.app.supervisor import Supervisor

        return Supervisor(config).run()
    from tocsin.app.layout import Layout
    from tocsin.app.process import run_role

    layout, digest = Layout(Path(given.data)), given.snapshot
    if not given.supervised:
        from tocsin.app.supervisor import prepared  # it needs much that a role does not

        layout, digest = prepared(config)
    return run_role(given.role, layout, digest, supervised=given.supervised)
