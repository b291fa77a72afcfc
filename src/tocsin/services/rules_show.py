"""`tocsin rules show`: one rule for a person who has to judge its alert."""

from textwrap import fill

from tocsin.errors import ConfigError
from tocsin.model.near import hint
from tocsin.report.inert import visible
from tocsin.services.rules_list import logsource_of
from tocsin.services.rules_tree import combination_lines, tree_lines
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Correlation, Filter, Rule

_WIDTH = 96
Document = Rule | Correlation | Filter


def find_rule(collection: Collection, name: str) -> Document:
    """Return the rule of that id, name or title; an id may be cut short as long as it means one rule."""
    documents: list[Document] = [*collection.rules, *collection.correlations, *collection.filters]
    word = name.strip().lower()
    exact = [
        one
        for one in documents
        if word in {one.meta.id.lower(), one.meta.name.lower(), one.meta.title.lower()}
    ]
    found = exact or [one for one in documents if len(word) >= 4 and one.meta.id.lower().startswith(word)]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{one.meta.id} ({one.meta.title})" for one in found[:5])
        raise ConfigError(f"`{name}` means several rules: {several}")
    names = [text for one in documents for text in (one.meta.name, one.meta.title, one.meta.id) if text]
    raise ConfigError(f"no rule is called `{name}`{hint(name, names)}")


def show_rule(document: Document) -> str:
    """Say what a rule finds, why that matters, and how it decides, as text for a terminal."""
    meta = document.meta
    lines = [meta.title, "=" * len(meta.title), ""]
    lines += [_field("id", meta.id)]
    lines += [
        _field(
            "kind",
            f"{type(document).__name__.lower()}, level {meta.level.value}, {meta.status or 'no status'}",
        )
    ]
    if not isinstance(document, Correlation):
        lines += [_field("log", str(logsource_of(document)))]
    lines += [_field("name", meta.name)] if meta.name else []
    lines += [_field("written", ", ".join(part for part in (meta.date, meta.author) if part))]
    lines += [_field("where", f"{meta.path}:{meta.line}")] if meta.path else []
    lines += _paragraph("What and why", meta.description)
    lines += _list("ATT&CK", [_attack(tag) for tag in meta.tags if tag.lower().startswith("attack.")])
    lines += _list("False positives", meta.falsepositives)
    lines += ["", _heading(document), *(f"  {line}" for line in _logic(document))]
    lines += _list("References", meta.references)
    return "".join(f"{visible(line)}\n" for line in lines)


def _field(name: str, value: str) -> str:
    return f"{name:<9}{value}" if value else f"{name:<9}-"


def _paragraph(title: str, text: str) -> list[str]:
    """Fill a text anew: single line ends are where its author's editor broke it; lists and empty lines stay."""
    if not text.strip():
        return []
    parts = [""]
    for line in text.strip().splitlines():
        ends = len(parts) > 1 and not parts[-1]
        if ends or not line.strip() or line.lstrip().startswith(("-", "*", "\u2022")):
            parts.append(line.strip())
        else:
            parts[-1] = f"{parts[-1]} {line.strip()}".strip()
    filled = (fill(part, _WIDTH, initial_indent="  ", subsequent_indent="  ") for part in parts)
    return ["", title, *(line for part in filled for line in part.split("\n"))]


def _list(title: str, entries: list[str] | tuple[str, ...]) -> list[str]:
    return ["", title, *(f"  - {entry}" for entry in entries)] if entries else []


def _attack(tag: str) -> str:
    name = tag.split(".", 1)[1]
    if name[:1].lower() == "t" and name[1:2].isdigit():
        return f"{name.upper()}  https://attack.mitre.org/techniques/{name.upper().replace('.', '/')}/"
    return name


def _heading(document: Document) -> str:
    if isinstance(document, Filter):
        return "Joined, with `and`, to " + (", ".join(document.rules) or "every rule of its log")
    return "True when" if isinstance(document, Rule) else "Counts"


def _logic(document: Document) -> list[str]:
    if isinstance(document, Filter):
        return tree_lines(document.condition)
    if isinstance(document, Correlation):
        return combination_lines(document)
    several = len(document.conditions) > 1
    head = ["any of"] if several else []
    return head + [
        ("  " if several else "") + line
        for condition in document.conditions
        for line in tree_lines(condition)
    ]
