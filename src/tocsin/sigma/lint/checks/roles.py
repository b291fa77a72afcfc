"""Checks of what detections are called against what the condition does with them."""

from collections.abc import Iterator

from tocsin.sigma.lint.check import DetectionCheck
from tocsin.sigma.lint.checks.conditions import at_word, named_in
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Found, Severity


class ThemWithFilters(DetectionCheck):
    code, name, severity = "TS309", "them-with-filters", Severity.WARNING
    summary = "`of them` takes the filters in with the selections."
    explain = (
        "`1 of them` is true of an event that only a filter describes. Name the group: `1 of selection_*`."
    )
    bad = """
        detection:
            selection:
                Image: tool.exe
            filter_user:
                User: root
            condition: 1 of them
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            filter_user:
                User: root
            condition: selection and not 1 of filter_*
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        filters = [name for name in doc.detections if name.startswith("filter")]
        for one in doc.conditions:
            for _, target in one.groups:
                if target.text == "them" and filters and len(filters) < len(doc.detections):
                    yield at_word(
                        doc, target, f"`them` takes in `{filters[0]}`; name the group, `selection_*`"
                    )


def _under_not(doc: Doc) -> dict[str, set[bool]]:
    """For each detection in a condition, whether it stands under an odd number of `not`, each time it is said."""
    signs: dict[str, set[bool]] = {name: set() for name in doc.detections}
    for one in doc.conditions:
        outer, pending = [False], False
        skip = 0
        for at, word in enumerate(one.words):
            text = word.text.lower()
            if skip:
                skip -= 1
            elif text == "not":
                pending = not pending
            elif text == "(":
                outer.append(outer[-1] != pending)
                pending = False
            elif text == ")":
                outer = outer[:-1] or [False]
            elif text not in {"and", "or"}:
                group = at + 2 < len(one.words) and one.words[at + 1].text.lower() == "of"
                names = named_in(doc, one.words[at + 2].text) if group else [word.text]
                skip = 2 if group else 0
                for name in names:
                    signs.setdefault(name, set()).add(outer[-1] != pending)
                pending = False
    return signs


class FilterNotNegated(DetectionCheck):
    code, name, severity = "TS311", "filter-not-negated", Severity.WARNING
    summary = "A detection called filter is wanted, not left out."
    explain = "By convention a filter says what to leave out: `and not filter`. Call it a selection, or add the `not`."
    bad = """
        detection:
            selection:
                Image: tool.exe
            filter:
                User: root
            condition: selection and filter
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
        if any(target.text == "them" for one in doc.conditions for _, target in one.groups):
            return
        for name, signs in _under_not(doc).items():
            if name.startswith("filter") and signs == {False} and name in doc.detections:
                yield doc.at(doc.detections[name].key, f"`{name}` stands in the condition without `not`")


class SelectionNegated(DetectionCheck):
    code, name, severity = "TS312", "selection-negated", Severity.WARNING
    summary = "A detection called selection stands only under `not`."
    explain = "By convention a selection says what is looked for. Call it a filter, or take the `not` away."
    bad = """
        detection:
            selection:
                Image: tool.exe
            selection_user:
                User: root
            condition: selection and not selection_user
    """
    good = """
        detection:
            selection:
                Image: tool.exe
            filter_user:
                User: root
            condition: selection and not filter_user
    """

    def check(self, doc: Doc) -> Iterator[Found]:
        for name, signs in _under_not(doc).items():
            if name.startswith("selection") and signs == {True} and name in doc.detections:
                yield doc.at(doc.detections[name].key, f"`{name}` stands in the condition under `not` only")
