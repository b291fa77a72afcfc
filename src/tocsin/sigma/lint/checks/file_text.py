"""Checks of a file's text: what editors and copy-and-paste leave behind."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePath

import yaml

from tocsin.sigma.lint.check import FileCheck
from tocsin.sigma.lint.file import BOM, File
from tocsin.sigma.lint.finding import Edit, Found, Severity

_TAB = re.compile(r"^ *\t[ \t]*(?=[^\s#])", re.MULTILINE)
_CRLF = re.compile(r"\r\n")
_TRAILING = re.compile(r"[ \t]+(?=\r?$)", re.MULTILINE)
_HIDDEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_PICTURES = frozenset({"So", "Sk", "Mn"})  # emoji, their skin tones, and the mark that asks for a picture
_MIXED = re.compile(r"[^\W\d_]{2,}")
_FILE_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*\.ya?ml|[a-z0-9]+(?:-[a-z0-9]+)*\.ya?ml")


class NotYaml(FileCheck):
    code, name, severity, generic = "TS001", "not-yaml", Severity.ERROR, True
    summary = "The file is not YAML, or not made of mappings."
    explain = """
        Nothing in the file after this place can be read. The usual causes are an unquoted value that begins
        with `*`, `%`, `@`, `{` or `[`, a `: ` inside an unquoted text, and indentation that does not line up.
    """
    bad = r"""
        detection:
            selection:
                Image: *\tool.exe
            condition: selection
    """
    good = r"""
        detection:
            selection:
                Image: '?:\tool.exe'
            condition: selection
    """

    def check(self, file: File) -> Iterator[Found]:
        if file.trouble:
            yield file.trouble


class TabIndentation(FileCheck):
    code, name, severity = "TS004", "tab-indentation", Severity.ERROR
    summary = "A line is indented with a tab, which YAML forbids."
    explain = "YAML refuses tabs in indentation, so the rule does not load. Use four spaces."
    bad = "detection:\n    selection:\n\tImage: tool.exe\n    condition: selection\n"
    good = "detection:\n    selection:\n        Image: tool.exe\n    condition: selection\n"

    def check(self, file: File) -> Iterator[Found]:
        if file.trouble and (found := _TAB.search(file.text)):
            yield file.found(found.start(), found.end(), "indented with a tab; use spaces")


class ByteOrderMark(FileCheck):
    code, name, severity, fixes = "TS005", "byte-order-mark", Severity.WARNING, True
    summary = "The file begins with a byte order mark."
    explain = "UTF-8 needs no byte order mark, and some tools read it as part of the first key."
    bad = "\ufefftitle: Suspicious Window Hidden by Example Tool\n"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, file: File) -> Iterator[Found]:
        if file.text.startswith(BOM):
            yield file.found(0, 1, "byte order mark; save as UTF-8 without it", (Edit(0, 1, ""),))


class WindowsLines(FileCheck):
    code, name, severity, fixes = "TS006", "windows-line-ends", Severity.INFO, True
    summary = "Lines end in CR LF."
    explain = "Mixed line ends make every diff of the rule a diff of the whole file."
    bad = "title: Suspicious Window Hidden by Example Tool\r\n"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, file: File) -> Iterator[Found]:
        found = list(_CRLF.finditer(file.text))
        if found:
            edits = tuple(Edit(one.start(), one.end(), "\n") for one in found)
            yield file.found(
                found[0].start(), found[0].end(), f"{len(found)} lines end in CR LF; use LF", edits
            )


class TrailingSpace(FileCheck):
    code, name, severity, fixes = "TS007", "trailing-space", Severity.INFO, True
    summary = "Spaces at the end of a line."
    explain = "They cannot be seen and make diffs noisy. Inside a text of several lines they are left alone."
    bad = "level: medium   \n"
    good = "level: medium\n"

    def check(self, file: File) -> Iterator[Found]:
        found = list(_TRAILING.finditer(file.text))
        if not found:
            return
        texts = [span for doc in file.documents for span in _long_texts(file, doc.node)]
        for one in found:
            if not any(start <= one.start() < end for start, end in texts):
                yield file.found(
                    one.start(), one.end(), "spaces at the end of the line", (Edit(*one.span(), ""),)
                )


def _long_texts(file: File, node: yaml.Node) -> Iterator[tuple[int, int]]:
    if isinstance(node, yaml.ScalarNode):
        if node.start_mark.line != node.end_mark.line:
            yield file.span(node)
    else:
        for pair in node.value:
            for inner in pair if isinstance(pair, tuple) else (pair,):
                yield from _long_texts(file, inner)


class DocumentMarker(FileCheck):
    code, name, severity, fixes = "TS008", "document-marker", Severity.INFO, True
    summary = "A `---` opens a file of one document."
    explain = "The marker parts documents; before the only one it says nothing."
    bad = "---\ntitle: Suspicious Window Hidden by Example Tool\n"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, file: File) -> Iterator[Found]:
        found = re.match(r"---[ \t]*\r?\n", file.text)
        if found and len(file.documents) == 1:
            yield file.found(0, 3, "`---` before the only document", (Edit(0, found.end(), ""),))


class HiddenCharacter(FileCheck):
    code, name, severity = "TS009", "hidden-character", Severity.WARNING
    summary = "An invisible or direction-changing character."
    explain = """
        Zero-width and bidirectional control characters make a rule match something other than what a reviewer
        reads. One that stands alone in its quotes is looked for on purpose and may stand; so may those that join
        emoji. Elsewhere match it with `|re` and its escape, `\\x{200B}`.
    """
    bad = """
        detection:
            selection:
                Image|endswith: '\\to\u200bol.exe'
            condition: selection
    """
    good = r"""
        detection:
            selection:
                Image|endswith: '\tool.exe'
            condition: selection
    """

    def check(self, file: File) -> Iterator[Found]:
        if file.text.isascii():
            return
        for found in _HIDDEN.finditer(file.text, file.shift):
            before, after = file.text[: found.start()][-1:], file.text[found.end() : found.end() + 1]
            if (before == after and before in {"'", '"'}) or unicodedata.category(before or " ") in _PICTURES:
                continue
            name = unicodedata.name(found[0], f"U+{ord(found[0]):04X}")
            yield file.found(*found.span(), f"invisible character: {name}")


class LookAlike(FileCheck):
    code, name, severity = "TS010", "look-alike-letters", Severity.WARNING
    summary = "One word mixes Latin letters with Cyrillic or Greek ones that look the same."
    explain = "Such a word never matches what it seems to say. Type it again."
    bad = """
        detection:
            selection:
                Image|endswith: '\\\u0440owershell.exe'
            condition: selection
    """
    good = r"""
        detection:
            selection:
                Image|endswith: '\powershell.exe'
            condition: selection
    """

    def check(self, file: File) -> Iterator[Found]:
        if file.text.isascii():
            return
        for found in _MIXED.finditer(file.text):
            scripts = {_script(char) for char in found[0]}
            if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}:
                odd = next(char for char in found[0] if _script(char) in {"CYRILLIC", "GREEK"})
                yield file.found(
                    *found.span(), f"`{found[0]}` holds {unicodedata.name(odd)}; type the word again"
                )


def _script(char: str) -> str:
    return "LATIN" if char.isascii() else unicodedata.name(char, "").partition(" ")[0]


class NoFinalNewline(FileCheck):
    code, name, severity, fixes = "TS011", "no-final-newline", Severity.INFO, True
    summary = "The last line does not end."
    explain = "Appending to such a file joins two lines into one; diffs mark it forever."
    bad = "level: medium"
    good = "level: medium\n"

    def check(self, file: File) -> Iterator[Found]:
        end = len(file.text)
        if file.text.strip() and not file.text.endswith("\n"):
            yield file.found(end - 1, end, "no newline at the end", (Edit(end, end, "\n"),))


class FileName(FileCheck):
    code, name, severity = "TS012", "file-name", Severity.INFO
    summary = "The file's name is not lower-case words joined by `_` (or all by `-`), ending in `.yml`."
    explain = "One form of names makes rules easy to find and to sort: `proc_creation_win_hidden_window.yml`."
    bad = "title: Suspicious Window Hidden by Example Tool\n"
    bad_path = "Hidden-Window.yml"
    good = "title: Suspicious Window Hidden by Example Tool\n"

    def check(self, file: File) -> Iterator[Found]:
        name = PurePath(file.path).name
        if file.path != "-" and not _FILE_NAME.fullmatch(name):
            yield file.found(0, 0, f"the file's name `{name}` is not lower-case words joined by `_` or `-`")
