"""Checks of `logsource`: does it say which log, in words that something declares."""

from collections.abc import Iterator

from tocsin.model.near import hint
from tocsin.sigma.lint.check import RuleCheck
from tocsin.sigma.lint.file import Doc, Entry, entries
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.lint.taxonomy import NEEDS_DEFINITION

_WORDS = ("product", "category", "service")
_ALSO = ("definition",)


def _section(doc: Doc) -> dict[str, Entry]:
    one = doc.entries.get("logsource")
    return entries(one.value) if one else {}


def _unknown(doc: Doc, word: str, known: frozenset[str]) -> Iterator[Found]:
    one = _section(doc).get(word)
    text = str(one.value.value).strip().lower() if one and one.value.value else ""
    if one and text and text not in known:
        said = (
            hint(text, known)
            or "; no source that is known here declares it, so the rule may never see an event"
        )
        yield doc.at(one.value, f"unknown {word} `{text}`{said}")


class LogsourceMissing(RuleCheck):
    code, name, severity = "TS201", "logsource-missing", Severity.ERROR
    summary = "There is no logsource."
    explain = "Nobody could tell which events the rule is meant for, so it does not load."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("logsource",)
    good = "logsource:\n    product: linux\n    service: auditd\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if "logsource" not in doc.entries:
            yield doc.at_key("logsource", "no `logsource`; name a product, category or service")


class LogsourceEmpty(RuleCheck):
    code, name, severity = "TS202", "logsource-empty", Severity.WARNING
    summary = "The logsource names no product, category or service."
    explain = "The rule is then tried on every event of every log: slow, and true where nobody meant it."
    bad = "logsource:\n    definition: any log\n"
    good = "logsource:\n    product: linux\n    service: auditd\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        found = doc.value.get("logsource")
        if isinstance(found, dict) and not any(found.get(word) for word in _WORDS):
            yield doc.at_key("logsource", "names no product, category or service: any event of any log")


class ProductUnknown(RuleCheck):
    code, name, severity = "TS203", "product-unknown", Severity.WARNING
    summary = "No known source declares this product."
    explain = (
        "A log source that nothing declares never reaches the rule. Misspelt, or a source still to be added."
    )
    bad = "logsource:\n    product: widnows\n    category: process_creation\n"
    good = "logsource:\n    product: windows\n    category: process_creation\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        yield from _unknown(doc, "product", self.known.products)


class CategoryUnknown(RuleCheck):
    code, name, severity = "TS204", "category-unknown", Severity.WARNING
    summary = "No known source declares this category."
    explain = (
        "A log source that nothing declares never reaches the rule. Misspelt, or a source still to be added."
    )
    bad = "logsource:\n    product: windows\n    category: process_create\n"
    good = "logsource:\n    product: windows\n    category: process_creation\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        yield from _unknown(doc, "category", self.known.categories)


class ServiceUnknown(RuleCheck):
    code, name, severity = "TS205", "service-unknown", Severity.WARNING
    summary = "No known source declares this service."
    explain = (
        "A log source that nothing declares never reaches the rule. Misspelt, or a source still to be added."
    )
    bad = "logsource:\n    product: linux\n    service: audit_d\n"
    good = "logsource:\n    product: linux\n    service: auditd\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        yield from _unknown(doc, "service", self.known.services)


class LogsourceCase(RuleCheck):
    code, name, severity, fixes = "TS206", "logsource-case", Severity.WARNING, True
    summary = "A word of the logsource has capitals or spaces around it."
    explain = (
        "Log sources are compared in lower case here, letter by letter elsewhere. `--fix` puts it right."
    )
    bad = "logsource:\n    product: Windows\n    category: process_creation\n"
    good = "logsource:\n    product: windows\n    category: process_creation\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for word in _WORDS:
            one = _section(doc).get(word)
            text = one.value.value if one and isinstance(one.value.value, str) else ""
            if one and text != text.strip().lower():
                edit = doc.rewrite(one.value, text.strip().lower())
                yield doc.at(one.value, f"`{text}`: log sources are lower case", *([edit] if edit else []))


class LogsourceKey(RuleCheck):
    code, name, severity = "TS207", "logsource-key", Severity.WARNING
    summary = "The logsource has a key that means nothing."
    explain = "Only product, category, service and definition are read; anything else is ignored."
    bad = "logsource:\n    product: windows\n    catgory: process_creation\n"
    good = "logsource:\n    product: windows\n    category: process_creation\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for key, one in _section(doc).items():
            if key not in {*_WORDS, *_ALSO}:
                yield doc.at(one.key, f"`{key}` means nothing in a logsource{hint(key, [*_WORDS, *_ALSO])}")


class DefinitionMissing(RuleCheck):
    code, name, severity = "TS208", "definition-missing", Severity.INFO
    summary = "The log must be switched on, and the logsource does not say so."
    explain = "A default installation does not write this log; `definition` tells what to configure."
    bad = "logsource:\n    product: windows\n    category: ps_script\n"
    good = (
        "logsource:\n    product: windows\n    category: ps_script\n"
        "    definition: 'Requirements: Script Block Logging must be enabled'\n"
    )

    def check(self, doc: Doc) -> Iterator[Found]:
        section = _section(doc)
        category = section.get("category")
        need = NEEDS_DEFINITION.get(str(category.value.value)) if category else None
        if category and need and "definition" not in section:
            yield doc.at(category.value, f"add `definition`: {need}")
