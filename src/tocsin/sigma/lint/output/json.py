"""For programs: one JSON document; the names of its keys are a promise."""

from typing import Any

import msgspec

from tocsin.sigma.lint.finding import Finding, Severity
from tocsin.sigma.lint.run import Report


def write(report: Report) -> str:
    """Write the findings and the totals."""
    document = {
        "version": 1,
        "files": report.files,
        "suppressed": report.suppressed,
        "counts": {one.value: report.count(one) for one in Severity},
        "findings": [_finding(one) for one in report.findings],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "severity": one.severity.value,
        "message": one.message,
        "path": one.path,
        "line": one.line,
        "column": one.column,
        "end_line": one.end_line,
        "end_column": one.end_column,
        "fixable": one.fixable,
    }
