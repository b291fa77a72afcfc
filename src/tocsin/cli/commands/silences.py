"""`tocsin silences`."""

import argparse
import sys
import time
from pathlib import Path

from tocsin.cli.live import needs_serve, settings_option
from tocsin.cli.main import OK
from tocsin.cli.parsing import login, moment, span
from tocsin.errors import ConfigError
from tocsin.model.level import LEVELS
from tocsin.model.silence import Silence

_EXAMPLES = """examples:
  tocsin silences list
  tocsin silences add --entity repo:acme/sandbox --for 8h --reason "the red team is at work"
  tocsin silences add --rule 0a6b9f6a-2f0e-4f0e-9f39-6d2b9d3f0f5e --until 2027-01-15 --reason "until the fix is out"
  tocsin silences extend 4f0a1c22be07 --for 2d
  tocsin silences end 4f0a1c22be07

exit codes: 0 fine, 2 it was refused
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin silences",
        description="Silences: alerts that are made and kept, but not told. Each has an owner, a reason and an end.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = ["list", "add", "extend", "end"]
    made.add_argument(
        "action", nargs="?", choices=actions, default="list", metavar="ACTION", help=", ".join(actions)
    )
    made.add_argument("id", nargs="?", metavar="ID", help="the silence to extend or end")
    add = made.add_argument_group("add: all that is named must fit")
    add.add_argument(
        "--rule", action="append", default=[], metavar="ID", help="a rule (repeatable: any of them)"
    )
    add.add_argument(
        "--level", action="append", default=[], choices=LEVELS, help="a level (repeatable: any of them)"
    )
    add.add_argument(
        "--entity",
        action="append",
        default=[],
        metavar="KIND:NAME",
        help="who or what it is about, repo:acme/sandbox (repeatable: all of them)",
    )
    add.add_argument("--reason", metavar="TEXT", help="why; it is needed")
    add.add_argument("--owner", metavar="NAME", help="whose it is (default: yourself)")
    add.add_argument(
        "--for", dest="span", metavar="SPAN", help="add, extend: for so long from now: 30m, 8h, 2d"
    )
    add.add_argument("--until", metavar="TIME", help="add, extend: until 2027-01-15, or 2027-01-15T07:00:00Z")
    made.add_argument("--format", choices=["text", "json"], default="text")
    settings_option(made)
    return made


def run(arguments: list[str]) -> int:
    """List, add, extend or end."""
    given = parser().parse_args(arguments)
    needs_serve()
    from tocsin.control.audit import By
    from tocsin.services import silences

    path, now, name = Path(given.config), time.time(), login()
    by = By(f"user:{name}", now)
    if given.action in {"extend", "end"} and not given.id:
        raise ConfigError(f"tocsin silences {given.action}: name the silence by its id, as it is listed")
    if given.action in {"list", "add"} and given.id:
        raise ConfigError(f"tocsin silences {given.action} takes no id")
    if given.action == "list":
        found = list(silences.listed(path, now))
    elif given.action == "add":
        found = [silences.added(path, _silence(given, name, now), by)]
    elif given.action == "extend":
        found = [silences.extended(path, given.id, _until(given, now), by)]
    else:
        found = [silences.ended(path, given.id, by)]
    sys.stdout.write(silences.render(found, given.format))
    return OK


def _silence(given: argparse.Namespace, name: str, now: float) -> Silence:
    from tocsin.services.alerts import entity
    from tocsin.services.silences import new_id

    if not given.reason:
        raise ConfigError("tocsin silences add: give a --reason")
    entities = [entity(one) for one in given.entity]
    if not all(kind for kind, _ in entities):
        raise ConfigError("tocsin silences add: --entity needs its kind, kind:name")
    return Silence(
        id=new_id(),
        owner=given.owner or name,
        reason=given.reason,
        until=_until(given, now),
        rules=frozenset(given.rule),
        levels=frozenset(given.level),
        entities=frozenset(entities),
    )


def _until(given: argparse.Namespace, now: float) -> float:
    if bool(given.span) == bool(given.until):
        raise ConfigError("say when it ends: --for 8h, or --until 2027-01-15")
    return now + span(given.span) if given.span else moment(given.until, now)
