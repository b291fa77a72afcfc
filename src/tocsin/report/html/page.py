"""The page from top to bottom, under a policy that lets nothing in but its own style sheet."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from tocsin.model.summary import Summary
from tocsin.report.digest import Digest
from tocsin.report.format import About
from tocsin.report.html import overview, tables, troubles
from tocsin.report.html.icons import symbols
from tocsin.report.html.markup import Html, join, sheet, tag
from tocsin.report.html.matches import matches

_NAMES = {
    "timeline": "Timeline",
    "rules": "Rules",
    "attack": "ATT&CK",
    "entities": "Entities",
    "matches": "Matches",
    "numbers": "Numbers",
    "rejected": "Rejected",
    "warnings": "Warnings",
}


def page(digest: Digest, summary: Summary, about: About) -> Iterator[Html]:
    """Yield the page in pieces."""
    parts = _parts(digest, summary, about)
    yield Html('<!doctype html>\n<html lang="en">\n')
    yield _head(about)
    yield Html("<body>\n")
    yield join(symbols(), tag("a", "Skip to the matches" if digest.total else "Skip to the numbers",
                              href="#matches" if digest.total else "#numbers", class_="skip"))  # fmt: skip
    yield overview.top(digest, summary, about)
    yield _navigation([name for name in _NAMES if parts.get(name)])
    yield Html("<main>\n")
    for name in _NAMES:
        if name == "matches" and digest.total:
            yield from matches(digest)
        elif (part := parts.get(name)) is not None:
            yield join(part, "\n")
    yield Html("</main>\n")
    yield _foot(about)
    yield Html("</body>\n</html>\n")


def _parts(digest: Digest, summary: Summary, about: About) -> dict[str, Html | None]:
    matched = bool(digest.total)
    return {
        "timeline": overview.timeline(digest),
        "rules": tables.rules(digest) if matched else None,
        "attack": tables.techniques(digest),
        "entities": tables.entities(digest),
        "matches": Html("in pieces") if matched else None,
        "numbers": overview.numbers(digest, summary, about),
        "rejected": troubles.rejects(summary),
        "warnings": troubles.warnings(summary),
    }


def _head(about: About) -> Html:
    css = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    hashed = b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="robots", content="noindex"),
        tag("title", f"{about.title} – Tocsin"),  # noqa: RUF001 - a dash between names is long
        sheet(css),
    )


def _navigation(names: list[str]) -> Html:
    links = (tag("li", tag("a", _NAMES[name], href=f"#{name}")) for name in names)
    return tag("nav", tag("ul", *links), aria_label="Sections")


def _foot(about: About) -> Html:
    made = f"Made by Tocsin{f' {about.version}' if about.version else ''}."
    inert = "Text from logs is shown as it is; characters that hide or move text are written out, as "
    return tag("footer", tag("p", made, " ", inert, "\x1b", " and ", "\u202e", "."))
