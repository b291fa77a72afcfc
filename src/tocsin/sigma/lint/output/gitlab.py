"""For GitLab: a code quality report."""

from hashlib import sha256

import msgspec

from tocsin.sigma.lint.finding import Severity
from tocsin.sigma.lint.run import Report

_WORDS = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def write(report: Report) -> str:
    """Write one entry a finding; fingerprints differ even for findings that read the same."""
    seen: dict[str, int] = {}
    entries = []
    for one in report.findings:
        key = f"{one.code}\0{one.path}\0{one.text.strip()}\0{one.message}"
        seen[key] = seen.get(key, 0) + 1
        entries.append(
            {
                "description": one.message,
                "check_name": f"{one.code} {one.name}",
                "fingerprint": sha256(f"{key}\0{seen[key]}".encode()).hexdigest(),
                "severity": _WORDS[one.severity],
                "location": {"path": one.path, "lines": {"begin": one.line, "end": one.end_line}},
            }
        )
    return msgspec.json.format(msgspec.json.encode(entries), indent=2).decode() + "\n"
