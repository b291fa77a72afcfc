"""`tocsin rules lint`."""

import argparse
import sys

from tocsin.cli import parsing
from tocsin.cli.main import FINDINGS, OK
from tocsin.cli.rules.common import add_paths, paths_of, read_bytes
from tocsin.report.inert import visible
from tocsin.services import rules_lint
from tocsin.services.rules_lint import FORMATS, Severity


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_paths(parser)
    add = parser.add_argument
    add(
        "--select",
        action="append",
        default=[],
        metavar="CODE",
        help="only checks that begin so, or by name; repeatable",
    )
    add("--ignore", action="append", default=[], metavar="CODE", help="all checks but these; repeatable")
    add("--fix", action="store_true", help="mend what is safe to mend, in place")
    add("--diff", action="store_true", help="show what --fix would change, and change nothing")
    add("--explain", metavar="CODE", help="say what a check is about, and stop")
    add(
        "--fail-on",
        choices=[one.value for one in Severity],
        default=Severity.WARNING.value,
        help="(default warning)",
    )
    add("--exit-zero", action="store_true", help="exit with 0 whatever is found")
    add("--format", choices=FORMATS, default="github" if parsing.in_github() else "text")


def run(given: argparse.Namespace) -> int:
    """Lint, or explain, or fix."""
    if given.explain:
        sys.stdout.write(rules_lint.explain(given.explain))
        return OK
    from_stdin = "-" in given.paths
    given.paths = [path for path in given.paths if path != "-"]
    paths = () if from_stdin and not given.paths else paths_of(given)
    if given.fix or given.diff:
        changed = rules_lint.fix_rules(
            paths, select=given.select, ignore=given.ignore, write=given.fix and not given.diff
        )
        if given.diff:
            sys.stdout.write("".join(one.diff for one in changed))
            for text in rules_lint.refused(paths):
                print(f"tocsin: {visible(text)}", file=sys.stderr)
            return FINDINGS if changed and not given.exit_zero else OK
        print(f"tocsin: {len(changed)} files mended", file=sys.stderr)
    stdin = read_bytes("-") if from_stdin else None
    report = rules_lint.lint_rules(paths, select=given.select, ignore=given.ignore, stdin=stdin)
    sys.stdout.write(rules_lint.render(report, given.format))
    return OK if given.exit_zero else rules_lint.exit_code(report, Severity(given.fail_on))
