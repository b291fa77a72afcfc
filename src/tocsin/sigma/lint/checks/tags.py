"""Checks of `tags`: namespaces, ATT&CK techniques and tactics."""

import re
from collections.abc import Iterator

from tocsin.model.near import hint
from tocsin.sigma.lint.check import DetectionCheck, DocCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.lint.taxonomy import TACTICS, TAG_NAMESPACES

_TAG = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_TECHNIQUE = re.compile(r"(?:t\d{4}(?:\.\d{3})?|[gs]\d{4}|ta\d{4}|m\d{4}|c\d{4}|ds\d{4})")
_LIKE_TECHNIQUE = re.compile(r"(?:ta?|[gsmc]|ds)[_-]?\d.*")
_CVE = re.compile(r"cve\.\d{4}-\d{4,}")


class TagForm(DocCheck):
    code, name, severity, fixes = "TS151", "tag-form", Severity.WARNING, True
    summary = "A tag is not `namespace.name` in lower case."
    explain = "Tools compare tags letter by letter. Upper case is put right by `--fix`."
    bad = "tags:\n    - attack.T1564.003\n"
    good = "tags:\n    - attack.t1564.003\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("tags"):
            if not _TAG.fullmatch(node.value):
                edit = doc.rewrite(node, node.value.lower()) if _TAG.fullmatch(node.value.lower()) else None
                message = f"`{node.value}` is no tag of the form `namespace.name` in lower case"
                yield doc.at(node, message, *([edit] if edit else []))


class TagNamespace(DocCheck):
    code, name, severity = "TS152", "tag-namespace", Severity.WARNING
    summary = "A tag's namespace is none that is known."
    explain = f"Known are {', '.join(TAG_NAMESPACES)}."
    bad = "tags:\n    - atack.t1564.003\n"
    good = "tags:\n    - attack.t1564.003\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("tags"):
            space, dot, _ = node.value.lower().partition(".")
            if dot and space not in TAG_NAMESPACES:
                said = hint(space, TAG_NAMESPACES) or f"; known are {', '.join(TAG_NAMESPACES)}"
                yield doc.at(node, f"unknown namespace `{space}`{said}")


class AttackTechnique(DocCheck):
    code, name, severity = "TS153", "attack-technique", Severity.WARNING
    summary = "An ATT&CK tag looks like a technique and is none."
    explain = "Techniques are `t` and four digits, sub-techniques a point and three more: `attack.t1564.003`."
    bad = "tags:\n    - attack.t1564.3\n"
    good = "tags:\n    - attack.t1564.003\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("tags"):
            space, _, rest = node.value.lower().partition(".")
            if space == "attack" and _LIKE_TECHNIQUE.fullmatch(rest) and not _TECHNIQUE.fullmatch(rest):
                yield doc.at(node, f"`{rest}` is no technique; write it as t1564 or t1564.003")


class AttackTactic(DocCheck):
    code, name, severity = "TS154", "attack-tactic", Severity.WARNING
    summary = "An ATT&CK tag names no tactic."
    explain = f"The tactics are {', '.join(TACTICS)}."
    bad = "tags:\n    - attack.persistance\n"
    good = "tags:\n    - attack.persistence\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("tags"):
            space, _, rest = node.value.lower().partition(".")
            if space != "attack" or _LIKE_TECHNIQUE.fullmatch(rest) or rest.replace("_", "-") in TACTICS:
                continue
            if rest:
                yield doc.at(node, f"`{rest}` is no ATT&CK tactic{hint(rest, TACTICS)}")


class AttackUnderscore(DocCheck):
    code, name, severity, fixes = "TS155", "attack-underscore", Severity.WARNING, True
    summary = "A tactic is written with `_`, as older rules did."
    explain = "Sigma 2 writes `attack.privilege-escalation`. `--fix` puts it right."
    bad = "tags:\n    - attack.privilege_escalation\n"
    good = "tags:\n    - attack.privilege-escalation\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("tags"):
            new = node.value.replace("_", "-")
            if new != node.value and new.startswith("attack.") and new.removeprefix("attack.") in TACTICS:
                edit = doc.rewrite(node, new)
                yield doc.at(node, f"Sigma 2 writes `{new}`", *([edit] if edit else []))


class DuplicateTag(DocCheck):
    code, name, severity, fixes = "TS156", "duplicate-tag", Severity.WARNING, True
    summary = "A tag stands in the list twice."
    explain = "It adds nothing, and often stands where another tag was meant. `--fix` drops the second."
    bad = "tags:\n    - attack.t1564.003\n    - attack.t1564.003\n"
    good = "tags:\n    - attack.t1564.003\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        seen: set[str] = set()
        for node in doc.listed("tags"):
            if node.value.lower() in seen:
                edit = doc.without_line(node)
                yield doc.at(node, f"`{node.value}` stands here twice", *([edit] if edit else []))
            seen.add(node.value.lower())


class CveForm(DocCheck):
    code, name, severity = "TS157", "cve-form", Severity.WARNING
    summary = "A CVE tag is not `cve.YYYY-NNNN`."
    explain = "The name after `cve.` is the number alone."
    bad = "tags:\n    - attack.initial-access\n    - cve.cve-2021-44228\n"
    good = "tags:\n    - attack.initial-access\n    - cve.2021-44228\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("tags"):
            if node.value.lower().startswith("cve.") and not _CVE.fullmatch(node.value.lower()):
                yield doc.at(node, f"`{node.value}` is not of the form `cve.2021-44228`")


class AttackMissing(DetectionCheck):
    code, name, severity = "TS158", "attack-missing", Severity.INFO
    summary = "No ATT&CK tag."
    explain = (
        "Without one the rule is missing from coverage, and an alert does not say what the attacker wants."
    )
    bad = "tags:\n    - cve.2021-44228\n"
    good = "tags:\n    - attack.initial-access\n    - cve.2021-44228\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if not any(node.value.lower().startswith(("attack.", "atack.")) for node in doc.listed("tags")):
            yield doc.at_key("tags", "no tag of ATT&CK")
