"""Checks of `references`."""

import re
from collections.abc import Iterator

from tocsin.sigma.lint.check import DetectionCheck, DocCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity

_URL = re.compile(r"(?i)https?://[^\s/$.?#][^\s]*")
_NEAR_URL = re.compile(r"(?i)(?:hxxps?|htt?ps?:?/*|www\.|\S+\.(?:com|org|net|io)/)")


class ReferencesMissing(DetectionCheck):
    code, name, severity = "TS141", "references-missing", Severity.INFO
    summary = "The rule has no references."
    explain = "A reference lets whoever gets the alert read how the technique works."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("references",)
    good = "references:\n    - https://example.org/write-up\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if not doc.value.get("references"):
            yield doc.at_key("references", "no `references`")


class ReferenceNotUrl(DocCheck):
    code, name, severity = "TS142", "reference-not-url", Severity.WARNING
    summary = "A reference looks like an address but is none."
    explain = (
        "A broken address cannot be followed. Words that are no address, such as a book's title, may stand."
    )
    bad = "references:\n    - hxxps://example.org/write-up\n"
    good = "references:\n    - https://example.org/write-up\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("references"):
            text = node.value.strip()
            if _NEAR_URL.match(text) and not _URL.fullmatch(text):
                yield doc.at(node, "looks like an address and is none; write it as https://…")


class DuplicateReference(DocCheck):
    code, name, severity, fixes = "TS143", "duplicate-reference", Severity.INFO, True
    summary = "A reference stands in the list twice."
    explain = "It adds nothing, and often stands where another address was meant. `--fix` drops the second."
    bad = "references:\n    - https://example.org/write-up\n    - https://example.org/write-up\n"
    good = "references:\n    - https://example.org/write-up\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        seen: set[str] = set()
        for node in doc.listed("references"):
            if node.value in seen:
                edit = doc.without_line(node)
                yield doc.at(node, "this reference stands here twice", *([edit] if edit else []))
            seen.add(node.value)
