"""`tocsin`: finds the command, runs it, and turns errors into exit codes.

Exit codes: 0 fine, 1 findings, 2 wrong use or settings, 3 something could not be read or broke inside.
"""

import argparse
import sys
import traceback
from importlib import import_module

from tocsin import __version__
from tocsin.cli.stopping import TERMINATED, Terminated, stopping_on_term
from tocsin.cli.streams import discard_stdout, settle_streams
from tocsin.errors import ConfigError, TocsinError

OK, FINDINGS, USAGE, UNAVAILABLE = 0, 1, 2, 3

COMMANDS = {
    "demo": "try the monitor: an attack is played to it, and every alert shown",
    "hunt": "look for attacks in log files",
    "search": "find, count and export stored events",
    "rules": "list, show, lint, test, explain, convert and write rules",
    "serve": "run the monitor: receive, detect, store, correlate, alert, tell",
    "status": "say how the roles of the running monitor are",
    "doctor": "look for what keeps the monitor from working, and say what to do",
    "check": "find every mistake in the settings, tocsin.toml",
    "identities": "which accounts are one person's: check the file, suggest and confirm links",
    "backup": "copy everything that a stopped monitor has",
    "restore": "put a backup in its place again",
    "channels": "try a channel: send a test message through it",
    "alerts": "list and show alerts, decide about them",
    "silences": "list, make and end silences: what nobody is to be told for a while",
    "replay": "what today's rules find in the events of the last hours, beside the alerts that there are",
    "outbox": "show messages that were given up, and send them anew",
    "init": "write tocsin.toml, a systemd unit and a container file to start from",
    "sources": "list the kinds of log that are understood",
    "completions": "print completions for bash, zsh or fish",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        settle_streams()
        with stopping_on_term():
            code = _run(words)
            sys.stdout.flush()  # here, where what goes wrong can still be said
            return code
    except BrokenPipeError:  # the reader (head, less) has enough
        discard_stdout()
        return OK
    except ConfigError as error:
        return _failed(str(error), USAGE)
    except TocsinError as error:
        return _failed(str(error), UNAVAILABLE)
    except OSError as error:
        what = error.strerror or str(error)
        return _failed(f"{error.filename}: {what}" if error.filename else what, UNAVAILABLE)
    except Exception:  # noqa: BLE001 (the top of the process: a mistake of ours must not look like a finding)
        traceback.print_exc()
        print("tocsin: this is a mistake in Tocsin itself; please report the lines above", file=sys.stderr)
        return UNAVAILABLE
    except KeyboardInterrupt:
        return _failed("stopped", 130)
    except Terminated:
        return _failed("stopped", TERMINATED)


def _failed(text: str, code: int) -> int:
    """Say in one line why there is no result."""
    print(f"tocsin: {text}", file=sys.stderr)
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        discard_stdout()
    return code


def _run(words: list[str]) -> int:
    if words and words[0] in COMMANDS:
        command = import_module(f"tocsin.cli.commands.{words[0]}")
        return int(command.run(words[1:]))
    parser = argparse.ArgumentParser(
        prog="tocsin",
        description="DevOps security event monitoring: point it at logs and see what is wrong in them.",
        epilog="commands:\n"
        + "\n".join(f"  {name:<12} {text}" for name, text in COMMANDS.items())
        + "\n\n`tocsin COMMAND --help` tells more. Start with: tocsin hunt /var/log",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tocsin {__version__}")
    parser.add_argument("command", choices=list(COMMANDS), metavar="COMMAND", help="what to do; see below")
    if not words:
        parser.print_help()
        return USAGE
    parser.parse_args(words[:1])
    return USAGE
