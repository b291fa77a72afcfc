"""`tocsin channels`."""

import argparse
import sys
import time
from pathlib import Path

from tocsin.cli.live import settings_option
from tocsin.cli.main import FINDINGS, OK

_EXAMPLES = """examples:
  tocsin channels test oncall
  tocsin channels test oncall --config /etc/tocsin/tocsin.toml

exit codes: 0 it has arrived, 1 it has not, 2 there is no such channel, or its settings are wrong
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin channels",
        description="Send a message, marked as a test, through one channel, and say what happened.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("action", choices=["test"], metavar="test", help="send a test message")
    made.add_argument("name", metavar="NAME", help="the channel, [channels.NAME] in the settings")
    settings_option(made)
    return made


def run(arguments: list[str]) -> int:
    """Send, and say on standard output what happened."""
    given = parser().parse_args(arguments)
    from tocsin.ports.notifier import NotDeliveredError
    from tocsin.services.channel_trial import trial

    begun = time.monotonic()
    try:
        key = trial(Path(given.config), given.name, time.time())
    except NotDeliveredError as error:
        then = "it would be tried again" if error.retryable else "it would be given up"
        wait = f", not before {error.after:g} s" if error.retryable and error.after else ""
        sys.stdout.write(f"{given.name}: not delivered: {error}; {then}{wait}\n")
        return FINDINGS
    sys.stdout.write(f"{given.name}: delivered in {time.monotonic() - begun:.1f} s, key {key}\n")
    return OK
