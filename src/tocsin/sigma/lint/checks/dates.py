"""Checks of `date` and `modified`."""

import re
from collections.abc import Iterator
from datetime import date

import yaml

from tocsin.sigma.lint.check import DocCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity

_OTHER = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")


def _read(doc: Doc, key: str) -> date | None:
    one = doc.entries.get(key)
    if one is None or not isinstance(one.value, yaml.ScalarNode) or len(one.value.value) != 10:
        return None
    try:
        return date.fromisoformat(one.value.value)
    except ValueError:
        return None


class DateMissing(DocCheck):
    code, name, severity = "TS131", "date-missing", Severity.INFO
    summary = "The rule has no date."
    explain = "The day it was written tells a reader which attacks it can know of."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("date",)
    good = "date: 2026-01-31\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if not doc.value.get("date"):
            yield doc.at_key("date", "no `date`")


class DateForm(DocCheck):
    code, name, severity, fixes = "TS132", "date-form", Severity.WARNING, True
    summary = "A date is not written YYYY-MM-DD."
    explain = "Sigma 2 asks for ISO dates. `2026/1/31` of older rules is put right by `--fix`."
    bad = "date: 2026/01/31\n"
    good = "date: 2026-01-31\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for key in ("date", "modified"):
            one = doc.entries.get(key)
            if one is None or not doc.value.get(key) or _read(doc, key):
                continue
            found = _OTHER.fullmatch(str(one.value.value))
            iso = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else ""
            edit = doc.rewrite(one.value, iso) if iso and _is_date(iso) else None
            yield doc.at(one.value, f"`{key}` is no date of the form YYYY-MM-DD", *([edit] if edit else []))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class ModifiedBeforeDate(DocCheck):
    code, name, severity = "TS133", "modified-before-date", Severity.WARNING
    summary = "The rule was changed before it was written."
    explain = "One of the two dates is wrong."
    bad = "date: 2026-01-31\nmodified: 2025-12-24\n"
    good = "date: 2026-01-31\nmodified: 2026-02-01\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        written, changed = _read(doc, "date"), _read(doc, "modified")
        if written and changed and changed < written:
            yield doc.at(doc.entries["modified"].value, f"modified on {changed}, before its date {written}")
