"""Checks of what a rule says of itself: identity, title, status, level, description, author."""

import re
from collections.abc import Iterator
from uuid import UUID

import yaml

from tocsin.model.near import hint
from tocsin.sigma.lint.check import DetectionCheck, DocCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity
from tocsin.sigma.lint.taxonomy import RELATIONS, STATUSES
from tocsin.sigma.rule import Level

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*(?: (?:AND|OR|WITH) [A-Za-z0-9][A-Za-z0-9.+-]*)*")
_LONGEST_TITLE = 110
_SHORTEST_TITLE = 8
_SHORTEST_DESCRIPTION = 16


class IdMissing(DocCheck):
    code, name, severity = "TS101", "id-missing", Severity.WARNING
    summary = "The rule has no id."
    explain = (
        "Without an id a rule is known by its title only: rename it, and silences and references lose it."
    )
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("id",)
    good = "id: b3c1a9d4-77f2-4f0e-9a51-5d2f6f0c7e11\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if not doc.value.get("id"):
            yield doc.at_key("id", "no `id`; give it a random UUID")


class IdNotUuid(DocCheck):
    code, name, severity = "TS102", "id-not-uuid", Severity.WARNING
    summary = "The id is not a UUID."
    explain = "Sigma asks for a UUID (version 4), so that rules of different authors never share one."
    bad = "id: hidden-window-1\n"
    good = "id: b3c1a9d4-77f2-4f0e-9a51-5d2f6f0c7e11\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        value = doc.value.get("id")
        if value and not (_UUID.fullmatch(str(value)) and UUID(str(value)).int):
            yield doc.at(doc.entries["id"].value, f"`{value}` is no UUID; a random one is `uuidgen`'s")


class TitleLength(DocCheck):
    code, name, severity = "TS103", "title-length", Severity.WARNING
    summary = f"The title is shorter than {_SHORTEST_TITLE} or longer than {_LONGEST_TITLE} characters."
    explain = "A title is read in a list of alerts, at night: long enough to tell, short enough for one line."
    bad = "title: Hide\n"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        title = doc.text_of("title")
        if title and not _SHORTEST_TITLE <= len(title) <= _LONGEST_TITLE:
            limits = f"{_SHORTEST_TITLE} to {_LONGEST_TITLE}"
            yield doc.at(
                doc.entries["title"].value, f"the title has {len(title)} characters; {limits} read well"
            )


class TitleCase(DocCheck):
    code, name, severity = "TS104", "title-case", Severity.INFO
    summary = "The title begins in lower case."
    explain = "Titles stand in lists under each other, and begin with a capital."
    bad = "title: suspicious Window Hidden by Example Tool\n"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        word = doc.text_of("title").partition(" ")[0]
        if word.isalpha() and word.islower():
            yield doc.at(doc.entries["title"].value, f"begin the title with a capital: `{word.capitalize()}`")


class TitleEnd(DocCheck):
    code, name, severity, fixes = "TS105", "title-end", Severity.WARNING, True
    summary = "The title ends in a full stop."
    explain = "A title is no sentence; the stop ends up in the middle of messages."
    bad = "title: Suspicious Window Hidden by Example Tool.\n"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        title = doc.text_of("title")
        if title.endswith(".") and not title.endswith("..."):
            node = doc.entries["title"].value
            edit = doc.rewrite(node, title.rstrip("."))
            yield doc.at(node, "the title ends in a full stop", *([edit] if edit else []))


class TitleVerb(DocCheck):
    code, name, severity = "TS106", "title-verb", Severity.WARNING
    summary = "The title begins with Detects or Detection of."
    explain = "Every rule detects; say what."
    bad = "title: Detects Hidden Window of Example Tool\n"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if re.match(r"(?i)(?:detects?|detecting|detection of|rule)\b", doc.text_of("title")):
            yield doc.at(doc.entries["title"].value, "every rule detects; begin the title with what it finds")


class StatusMissing(DocCheck):
    code, name, severity = "TS111", "status-missing", Severity.WARNING
    summary = "The rule has no status."
    explain = "The status says how far a rule can be trusted: experimental, test, stable."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("status",)
    good = "status: experimental\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if doc.kind != "filter" and not doc.value.get("status"):
            yield doc.at_key("status", f"no `status`; one of {', '.join(STATUSES)}")


class StatusUnknown(DocCheck):
    code, name, severity, fixes = "TS112", "status-unknown", Severity.WARNING, True
    summary = "The status is none of Sigma's."
    explain = f"Sigma knows {', '.join(STATUSES)}. A difference of case alone is put right by `--fix`."
    bad = "status: Stable\n"
    good = "status: stable\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        status = doc.text_of("status")
        if status and status not in STATUSES:
            node = doc.entries["status"].value
            edit = doc.rewrite(node, status.lower()) if status.lower() in STATUSES else None
            said = hint(status, STATUSES) or f"; one of {', '.join(STATUSES)}"
            yield doc.at(node, f"unknown status `{status}`{said}", *([edit] if edit else []))


class LevelMissing(DocCheck):
    code, name, severity = "TS113", "level-missing", Severity.WARNING
    summary = "The rule has no level."
    explain = "Without a level every alert is medium, and `--level high` leaves the rule out."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("level",)
    good = "level: high\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if doc.kind != "filter" and doc.value.get("level") is None:
            yield doc.at_key("level", f"no `level`; one of {', '.join(level.value for level in Level)}")


class LevelUnknown(DocCheck):
    code, name, severity = "TS114", "level-unknown", Severity.ERROR
    summary = "The level is none of Sigma's; the rule does not load."
    explain = "Sigma knows informational, low, medium, high and critical."
    bad = "level: hight\n"
    good = "level: high\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        known = [level.value for level in Level]
        level = doc.value.get("level", "medium")
        if level is not None and str(level).lower() not in known:
            said = hint(str(level), known) or f"; one of {', '.join(known)}"
            yield doc.at(doc.entries["level"].value, f"unknown level `{level}`{said}")


class DescriptionMissing(DocCheck):
    code, name, severity = "TS115", "description-missing", Severity.WARNING
    summary = "The rule has no description."
    explain = "Whoever gets the alert needs to know what the rule looks for and why it matters."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("description",)
    good = "description: Detects the example tool with the switch that hides its window.\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if not doc.text_of("description"):
            yield doc.at_key("description", "no `description`; say what it finds and why that matters")


class DescriptionThin(DocCheck):
    code, name, severity = "TS116", "description-thin", Severity.WARNING
    summary = "The description is very short or repeats the title."
    explain = "A description adds what the title cannot say: how the technique works, why it is suspicious."
    bad = "description: Hidden window\n"
    good = "description: Detects the example tool with the switch that hides its window.\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        text = doc.text_of("description")
        repeats = text.rstrip(".").lower() == doc.text_of("title").rstrip(".").lower()
        if text and (repeats or len(text) < _SHORTEST_DESCRIPTION):
            message = (
                "the description repeats the title" if repeats else "the description says almost nothing"
            )
            yield doc.at(doc.entries["description"].value, message)


class AuthorMissing(DocCheck):
    code, name, severity = "TS117", "author-missing", Severity.INFO
    summary = "The rule names no author."
    explain = "The author is whom to ask, and whom the licence wants credited."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("author",)
    good = "author: Example Author\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if not doc.value.get("author"):
            yield doc.at_key("author", "no `author`")


class NameForm(DocCheck):
    code, name, severity = "TS118", "name-form", Severity.WARNING
    summary = "The rule's name cannot stand in a correlation's condition."
    explain = "Correlations and filters refer to rules by `name`: letters, digits, `_`, `-` and `.` only."
    bad = "name: hidden window\n"
    good = "name: hidden_window\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        name = doc.value.get("name")
        if name and not _NAME.fullmatch(str(name)):
            yield doc.at(
                doc.entries["name"].value, f"`{name}` cannot be referred to; use letters, digits and `_`"
            )


class LicenseForm(DocCheck):
    code, name, severity = "TS119", "license-form", Severity.INFO
    summary = "The licence is no SPDX identifier."
    explain = "Sigma asks for an SPDX expression, which tools can compare: `Apache-2.0`, `DRL-1.1`."
    bad = "license: see the file in the repository\n"
    good = "license: Apache-2.0\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        text = doc.text_of("license")
        if text and not _SPDX.fullmatch(text):
            yield doc.at(doc.entries["license"].value, f"`{text}` is no SPDX identifier such as `Apache-2.0`")


class RelatedForm(DocCheck):
    code, name, severity = "TS120", "related-form", Severity.WARNING
    summary = "An entry of `related` lacks an id or a known type."
    explain = f"Each entry is `id:` (a UUID) and `type:`, one of {', '.join(RELATIONS)}."
    bad = """
        related:
            - id: b3c1a9d4-77f2-4f0e-9a51-5d2f6f0c7e11
              type: derive
    """
    good = """
        related:
            - id: b3c1a9d4-77f2-4f0e-9a51-5d2f6f0c7e11
              type: derived
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        one = doc.entries.get("related")
        values = doc.value.get("related")
        if one is None or not isinstance(one.value, yaml.SequenceNode) or not isinstance(values, list):
            return
        for node, value in zip(one.value.value, values, strict=True):
            said = value if isinstance(value, dict) else {}
            kind = str(said.get("type"))
            if not _UUID.fullmatch(str(said.get("id"))):
                yield doc.at(node, "an entry of `related` needs `id`, a UUID")
            elif kind not in RELATIONS:
                yield doc.at(node, f"unknown relation `{kind}`{hint(kind, RELATIONS)}")


class FalsePositivesMissing(DetectionCheck):
    code, name, severity = "TS121", "falsepositives-missing", Severity.INFO
    summary = "The rule names no false positives."
    explain = "The first question at every alert is what harmless thing looks like this."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    without = ("falsepositives",)
    good = "falsepositives:\n    - Administrators who hide the window of a scheduled job\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        if not doc.value.get("falsepositives"):
            yield doc.at_key(
                "falsepositives", "no `falsepositives`; name what harmless thing looks like this"
            )


class FalsePositivesNone(DetectionCheck):
    code, name, severity = "TS122", "falsepositives-none", Severity.WARNING
    summary = "The false positives are said to be none, or in words that say nothing."
    explain = "No rule has none. Name them, or write Unknown or Unlikely."
    bad = "falsepositives:\n    - None\n"
    good = "falsepositives:\n    - Unlikely\n"

    def check(self, doc: Doc) -> Iterator[Found]:
        for node in doc.listed("falsepositives"):
            if node.value.strip().rstrip(".").lower() in {
                "none",
                "no",
                "n/a",
                "na",
                "tbd",
                "todo",
                "nothing",
                "-",
                "",
            }:
                yield doc.at(node, f"`{node.value}`: no rule has none; name them or write Unknown")
