"""HTML that cannot hold what was not meant: only the tags and attributes listed here, all text escaped."""

from html import escape
from typing import TypeAlias

from tocsin.report.inert import pieces, visible

TAGS = frozenset((
    "html", "head", "body", "meta", "title", "style", "header", "main", "footer", "nav", "section",
    "article", "h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "code",
    "mark", "time", "a", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td",
    "svg", "symbol", "use", "g", "path", "rect", "line", "text",
))  # fmt: skip
VOID = frozenset(("meta", "path", "rect", "line", "use"))
ATTRIBUTES = frozenset((
    "lang", "charset", "name", "content", "http-equiv", "id", "class", "href", "rel", "datetime", "open",
    "scope", "colspan", "tabindex", "role", "aria-label", "aria-hidden", "viewBox", "preserveAspectRatio", "width",
    "height", "x", "y", "x1", "x2", "y1", "y2", "rx", "d", "text-anchor", "focusable",
))  # fmt: skip
LINKS = ("#", "https://attack.mitre.org/techniques/T")


Setting: TypeAlias = str | int | bool | None
"""What an attribute is set to: True writes it without a value, None and False leave it out."""


class Html(str):
    """Markup. Made only by this module: any other text is escaped on its way into it."""

    __slots__ = ()


def tag(name: str, /, *children: str | None, **attributes: Setting) -> Html:
    """Write an element. Children that are not Html are escaped; None and False attributes are left out."""
    if name not in TAGS:
        raise ValueError(f"no tag for a report: {name}")
    start = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if name in VOID:
        return Html(start if name == "meta" else f"{start[:-1]}/>")
    return Html(f"{start}{join(*children)}</{name}>")


def join(*children: str | None) -> Html:
    """Put markup and text one after the other."""
    return Html(
        "".join(child if isinstance(child, Html) else text(child) for child in children if child is not None)
    )


def text(value: str) -> Html:
    """Escape a text; a hidden character is written out and marked, a new line stays one."""
    return Html(
        "".join(
            f'<span class="hidden">{escape(piece)}</span>' if hidden else escape(piece)
            for piece, hidden in pieces(value, keep="\n")
        )
    )


def sheet(css: str) -> Html:
    """Write the page's own style sheet: the one text that is not escaped, and comes from no log."""
    if "</" in css:
        raise ValueError("a style sheet that would end its element")
    return Html(f"<style>{css}</style>")


def _attribute(key: str, value: Setting) -> str:
    name = key.rstrip("_").replace("_", "-")
    if name not in ATTRIBUTES:
        raise ValueError(f"no attribute for a report: {name}")
    if value is None or value is False:
        return ""
    if name == "href" and not str(value).startswith(LINKS):
        raise ValueError(f"no link for a report: {value}")
    return f" {name}" if value is True else f' {name}="{escape(visible(str(value)))}"'
