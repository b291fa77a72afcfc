"""Checks of values: wildcards, escapes, doubles, and what YAML reads instead of what was written."""

import re
from collections.abc import Iterator

from tocsin.sigma.lint.check import ItemCheck
from tocsin.sigma.lint.cover import covers, literals, opaque, whole
from tocsin.sigma.lint.file import Doc
from tocsin.sigma.lint.finding import Edit, Found, Severity
from tocsin.sigma.lint.items import Item, Value
from tocsin.sigma.lint.taxonomy import NUMBER_FIELDS
from tocsin.sigma.tree import ANY

_MOST_COMPARED = 400  # values of a list: each is compared with each
_ESCAPED_STAR = re.compile(r"\\[\w .()~-]+\\\*(?:\\|$)|^[A-Za-z]:\\\*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class WildcardOnly(ItemCheck):
    code, name, severity = "TS341", "wildcard-only", Severity.INFO
    summary = "The value is `*` alone."
    explain = (
        "It is true of every value, also of the empty one. `|exists: true` says that the field is there."
    )
    bad = """
        detection:
            selection:
                CommandLine: '*'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|exists: true
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values if item.is_text and not item.is_encoded else ():
            if value.parts and all(part == ANY for part in value.parts):
                yield doc.at(
                    value.node, "`*` alone is true of every value; use `|exists: true` if that is meant"
                )


class WildcardEnds(ItemCheck):
    code, name, severity, fixes = "TS342", "wildcard-ends", Severity.INFO, True
    summary = "Wildcards at the ends, where contains, startswith or endswith say the same."
    explain = (
        "The modifiers read better and cannot be broken by a backslash before the `*`. `--fix` rewrites them."
    )
    bad = r"""
        detection:
            selection:
                Image: '*\tool.exe'
            condition: selection
    """
    good = r"""
        detection:
            selection:
                Image|endswith: '\tool.exe'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if not item.is_text or item.is_encoded or item.affix or not item.field or not item.values:
            return
        forms = {_form(value) for value in item.values}
        word = forms.pop() if len(forms) == 1 else ""
        if word:
            edits = _with_modifier(doc, item, word)
            yield doc.at(item.key, f"wildcards at the ends; write `{item.field}|{word}`", *edits)


def _form(value: Value) -> str:
    parts = value.parts
    inner = [part for part in parts[1:-1] if not isinstance(part, str)]
    if len(parts) < 2 or inner or 1 in (parts[0], parts[-1]):
        return ""
    return {(True, True): "contains", (True, False): "endswith", (False, True): "startswith"}.get(
        (parts[0] == ANY, parts[-1] == ANY), ""
    )


def _with_modifier(doc: Doc, item: Item, word: str) -> list[Edit]:
    head, tail = word != "startswith", word != "endswith"
    key = doc.rewrite(item.key, "|".join([item.field, word, *item.modifiers]))
    edits = [doc.rewrite(one.node, one.text[int(head) : len(one.text) - int(tail)]) for one in item.values]
    found = [edit for edit in (key, *edits) if edit is not None]
    return found if len(found) == len(edits) + 1 else []


class EmptyAffix(ItemCheck):
    code, name, severity = "TS343", "empty-affix", Severity.WARNING
    summary = "contains, startswith or endswith with an empty text."
    explain = (
        "Every value contains nothing, so this is true wherever the field is. An empty value is `Field: ''`."
    )
    bad = """
        detection:
            selection:
                CommandLine|contains: ''
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine: ''
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values if item.affix and item.is_text else ():
            if value.read == "":
                yield doc.at(
                    value.node, f"every value {item.affix} nothing; an empty value is `{item.field}: ''`"
                )


class ShortKeyword(ItemCheck):
    code, name, severity = "TS344", "short-keyword", Severity.WARNING
    summary = "A keyword of one or two characters."
    explain = "Keywords are looked for anywhere in the event; so short a one is almost everywhere."
    bad = """
        detection:
            keywords:
                - 'x'
            condition: keywords
    """
    good = """
        detection:
            keywords:
                - 'segfault at'
            condition: keywords
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if item.field or not item.is_text or item.is_encoded or "all" in item.modifiers:
            return
        for value in item.values:
            if sum(len(part) for part in value.parts if isinstance(part, str)) < 3 and value.text:
                yield doc.at(value.node, f"the keyword `{value.text}` is in almost every event; name a field")


class EscapedWildcard(ItemCheck):
    code, name, severity = "TS345", "escaped-wildcard", Severity.WARNING
    summary = r"`\*` in a path: a star is looked for, not any folder."
    explain = r"""
        A backslash before `*` or `?` takes its meaning away. For a folder of any name write `\\*\`: the first
        backslash escapes the second, and the `*` stays a wildcard.
    """
    bad = r"""
        detection:
            selection:
                Image|startswith: 'C:\Users\*\AppData\'
            condition: selection
    """
    good = r"""
        detection:
            selection:
                Image|startswith: 'C:\Users\\*\AppData\'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values if item.is_text else ():
            if _ESCAPED_STAR.search(value.text):
                yield doc.at(value.node, r"`\*` is a star here, not a wildcard; write `\\*` for any folder")


class ControlCharacter(ItemCheck):
    code, name, severity = "TS346", "control-character", Severity.WARNING
    summary = "A backslash in double quotes made a control character."
    explain = r"""
        YAML reads `\t`, `\b`, `\n` in double quotes as tab, backspace, newline: `"C:\temp"` holds a tab.
        Use single quotes.
    """
    bad = r"""
        detection:
            selection:
                Image|endswith: "\tool.exe"
            condition: selection
    """
    good = r"""
        detection:
            selection:
                Image|endswith: '\tool.exe'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values:
            if value.node.style == '"' and (found := _CONTROL.search(value.text)):
                yield doc.at(
                    value.node, f"holds U+{ord(found[0]):04X}, made by a backslash; use single quotes"
                )


class DuplicateValue(ItemCheck):
    code, name, severity, fixes = "TS347", "duplicate-value", Severity.WARNING, True
    summary = "A value stands in its list twice."
    explain = "Case does not count, unless the item is `cased`. `--fix` drops the second."
    bad = """
        detection:
            selection:
                CommandLine|contains:
                    - ' -hide '
                    - ' -HIDE '
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains: ' -hide '
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        keep_case = item.cased or item.is_encoded or not item.is_text
        seen: set[str] = set()
        for value in item.values:
            text = str(value.read) if keep_case else str(value.read).lower()
            if text in seen:
                edit = doc.without_line(value.node)
                yield doc.at(
                    value.node, f"`{value.read}` stands in this list twice", *([edit] if edit else [])
                )
            seen.add(text)


class CoveredValue(ItemCheck):
    code, name, severity = "TS348", "covered-value", Severity.INFO
    summary = "A value adds nothing: another of its list matches all that it does."
    explain = (
        "Of `tool` and `tool.exe` under `contains` the second is never needed. Under `|all` it is the first."
    )
    bad = """
        detection:
            selection:
                CommandLine|contains:
                    - 'hide'
                    - '-hide-window'
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains:
                    - '-hide-window'
                    - '-conceal'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if not item.is_text or item.is_encoded or not 1 < len(item.values) <= _MOST_COMPARED:
            return
        forms = [_Form(value, item) for value in item.values if value.read is not None]
        for own in forms:
            other = next((one for one in forms if one.makes_idle(own, all_of="all" in item.modifiers)), None)
            if other:
                yield doc.at(own.value.node, f"adds nothing: `{other.value.read}` is in the same list")


class _Form:
    """A value as a pattern, with what a quick look needs: `covers` is asked of few pairs out of many."""

    def __init__(self, value: Value, item: Item) -> None:
        self.value = value
        self.cased = item.cased
        self.parts = whole(item, value)
        self.text = opaque(self.parts, cased=self.cased)
        self.longest = max(literals(self.parts, cased=self.cased), key=len, default="")

    def makes_idle(self, other: "_Form", *, all_of: bool) -> bool:
        """Tell whether the other value adds nothing beside this one."""
        broad, narrow = (other, self) if all_of else (self, other)
        if broad.longest not in narrow.text or broad.text == narrow.text:
            return False
        return covers(broad.parts, narrow.parts, cased=self.cased)


class NumberAsText(ItemCheck):
    code, name, severity, fixes = "TS349", "number-as-text", Severity.INFO, True
    summary = "A number in quotes, in a field that holds numbers."
    explain = "Here both match; in typed stores the quoted one may not. `--fix` takes the quotes away."
    bad = """
        detection:
            selection:
                EventID: '4688'
            condition: selection
    """
    good = """
        detection:
            selection:
                EventID: 4688
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if item.field not in NUMBER_FIELDS or item.modifiers:
            return
        for value in item.values:
            if value.text.isascii() and value.text.isdigit() and str(int(value.text[:18])) == value.text:
                edit = Edit(*doc.file.span(value.node), value.text)
                yield doc.at(value.node, f"`{item.field}` holds numbers; take the quotes away", edit)


class NumberMisread(ItemCheck):
    code, name, severity = "TS350", "number-misread", Severity.WARNING
    summary = "YAML reads the unquoted value as another one than is written."
    explain = "`010` is 8, `1.10` is 1.1, `12:30` is 750, `0x1f` is 31, `yes` is true. Put it in quotes."
    bad = """
        detection:
            selection:
                FileVersion: 1.10
            condition: selection
    """
    good = """
        detection:
            selection:
                FileVersion: '1.10'
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        for value in item.values:
            read, written = value.read, value.node.value
            if (
                isinstance(read, int | float)
                and str(read).lower() != written.lower()
                and "exists" not in item.modifiers
            ):
                yield doc.at(value.node, f"YAML reads `{written}` as {read}; put it in quotes")


class PaddedValue(ItemCheck):
    code, name, severity = "TS351", "padded-value", Severity.INFO
    summary = "An exact value begins or ends with a space."
    explain = "Few logs keep such a space. If a word is looked for inside a text, `contains` is missing."
    bad = """
        detection:
            selection:
                CommandLine: ' -hide '
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine|contains: ' -hide '
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if not item.is_text or item.affix or item.is_encoded or not item.field:
            return
        for value in item.values:
            if value.text.strip() and value.text != value.text.strip():
                yield doc.at(value.node, "an exact value with a space at its end; is `contains` missing?")


class FieldSpaces(ItemCheck):
    code, name, severity = "TS352", "field-spaces", Severity.WARNING
    summary = "A space at an end of a field's name or around its `|`."
    explain = "The space is part of the name, and no event has such a field."
    bad = """
        detection:
            selection:
                'CommandLine ': tool.exe
            condition: selection
    """
    good = """
        detection:
            selection:
                CommandLine: tool.exe
            condition: selection
    """

    def check(self, doc: Doc, item: Item) -> Iterator[Found]:
        if item.field != item.field.strip():
            yield doc.at(item.key, f"the field is called `{item.field}`, with a space")
