"""`tocsin rules test`."""

import argparse
import sys
from pathlib import Path

from tocsin.cli.main import FINDINGS, OK
from tocsin.cli.rules.common import add_paths, paths_of, tell
from tocsin.errors import ConfigError
from tocsin.report.inert import visible
from tocsin.services.rules_junit import junit
from tocsin.services.rules_test import Tested, Verdict, run_tests


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_paths(parser)
    parser.add_argument("--junit", metavar="FILE", help="also write the results as JUnit XML")
    parser.add_argument("--require-tests", action="store_true", help="a rule without tests is a failure")
    parser.add_argument("--verbose", "-v", action="store_true", help="name the cases that passed, too")


def run(given: argparse.Namespace) -> int:
    """Run the tests beside the rules."""
    tested = run_tests(paths_of(given))
    if not (tested.verdicts or tested.untested or tested.problems):
        raise ConfigError(f"there is no rule to test in {', '.join(given.paths)}")
    tell(tested.problems)
    for verdict in tested.verdicts:
        if not verdict.passed or given.verbose:
            print(visible(_line(verdict)))
    for path in tested.untested if given.require_tests else ():
        print(f"no tests  {visible(path)}")
    _sum_up(tested)
    if given.junit:
        Path(given.junit).write_text(junit(tested), encoding="utf-8")
    failed = tested.problems or any(not verdict.passed for verdict in tested.verdicts)
    return FINDINGS if failed or (given.require_tests and tested.untested) else OK


def _line(verdict: Verdict) -> str:
    case = verdict.case
    return f"{'passed' if verdict.passed else 'FAILED'}  {case.path}: {case.name}: {reason(verdict)}"


def reason(verdict: Verdict) -> str:
    """Say what came of a case."""
    if verdict.error:
        return verdict.error
    fired = ", ".join(verdict.fired) or "nothing"
    return f"matched by {fired}; it must {'match' if verdict.case.wanted else 'not match'}"


def _sum_up(tested: Tested) -> None:
    failed = sum(not verdict.passed for verdict in tested.verdicts)
    print(
        f"{len(tested.verdicts)} cases, {failed} failed; {len(tested.untested)} rule files without tests",
        file=sys.stderr,
    )
