"""The Markdown pages of the project, taken apart: links, headings, code."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
_FENCE = re.compile(
    r"^(?: *<!-- not run: ([^\n]*?) -->\n+)?( *)(`{3,})(\w*)[^\n]*\n(.*?)^\2\3 *$", re.MULTILINE | re.DOTALL
)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+)\)")
_SOURCE = re.compile(r'(?:src|srcset)="([^"]+)"')
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_COMMAND = re.compile(
    r"(?:^|[\s(])(?:\./run|tocsin) ((?:demo|hunt|rules|serve|search|channels|alerts|silences|replay|backup|restore|identities|outbox|status|doctor|check|init|sources|completions)\b[^\n]*)"
)
_ENDS = re.compile(r"\s(?:\||\|\||&&|;|>>?|<|2>)(?:\s|$)|\s#\s|\)\"?$")


class Block(NamedTuple):
    """A fenced block of a page. unrun: why its commands are not run, from a comment `not run: …` above it."""

    language: str
    text: str
    unrun: str = ""


def pages() -> list[Path]:
    """Return every page that is written for readers, in the order of their paths."""
    folders = (ROOT / "docs", ROOT / "src", ROOT / "bench")
    inside = (page for folder in folders for page in folder.rglob("*.md"))
    return sorted([*ROOT.glob("*.md"), *inside])


def own(page: Path) -> bool:
    """Tell whether commands of the page are checked: those of the linter's pages are made, and many."""
    return "reference/lint" not in page.as_posix()


def name(page: Path) -> str:
    """Return how a page is called in a failure."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks, without their indentation."""
    found = _FENCE.finditer(page.read_text(encoding="utf-8"))
    return [
        Block(one[4], re.sub(rf"^{one[2]}", "", one[5], flags=re.MULTILINE), one[1] or "") for one in found
    ]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def spans(page: Path) -> list[str]:
    """Return what stands in single backticks."""
    return _SPAN.findall(prose(page))


def links(page: Path) -> list[str]:
    """Return the targets of links and pictures that are within the project."""
    text = prose(page)
    found = [*_LINK.findall(_SPAN.sub("", text)), *_LINK.findall(text), *_SOURCE.findall(text)]
    return [one for one in dict.fromkeys(found) if not re.match(r"[a-z]+:", one)]


def anchors(page: Path) -> set[str]:
    """Return what `page.md#…` may point at: headings as GitHub makes anchors of them."""
    heads = (head.replace("`", "") for head in _HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def commands(block: Block) -> Iterator[str]:
    """Yield the arguments of each `tocsin …` or `./run …` line, up to a pipe, redirection or comment."""
    if block.language == "text":  # output, or the shape of a command
        return
    text = re.sub(r"\\\n\s*", " ", block.text)
    for line in text.splitlines():
        found = _COMMAND.search(line)
        if found and not line.lstrip().startswith("#"):
            yield _ENDS.split(found[1])[0].strip()
