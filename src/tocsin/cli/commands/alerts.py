"""`tocsin alerts`."""

import argparse
import sys
import time
from pathlib import Path

from msgspec import UNSET, UnsetType

from tocsin.cli.live import needs_serve, settings_option
from tocsin.cli.main import FINDINGS, OK
from tocsin.cli.parsing import login, moment
from tocsin.cli.screen import shown
from tocsin.errors import ConfigError
from tocsin.model.level import LEVELS

_DECISIONS = ("ack", "close", "reopen", "assign")
_EXAMPLES = """examples:
  tocsin alerts
  tocsin alerts list --status any --level high --since 7d
  tocsin alerts list --entity user:alice --format json
  tocsin alerts show 5d0c3a3e6b1f4c7a9e2d8b40
  tocsin alerts ack 5d0c3a3e6b1f4c7a9e2d8b40 --note "looking into it"
  tocsin alerts close 5d0c3a3e6b1f4c7a9e2d8b40 --verdict benign-expected
  tocsin alerts assign 5d0c3a3e6b1f4c7a9e2d8b40 --to bob

exit codes: 0 fine, 1 there are such alerts (list), or a decision was refused
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin alerts",
        description="List alerts, show all of one, decide about them. Decisions are recorded in the audit trail.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = ["list", "show", *_DECISIONS]
    made.add_argument(
        "action", nargs="?", choices=actions, default="list", metavar="ACTION", help=f"{', '.join(actions)}"
    )
    made.add_argument("id", nargs="*", metavar="ID", help="alerts, by their ids")
    _filters(made.add_argument_group("list"))
    decide = made.add_argument_group("ack, close, reopen, assign")
    decide.add_argument(
        "--verdict", choices=["true", "false", "benign-expected"], help="what the alert turned out to be"
    )
    decide.add_argument("--to", metavar="NAME", help="assign: to whom (default: yourself)")
    decide.add_argument("--nobody", action="store_true", help="assign: to nobody")
    decide.add_argument("--note", default="", metavar="TEXT", help="why, for the audit trail")
    decide.add_argument(
        "--triage",
        type=int,
        metavar="NUMBER",
        help="only if the alert's triage number is still this one, as it was shown",
    )
    made.add_argument("--format", choices=["table", "json"], default="table")
    settings_option(made)
    return made


def _filters(made: argparse._ArgumentGroup) -> None:
    made.add_argument(
        "--status",
        action="append",
        choices=["open", "any", "new", "acknowledged", "closed"],
        help="of this status (repeatable; default open: new and acknowledged)",
    )
    made.add_argument("--level", choices=LEVELS, help="of this level and above")
    made.add_argument("--rule", action="append", default=[], metavar="ID", help="of this rule (repeatable)")
    made.add_argument(
        "--entity",
        action="append",
        default=[],
        metavar="KIND:NAME",
        help="about this entity, user:alice (repeatable: about all of them)",
    )
    made.add_argument("--since", metavar="TIME", help="with events at or after: 24h, 2026-11-23")
    made.add_argument("--until", metavar="TIME", help="with events before")
    made.add_argument("--limit", type=int, default=50, metavar="N", help="so many at most (default 50)")
    made.add_argument("--after", metavar="PLACE", help="go on where a list ended; it tells the place")


def run(arguments: list[str]) -> int:
    """List, show or decide."""
    given = parser().parse_args(arguments)
    needs_serve()
    if given.action == "list":
        return _list(given)
    if not given.id:
        raise ConfigError(
            f"tocsin alerts {given.action}: name the alert by its id, as tocsin alerts lists it"
        )
    return _show(given) if given.action == "show" else _decide(given)


def _list(given: argparse.Namespace) -> int:
    from tocsin.control.listing import MAX_PAGE, Filter
    from tocsin.services import alerts, alerts_render

    if given.id:
        raise ConfigError("tocsin alerts list takes no ids; to see all of one: tocsin alerts show ID")
    if not 1 <= given.limit <= MAX_PAGE:
        raise ConfigError(f"--limit {given.limit}: a number from 1 to {MAX_PAGE}")
    now = time.time()
    wanted = Filter(
        status=alerts.statuses(given.status or ["open"]),
        level=given.level,
        rules=tuple(given.rule),
        entities=tuple(alerts.entity(one) for one in given.entity),
        since=moment(given.since, now) if given.since else None,
        until=moment(given.until, now) if given.until else None,
    )
    page = alerts.listed(Path(given.config), wanted, limit=given.limit, after=given.after)
    if given.format == "json":
        sys.stdout.write(alerts_render.as_json(page))
    else:
        shown(alerts_render.lines(page))
    if page.next and given.format == "table":
        sys.stdout.flush()
        print(f"there are more: --after {page.next}", file=sys.stderr)
    return FINDINGS if page.alerts else OK


def _show(given: argparse.Namespace) -> int:
    from tocsin.services import alerts, alerts_render

    for index, one in enumerate(given.id):
        story = alerts.told(Path(given.config), one)
        if given.format == "json":
            sys.stdout.write(alerts_render.story_json(story))
            continue
        if index:
            sys.stdout.write("\n")
        shown(alerts_render.story_lines(story))
    return OK


def _decide(given: argparse.Namespace) -> int:
    from tocsin.control.audit import By
    from tocsin.services import alerts, alerts_render

    name = login()
    wanted = alerts.decision(
        given.action, verdict=given.verdict, assignee=_assignee(given, name), note=given.note
    )
    by = By(f"user:{name}", time.time())
    found = alerts.decided(Path(given.config), given.id, wanted, by=by, seen=given.triage)
    sys.stdout.writelines(alerts_render.results(found))
    sys.stdout.flush()
    sys.stderr.writelines(f"tocsin: {line}" for line in alerts_render.refusals(found))
    return FINDINGS if any(one.refused for one in found) else OK


def _assignee(given: argparse.Namespace, name: str) -> str | UnsetType | None:
    if given.action != "assign":
        if given.to or given.nobody:
            raise ConfigError(f"tocsin alerts {given.action}: --to and --nobody go with assign")
        return UNSET
    if given.to and given.nobody:
        raise ConfigError("--to somebody, or --nobody")
    return None if given.nobody else given.to or name
