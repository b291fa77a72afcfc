"""For code scanning: SARIF 2.1.0."""

from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from tocsin.sigma.lint.check import Check, catalog
from tocsin.sigma.lint.finding import Finding, Severity
from tocsin.sigma.lint.run import Report

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def write(report: Report) -> str:
    """Write one run; only the checks that found something are described."""
    codes = sorted({one.code for one in report.findings})
    driver = {
        "name": "tocsin rules lint",
        "rules": [_rule(catalog()[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, codes.index(one.code)) for one in report.findings],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _rule(check: type[Check]) -> dict[str, Any]:
    return {
        "id": check.code,
        "name": check.name,
        "shortDescription": {"text": check.summary},
        "fullDescription": {"text": check.explain.strip()},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
    }


def _result(one: Finding, index: int) -> dict[str, Any]:
    region = {
        "startLine": one.line,
        "startColumn": one.column,
        "endLine": one.end_line,
        "endColumn": one.end_column,
    }
    place = {"artifactLocation": {"uri": quote(Path(one.path).as_posix())}, "region": region}
    # Not the line number: a finding stays the same one when lines are added above it.
    print_of = sha256(f"{one.code}\0{one.path}\0{one.text.strip()}\0{one.message}".encode()).hexdigest()
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": {"text": one.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"tocsin/v1": print_of},
    }
