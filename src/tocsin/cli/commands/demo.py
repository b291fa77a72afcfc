"""`tocsin demo`."""

import argparse
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from tocsin.errors import ConfigError

MAX_SECONDS = 86_400
"""The longest time after which a demo ends by itself."""
_EXAMPLES = """examples:
  tocsin demo
  tocsin demo --folder demo

signals: Ctrl-C stops everything in order

exit codes: 0 stopped, 2 it cannot start, 3 it ended by a failure
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin demo",
        description="Run the monitor in a folder of its own, play an attack to it over HTTP, syslog and files, "
        "and show each alert as it appears. Needs no settings; nothing leaves this machine.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--folder", metavar="DIR", help="write here, and keep it (default: a temporary folder)")
    made.add_argument(
        "--port", type=int, default=0, metavar="N", help="the HTTP input's port (default: a free one)"
    )
    made.add_argument(
        "--seconds", type=float, metavar="N", help="stop after so many seconds (default: Ctrl-C)"
    )
    return made


def run(arguments: list[str]) -> int:
    """Run it, and show what happens on standard output."""
    began = time.monotonic()
    given = parser().parse_args(arguments)
    if not 0 <= given.port < 65_536:
        raise ConfigError(f"--port {given.port}: a number up to 65535")
    if given.seconds is not None and not 0 < given.seconds <= MAX_SECONDS:
        raise ConfigError(f"--seconds {given.seconds}: a number above 0, at most {MAX_SECONDS}")
    from tocsin.cli.demo_screen import Screen, how_to_go_on, where_to_look
    from tocsin.services.demo_folder import make_place

    screen = Screen(sys.stdout, began)
    kept = given.folder is not None
    with nullcontext(given.folder) if kept else tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        place = make_place(Path(folder), given.port)
        for line in where_to_look(place, kept=kept):
            screen.say(line)
        from tocsin.app.demo import Demo

        code = Demo(place, screen).run(given.seconds)
    for line in how_to_go_on(place, kept=kept):
        screen.say(line)
    return code
