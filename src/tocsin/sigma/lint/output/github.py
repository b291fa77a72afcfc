"""For GitHub Actions: workflow commands that mark lines of a pull request."""

from tocsin.sigma.lint.finding import Finding, Severity
from tocsin.sigma.lint.run import Report

_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def write(report: Report) -> str:
    """Write one command a finding."""
    return "".join(_command(one) for one in report.findings)


def _command(one: Finding) -> str:
    fields = {
        "title": f"{one.code} {one.name}",
        "file": one.path,
        "line": one.line,
        "endLine": one.end_line,
        "col": one.column,
        "endColumn": one.end_column,
    }
    if one.end_line != one.line:
        del fields["endColumn"]  # columns are only read when the lines are the same
    said = ",".join(f"{key}={_property(str(value))}" for key, value in fields.items())
    return f"::{_WORDS[one.severity]} {said}::{_data(one.message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
