"""`tocsin hunt PATH…`."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tocsin import __version__
from tocsin.cli import parsing
from tocsin.cli.main import FINDINGS, OK, UNAVAILABLE
from tocsin.cli.outputs import created, writing
from tocsin.cli.progress import shown_progress
from tocsin.cli.streams import discard_stdout
from tocsin.errors import ConfigError
from tocsin.intake.files import printable
from tocsin.model.match import Match
from tocsin.report import About, load, names
from tocsin.report import html as page
from tocsin.report.digest import Digest
from tocsin.services.hunt.run import Hunt
from tocsin.services.hunt.setup import Options
from tocsin.sigma.rule import Level

STDOUT = "-"
_EXAMPLES = """examples:
  tocsin hunt /var/log/auth.log
  tocsin hunt logs/ --rules sigma/rules --level high --report report.html
  zcat audit.json.gz | tocsin hunt - --source kubernetes_audit --format ndjson

exit codes: 0 nothing found, 1 something found (of --fail-on or above), 2 wrong use, 3 not all could be read
or written
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
    add("--output", "-o", metavar="FILE", help="write there instead of to standard output (-)")
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
    given.output = None if given.output == STDOUT else given.output
    hunt_format = load(given.format or ("github" if parsing.in_github() else "table"))
    with ExitStack() as stack:
        hidden = given.no_progress or given.quiet
        hunt = Hunt(_options(given), stack.enter_context(shown_progress(wanted=not hidden)))
        # Both are opened before the hunt: hours of work must not end at a folder that is not there.
        out = stack.enter_context(created(given.output)) if given.output else sys.stdout
        report = stack.enter_context(created(given.report)) if given.report else None
        worst = _Worst()
        digest = Digest()
        matches = worst.passing(hunt.matches())
        if report:
            matches = digest.passing(matches)
        about = About(__version__, "Hunt report", _printable(given.paths), time.time(), _color(given.color))
        try:
            with writing(given.output or "standard output"):
                hunt_format.write(out, matches, lambda: hunt.summary, about)
                out.flush()
        except BrokenPipeError:
            _go_on_unread(matches, needed=bool(report or given.fail_on))
        if report:
            with writing(given.report):
                page.render(report, digest, hunt.summary, about)
    if not given.quiet and hunt_format.name != "table":
        _warn(hunt)
    return _exit_code(hunt, worst, given)


def _go_on_unread(matches: Iterator[Match], *, needed: bool) -> None:
    """The reader has enough; the report and the exit code may still need the rest."""
    if not needed:
        raise BrokenPipeError
    discard_stdout()
    for _ in matches:
        pass


def _printable(names: list[str]) -> tuple[str, ...]:
    return tuple(printable(name) for name in names)


def _options(given: argparse.Namespace) -> Options:
    now = time.time()
    since = None if given.since is None else parsing.moment(given.since, now)
    until = None if given.until is None else parsing.moment(given.until, now)
    if since is not None and until is not None and since >= until:
        raise ConfigError(f"--since {given.since} is not before --until {given.until}: nothing lies between")
    if given.report == STDOUT:
        raise ConfigError(
            "--report -: the page needs a file, such as report.html; standard output has the matches"
        )
    if given.output and given.report and Path(given.output).resolve() == Path(given.report).resolve():
        raise ConfigError(f"{given.report}: --output and --report need a file each")
    return Options(
        paths=tuple(given.paths),
        rules=parsing.rule_paths(given.rules),
        level=given.level,
        since=since,
        until=until,
        jobs=given.jobs,
        source=given.source,
        placeholders=Path(given.placeholders) if given.placeholders else None,
        pipelines=parsing.rule_paths(given.pipeline),
        outputs=tuple(path for path in (given.output, given.report) if path),
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
