"""Checks of the condition line against the detections beside it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tocsin.model.near import hint
from tocsin.sigma.lint.check import RuleCheck
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Edit, Found, Severity
from tocsin.sigma.lint.items import Condition, Word

_RESERVED = frozenset({"and", "or", "not", "of", "all", "any", "them", "1"})


def fits(name: str, target: str) -> bool:
    if target != "them" and not fnmatchcase(name, target):
        return False
    return target.startswith("_") or not name.startswith("_")


def named_in(doc: Doc, target: str) -> list[str]:
    return [name for name in doc.detections if fits(name, target)]


def _used(doc: Doc) -> set[str]:
    named = {word.text for one in doc.conditions for word in one.names}
    grouped = {
        name for one in doc.conditions for _, target in one.groups for name in named_in(doc, target.text)
    }
    return named | grouped


def _is_old(condition: Condition) -> bool:
    return any(word.text == "|" for word in condition.words)


class UnknownDetection(RuleCheck):
    code, name, severity = "TS301", "unknown-detection", Severity.ERROR
    summary = "The condition names a detection that does not exist."
    explain = "The rule does not load. Names are compared letter by letter."
    bad = """
        detection:
            selection:
                Image: tool.exe
            condition: selecton
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            condition: selection
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for one in doc.conditions:
            if _is_old(one):
                continue
            for word in one.names:
                if word.text not in doc.detections and word.text.lower() not in _RESERVED:
                    yield at_word(
                        doc, word, f"no detection is called `{word.text}`{hint(word.text, doc.detections)}"
                    )


def at_word(doc: Doc, word: Word, message: str, *edits: Edit) -> Found:
    return doc.file.found(word.start, word.end, message, edits)


class EmptyGroup(RuleCheck):
    code, name, severity = "TS302", "empty-group", Severity.ERROR
    summary = "A group such as `1 of filter_*` fits no detection."
    explain = "The rule does not load: nothing can be one, or all, of nothing."
    bad = """
        detection:
            selection:
                Image: tool.exe
            condition: selection and not 1 of filter_*
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            filter_main_help:
                CommandLine|endswith: ' -help'
            condition: selection and not 1 of filter_*
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for one in doc.conditions:
            for quantity, target in one.groups:
                if not named_in(doc, target.text):
                    yield at_word(doc, target, f"`{quantity.text} of {target.text}` fits no detection")


class UnusedDetection(RuleCheck):
    code, name, severity = "TS303", "unused-detection", Severity.WARNING
    summary = "A detection is in no condition."
    explain = (
        "What it describes is not looked for. If it is a filter, the rule alerts on what it should leave out."
    )
    bad = """
        detection:
            selection:
                Image: tool.exe
            filter:
                User: root
            condition: selection
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            filter:
                User: root
            condition: selection and not filter
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        if doc.error or not doc.conditions:
            return  # what is used cannot be told from a condition that does not parse
        used = _used(doc)
        for name, one in doc.detections.items():
            if name not in used:
                yield doc.at(one.key, f"`{name}` is in no condition")


class GroupOfOne(RuleCheck):
    code, name, severity = "TS304", "group-of-one", Severity.INFO
    summary = "`1 of` or `all of` fits exactly one detection."
    explain = "Then the name alone says the same. Groups of filters may stand: more are often added later."
    bad = """
        detection:
            selection:
                Image: tool.exe
            condition: 1 of selection*
    """
    good = """
        detection:
            selection_image:
                Image: tool.exe
            selection_name:
                OriginalFileName: tool.exe
            condition: 1 of selection_*
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for one in doc.conditions:
            for quantity, target in one.groups:
                names = named_in(doc, target.text)
                if len(names) == 1 and not names[0].startswith("filter"):
                    message = f"`{quantity.text} of {target.text}` is `{names[0]}`, nothing else"
                    yield doc.file.found(quantity.start, target.end, message)


class OldAggregation(RuleCheck):
    code, name, severity = "TS305", "old-aggregation", Severity.ERROR
    summary = "The condition counts with `| count()`, which Sigma gave up."
    explain = (
        "Counting is a correlation rule of its own now: `type: event_count`, `group-by`, `timespan`, `gte`."
    )
    bad = """
        detection:
            selection:
                Image: tool.exe
            condition: selection | count() by User > 5
    """
    good = """
        correlation:
            type: event_count
            rules:
                - hidden_window
            group-by:
                - User
            timespan: 5m
            condition:
                gte: 5
        level: high
        ---
        name: hidden_window
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for one in doc.conditions:
            if _is_old(one):
                bar = next(word for word in one.words if word.text == "|")
                yield at_word(doc, bar, "`|` aggregates no more; write a correlation (`type: event_count`)")


class OldTimeframe(RuleCheck):
    code, name, severity = "TS306", "old-timeframe", Severity.WARNING
    summary = "`timeframe` stands in a detection, where nothing reads it."
    explain = "It belonged to `| count()`. A time span is part of a correlation now."
    bad = """
        detection:
            selection:
                Image: tool.exe
            timeframe: 5m
            condition: selection
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            condition: selection
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        if "timeframe" in doc.section:
            yield doc.at(
                doc.section["timeframe"].key, "nothing reads `timeframe` here; use a correlation's `timespan`"
            )


class ConditionCase(RuleCheck):
    code, name, severity, fixes = "TS307", "condition-case", Severity.INFO, True
    summary = "`AND`, `OR`, `NOT` or `OF` is in capitals."
    explain = "Sigma writes them in lower case; some tools read nothing else."
    bad = """
        detection:
            selection:
                Image: tool.exe
            filter:
                User: root
            condition: selection AND NOT filter
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            filter:
                User: root
            condition: selection and not filter
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for one in doc.conditions:
            for word in one.words:
                small = word.text.lower()
                if word.text != small and small in _RESERVED and word.text not in doc.detections:
                    edits = [Edit(word.start, word.end, small)] if word.exact else []
                    yield at_word(doc, word, f"write `{small}`", *edits)


class MixedOperators(RuleCheck):
    code, name, severity = "TS308", "mixed-operators", Severity.WARNING
    summary = "`and` and `or` stand side by side without parentheses."
    explain = "`and` binds first: `a and b or c` is true of every c. Parentheses say what is meant."
    bad = """
        detection:
            selection:
                Image: tool.exe
            selection_name:
                OriginalFileName: tool.exe
            selection_switch:
                CommandLine|contains: ' -hide '
            condition: selection or selection_name and selection_switch
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            selection_name:
                OriginalFileName: tool.exe
            selection_switch:
                CommandLine|contains: ' -hide '
            condition: (selection or selection_name) and selection_switch
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for one in doc.conditions:
            levels: list[set[str]] = [set()]
            for word in one.words:
                text = word.text.lower()
                if text == "(":
                    levels.append(set())
                elif text == ")" and len(levels) > 1:
                    levels.pop()
                elif text in {"and", "or"}:
                    if levels[-1] and text not in levels[-1]:
                        yield at_word(
                            doc, word, "`and` binds before `or`; say what is meant with parentheses"
                        )
                        break
                    levels[-1].add(text)


class DetectionName(RuleCheck):
    code, name, severity = "TS310", "detection-name", Severity.WARNING
    summary = "A detection has a name that a condition cannot say."
    explain = (
        "Names with spaces, brackets or `|`, and the words of the condition language, cannot be referred to."
    )
    bad = """
        detection:
            selection one:
                Image: tool.exe
            selection_two:
                OriginalFileName: tool.exe
            condition: 1 of selection*
    """
    good = """
        detection:
            selection_one:
                Image: tool.exe
            selection_two:
                OriginalFileName: tool.exe
            condition: 1 of selection*
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for name, one in doc.detections.items():
            if name.lower() in _RESERVED or any(char in name for char in " ()|*?[]") or not name:
                yield doc.at(one.key, f"`{name}` cannot be said in a condition; use letters, digits and `_`")
