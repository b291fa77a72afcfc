"""Checks of the comments that silence checks; `run` finds what they report."""

from tocsin.sigma.lint.check import CommentCheck
from tocsin.sigma.lint.finding import Severity


class SuppressionWithoutReason(CommentCheck):
    code, name, severity = "TS030", "suppression-without-reason", Severity.WARNING
    summary = "A suppression comment names no check or gives no reason; it silences nothing."
    explain = "A year from now nobody knows why a finding was acceptable unless the comment says so."
    bad = "author: Example Author # tocsin: ignore[TS130]\n"
    good = "status: Testing # tocsin: ignore[TS112] our registry's own word\n"


class SuppressionUnknown(CommentCheck):
    code, name, severity = "TS031", "suppression-unknown", Severity.WARNING
    summary = "A suppression comment names a code that no check has."
    explain = "Codes are in the list of checks; names of checks do not count here."
    bad = "author: Example Author # tocsin: ignore[TS999] an account name\n"
    good = "status: Testing # tocsin: ignore[TS112] our registry's own word\n"


class SuppressionUnused(CommentCheck):
    code, name, severity = "TS032", "suppression-unused", Severity.WARNING
    summary = "A suppression comment silences nothing."
    explain = "What it silenced has been put right, or stands on another line. Left behind, it hides the next mistake."
    bad = "status: test # tocsin: ignore[TS112] our registry's own word\n"
    good = "status: Testing # tocsin: ignore[TS112] our registry's own word\n"
