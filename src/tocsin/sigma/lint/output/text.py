"""For a person: `file:line:col code message`, the line, and a caret under the place."""

import unicodedata

from tocsin.sigma.lint.finding import Finding, Severity
from tocsin.sigma.lint.run import Report

_WIDEST = 160


def write(report: Report) -> str:
    """Write every finding and a line of totals."""
    shown = "".join(_finding(one) for one in report.findings)
    return shown + _totals(report) + "\n"


def _finding(one: Finding) -> str:
    fixable = " [--fix]" if one.fixable else ""
    head = (
        f"{one.path}:{one.line}:{one.column}: {one.severity.value} {one.code} {clean(one.message)}{fixable}\n"
    )
    if not one.text.strip():
        return head
    line = clean(one.text[:_WIDEST])
    end = one.end_column if one.end_line == one.line else len(one.text) + 1
    width = max(1, min(end, _WIDEST) - one.column)
    caret = "" if one.column > _WIDEST else " " * (one.column - 1) + "^" * width
    return f"{head}    | {line}\n    | {caret}\n" if caret else f"{head}    | {line}\n"


def clean(text: str) -> str:
    """Make hostile text safe for a terminal: one visible character for each that is not."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char)[0] == "C" else char for char in text
    )


def _totals(report: Report) -> str:
    files = f"{report.files} file{'' if report.files == 1 else 's'}"
    if not report.findings:
        return f"{files}: nothing found"
    counts = ", ".join(f"{count} {one.value}" for one in Severity if (count := report.count(one)))
    fixable = sum(one.fixable for one in report.findings)
    said = f"; {fixable} can be put right with --fix" if fixable else ""
    return f"{files}: {counts}{said}"
