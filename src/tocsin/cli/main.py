"""`tocsin`: finds the command, runs it, and turns errors into exit codes.

Exit codes: 0 fine, 1 findings, 2 wrong use or settings, 3 something could not be read or broke inside.
"""

import argparse
import os
import sys
import traceback
from importlib import import_module

from tocsin import __version__
from tocsin.errors import ConfigError, TocsinError

OK, FINDINGS, USAGE, UNAVAILABLE = 0, 1, 2, 3

COMMANDS = {
    "hunt": "look for attacks in log files",
    "rules": "list, show, lint, test, explain, convert and write rules",
    "sources": "list the kinds of log that are understood",
    "completions": "print completions for bash, zsh or fish",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    _settle_streams()
    try:
        return _run(words)
    except BrokenPipeError:
        # The reader (head, less) has enough. Python would complain once more when it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except ConfigError as error:
        print(f"tocsin: {error}", file=sys.stderr)
        return USAGE
    except TocsinError as error:
        print(f"tocsin: {error}", file=sys.stderr)
        return UNAVAILABLE
    except Exception:  # noqa: BLE001 (the top of the process: a mistake of ours must not look like a finding)
        traceback.print_exc()
        print("tocsin: this is a mistake in Tocsin itself; please report the lines above", file=sys.stderr)
        return UNAVAILABLE
    except KeyboardInterrupt:
        print("tocsin: stopped", file=sys.stderr)
        return 130


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


def _settle_streams() -> None:
    """Write what logs hold without failing on it, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(
                encoding="utf-8", errors="backslashreplace", newline="" if stream is sys.stdout else None
            )
