"""`tocsin search`."""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tocsin.cli.main import FINDINGS, OK
from tocsin.errors import ConfigError
from tocsin.ports.store import Question

_EXAMPLES = """examples:
  tocsin search --since 24h 'action:repo.* and not user:*bot'
  tocsin search --since 7d --top user 'source:linux_auth and "Failed password"'
  tocsin search --since 2026-11-01 --until 2026-11-08 --histogram 6h 'ip:10.0.0.0/8'
  tocsin search --export errors.parquet 'status:>=500'

exit codes: 0 something was found, 1 nothing was, 2 the search cannot be understood, 3 the store does not answer
"""


def parser() -> argparse.ArgumentParser:
    """Describe the arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin search",
        description="Find stored events, count them, group them, export them. Asks the store of the live monitor.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("query", nargs="?", default="", help="what to look for; nothing: all events")
    made.add_argument(
        "--config", default="tocsin.toml", metavar="FILE", help="the settings file (default tocsin.toml)"
    )
    made.add_argument(
        "--since", metavar="TIME", help="events of this time and later: 24h, 2026-11-23, 2026-11-23T07:00:00Z"
    )
    made.add_argument("--until", metavar="TIME", help="events before this time")
    made.add_argument(
        "--limit", type=int, metavar="N", help="events, or groups, at most (default 100 events, 10 groups)"
    )
    made.add_argument("--format", choices=["table", "ndjson", "csv"], default="table")
    what = made.add_mutually_exclusive_group()
    what.add_argument("--count", action="store_true", help="only how many there are")
    what.add_argument(
        "--histogram", nargs="?", const="auto", metavar="INTERVAL", help="count by interval: 5m, 1h, 1d, auto"
    )
    what.add_argument("--top", metavar="FIELD", help="the most frequent values of a field")
    what.add_argument("--by", metavar="FIELDS", help="count by several fields: user,source.ip")
    what.add_argument("--export", metavar="FILE", help="write all of them to a Parquet file")
    return made


def run(arguments: list[str]) -> int:
    """Ask, and write the answer to standard output."""
    given = parser().parse_args(arguments)
    from tocsin.services import search
    from tocsin.services.search_render import EVENTS, counted

    question = _question(given)
    store = search.store_of(Path(given.config))
    if given.count:
        number = store.count(question)
        print(number)
        return OK if number else FINDINGS
    if given.export:
        number = search.export(store, question, Path(given.export))
        print(f"{number:,} events in {given.export}", file=sys.stderr)
        return OK if number else FINDINGS
    if given.histogram:
        records = search.histogram(store, question, search.interval(given.histogram))
        return _written(counted(records, given.format, ["time"]), header=given.format == "csv")
    if given.top is not None or given.by is not None:
        fields = [given.top] if given.by is None else [name.strip() for name in given.by.split(",")]
        records = search.groups(store, question, fields, _limit(given, 10))
        return _written(counted(records, given.format, fields), header=given.format == "csv")
    found = map(search.record, search.events(store, question, _limit(given, 100)))
    return _written(EVENTS[given.format](found), header=given.format == "csv")


def _question(given: argparse.Namespace) -> Question:
    from tocsin.cli.parsing import moment
    from tocsin.services.search import micros

    now = time.time()
    since, until = (micros(moment(text, now)) if text else None for text in (given.since, given.until))
    if since is not None and until is not None and since >= until:
        raise ConfigError(f"--since {given.since} is not before --until {given.until}")
    return Question(given.query, since, until)


def _limit(given: argparse.Namespace, usual: int) -> int:
    from tocsin.services.search import MAX_LIMIT

    limit = usual if given.limit is None else given.limit
    if not 1 <= limit <= MAX_LIMIT:
        raise ConfigError(f"--limit {limit}: a number from 1 to {MAX_LIMIT}")
    return int(limit)


def _written(lines: Iterable[str], *, header: bool = False) -> int:
    """Write lines; tell whether there were any but the header."""
    number = 0
    for line in lines:
        sys.stdout.write(line)
        number += 1
    return OK if number > header else FINDINGS
