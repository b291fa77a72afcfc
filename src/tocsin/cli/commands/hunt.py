"""`tocsin hunt PATH…`."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tocsin import __version__
from tocsin.cli import parsing
from tocsin.cli.main import FINDINGS, OK, UNAVAILABLE
from tocsin.cli.progress import shown_progress
from tocsin.errors import ConfigError
from tocsin.model.match import Match
from tocsin.report import About, load, names
from tocsin.report import html as page
from tocsin.report.digest import Digest
from tocsin.services.hunt.run import Hunt
from tocsin.services.hunt.setup import Options
from tocsin.sigma.rule import Level

_EXAMPLES = """examples:
  tocsin hunt /var/log/auth.log
  tocsin hunt logs/ --rules sigma/rules --level high --report report.html
  zcat audit.json.gz | tocsin hunt - --source kubernetes_audit --format ndjson

exit codes: 0 nothing found, 1 something found (of --fail-on or above), 2 wrong use, 3 not all could be read
"""


def parser() -> argparse.ArgumentParser:
    """Describe the command's arguments."""
    made = argparse.ArgumentParser(
        prog="tocsin hunt",
        description="Look for attacks in log files: plain, gz, zst, xz, bz2, zip; lines, JSON, CSV, EVTX.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("paths", nargs="+", metavar="PATH", help="files, folders, patterns, or - for standard input")
    add(
        "--rules",
        action="append",
        default=[],
        metavar="DIR",
        help="Sigma rules instead of the built-in packs; repeatable; `built-in` adds those",
    )
    add(
        "--level",
        type=parsing.level,
        default=Level.INFORMATIONAL,
        metavar="LEVEL",
        help="rules of this level and above",
    )
    add(
        "--since", metavar="TIME", help="events from this time on: 2026-11-23, 2026-11-23T07:00:00Z, 2d (ago)"
    )
    add("--until", metavar="TIME", help="events before this time")
    add(
        "--jobs",
        type=parsing.jobs,
        default=1,
        metavar="N",
        help="processes to use; auto: one a processor (default 1)",
    )
    add(
        "--source",
        default="",
        metavar="NAME",
        help="what the logs are, instead of telling by content; see `tocsin sources`",
    )
    add(
        "--fail-on",
        type=parsing.level,
        metavar="LEVEL",
        help="exit with 1 only for matches of this level and above",
    )
    add("--exit-zero", action="store_true", help="exit with 0 also when something is found")
    add(
        "--format",
        "--output-format",
        default="",
        metavar="FORMAT",
        help=f"one of {', '.join(names())} (default table)",
    )
    add("--output", "-o", metavar="FILE", help="write there instead of to standard output")
    add("--report", metavar="FILE.html", help="also write a page to read and to forward")
    add("--placeholders", metavar="FILE", help="YAML values for %%placeholders%% in rules")
    add(
        "--pipeline",
        action="append",
        default=[],
        metavar="FILE",
        help="pySigma processing pipeline (YAML); repeatable",
    )
    add("--no-progress", action="store_true", help="no progress bar on a terminal")
    add("--color", choices=["auto", "always", "never"], default="auto", help="colours in the table")
    add("--quiet", "-q", action="store_true", help="no warnings on standard error")
    return made


def run(arguments: list[str]) -> int:
    """Hunt, write, and say by the exit code what came of it."""
    given = parser().parse_args(arguments)
    hunt_format = load(given.format or ("github" if parsing.in_github() else "table"))
    with shown_progress(wanted=not (given.no_progress or given.quiet)) as progress:
        hunt = Hunt(_options(given), progress)
        worst = _Worst()
        digest = Digest() if given.report else None
        matches = worst.passing(hunt.matches())
        if digest:
            matches = digest.passing(matches)
        about = About(__version__, "Hunt report", tuple(given.paths), time.time(), _color(given.color))
        with _output(given.output) as out:
            hunt_format.write(out, matches, lambda: hunt.summary, about)
    if digest:
        with _created(given.report) as file:
            page.render(file, digest, hunt.summary, about)
    if not given.quiet and hunt_format.name != "table":
        _warn(hunt)
    return _exit_code(hunt, worst, given)


def _options(given: argparse.Namespace) -> Options:
    now = time.time()
    return Options(
        paths=tuple(given.paths),
        rules=parsing.rule_paths(given.rules),
        level=given.level,
        since=parsing.moment(given.since, now) if given.since else None,
        until=parsing.moment(given.until, now) if given.until else None,
        jobs=given.jobs,
        source=given.source,
        placeholders=Path(given.placeholders) if given.placeholders else None,
        pipelines=parsing.rule_paths(given.pipeline),
    )


class _Worst:
    """Remembers the highest level among the matches that pass."""

    def __init__(self) -> None:
        self.rank = -1

    def passing(self, matches: Iterator[Match]) -> Iterator[Match]:
        for match in matches:
            self.rank = max(self.rank, Level(match.rule.level).rank)
            yield match


def _exit_code(hunt: Hunt, worst: _Worst, given: argparse.Namespace) -> int:
    if hunt.damaged:
        return UNAVAILABLE
    least = given.fail_on.rank if given.fail_on else 0
    return FINDINGS if worst.rank >= least and not given.exit_zero else OK


def _color(word: str) -> bool | None:
    return {"always": True, "never": False}.get(word)


def _output(path: str | None) -> "TextIO | _Kept":
    return _created(path) if path else _Kept()


class _Kept:
    """Standard output, which is not ours to close."""

    def __enter__(self) -> TextIO:
        return sys.stdout

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()


def _created(path: str) -> TextIO:
    try:
        return Path(path).open("w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None


def _warn(hunt: Hunt) -> None:
    """What a machine format does not carry, for the person who ran it."""
    from tocsin.report.inert import visible

    for text in hunt.summary.warnings:
        print(f"tocsin: {visible(text)}", file=sys.stderr)
    if hunt.summary.rejected:
        reasons = ", ".join(f"{reason} ({count})" for reason, count in sorted(hunt.summary.reasons.items()))
        print(
            f"tocsin: {hunt.summary.rejected} records were not understood: {visible(reasons)}",
            file=sys.stderr,
        )
