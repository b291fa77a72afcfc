"""`tocsin rules …`: finds the sub-command by its file and runs it."""

import argparse
from importlib import import_module
from pathlib import Path

import tocsin.cli.rules
from tocsin.cli.main import USAGE

_HELP = {
    "list": "list rules",
    "show": "say what a rule finds, and how",
    "lint": "check rules for mistakes; --fix mends what is safe to mend",
    "test": "run the events beside the rules",
    "explain": "why a rule is true of an event, or is not",
    "convert": "translate rules for another system, through pySigma",
    "coverage": "which ATT&CK techniques the rules look for",
    "new": "write a rule and its tests to start from",
}


def names() -> list[str]:
    """List the sub-commands, in the order of their use."""
    folder = Path(tocsin.cli.rules.__file__).parent
    return [name for name in _HELP if (folder / f"{name}.py").exists()]


def run(arguments: list[str]) -> int:
    """Run one sub-command."""
    if arguments and arguments[0] in _HELP:
        name = arguments[0]
        command = import_module(f"tocsin.cli.rules.{name}")
        parser = argparse.ArgumentParser(
            prog=f"tocsin rules {name}", description=_HELP[name].capitalize() + "."
        )
        command.arguments(parser)
        return int(command.run(parser.parse_args(arguments[1:])))
    parser = argparse.ArgumentParser(
        prog="tocsin rules",
        epilog="commands:\n" + "\n".join(f"  {name:<10} {_HELP[name]}" for name in names()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=names(), metavar="COMMAND", help="what to do; see below")
    if not arguments:
        parser.print_help()
        return USAGE
    parser.parse_args(arguments[:1])
    return USAGE
