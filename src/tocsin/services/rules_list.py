"""`tocsin rules list`: which rules there are, chosen by level, tag, log source and words."""

import csv
import io
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.model.logsource import LogSource
from tocsin.report.inert import visible
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Correlation, Filter, Level, Meta, Rule

FORMATS = ("table", "json", "csv")
COLUMNS = ("level", "status", "kind", "id", "title", "logsource", "attack", "path")
_GAP = "  "
_FORMULA = tuple("=+-@")


class Row(Struct, frozen=True):
    """One rule of the list. kind: rule, correlation or filter."""

    id: str
    title: str
    name: str
    level: str
    status: str
    kind: str
    logsource: str
    attack: tuple[str, ...]
    tags: tuple[str, ...]
    path: str
    line: int


class Wanted(Struct, frozen=True):
    """What a listed rule must be; empty: anything. `tags` are prefixes, all of which some tag must have.

    `level`: this and above. `text`: words, all of them somewhere in what the rule says of itself.
    """

    level: Level | None = None
    status: str = ""
    tags: tuple[str, ...] = ()
    product: str = ""
    category: str = ""
    service: str = ""
    text: str = ""


ANYTHING = Wanted()


def list_rules(collection: Collection, wanted: Wanted = ANYTHING) -> tuple[Row, ...]:
    """Return the wanted rules, the most urgent first, then by title."""
    documents: list[Rule | Correlation | Filter] = [
        *collection.rules,
        *collection.correlations,
        *collection.filters,
    ]
    fitting = [one for one in documents if _fits(one, wanted)]
    fitting.sort(key=lambda one: (-one.meta.level.rank, one.meta.title.lower(), one.meta.id))
    return tuple(_row(one) for one in fitting)


def logsource_of(document: Rule | Correlation | Filter) -> LogSource:
    """Return the log source of a rule; a correlation has none of its own."""
    return LogSource() if isinstance(document, Correlation) else document.logsource


def _fits(document: Rule | Correlation | Filter, wanted: Wanted) -> bool:
    meta, source = document.meta, logsource_of(document)
    words = (
        (wanted.product, source.product),
        (wanted.category, source.category),
        (wanted.service, source.service),
    )
    return (
        (wanted.level is None or meta.level.rank >= wanted.level.rank)
        and (not wanted.status or meta.status.lower() == wanted.status.lower())
        and all(any(tag.lower().startswith(start.lower()) for tag in meta.tags) for start in wanted.tags)
        and all(not word or word.lower() == own for word, own in words)
        and _says(meta, wanted.text)
    )


def _says(meta: Meta, text: str) -> bool:
    said = " ".join(
        (meta.title, meta.description, meta.id, meta.name, meta.author, meta.path, *meta.tags)
    ).lower()
    return all(word in said for word in text.lower().split())


def _row(document: Rule | Correlation | Filter) -> Row:
    meta = document.meta
    return Row(
        id=meta.id,
        title=meta.title,
        name=meta.name,
        level=meta.level.value,
        status=meta.status,
        kind=type(document).__name__.lower(),
        logsource="" if isinstance(document, Correlation) else str(document.logsource),
        attack=meta.attack,
        tags=meta.tags,
        path=meta.path,
        line=meta.line,
    )


def render(rows: Sequence[Row], form: str) -> str:
    """Write the list in one of FORMATS, its last newline included."""
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"
    if form == "csv":
        return _csv(rows)
    if form == "table":
        return _table(rows)
    raise ConfigError(f"unknown format `{form}`; known: {', '.join(FORMATS)}")


def _texts(row: Row) -> list[str]:
    shown = {"attack": " ".join(row.attack), "path": f"{row.path}:{row.line}" if row.path else ""}
    return [shown.get(name) or str(getattr(row, name) or "") for name in COLUMNS]


def _csv(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell(text) for text in _texts(row)] for row in rows)
    return out.getvalue()


def cell(text: str) -> str:
    """Make a text safe for a spreadsheet, which would run `=…` as a formula."""
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) else shown


def _table(rows: Sequence[Row]) -> str:
    columns = COLUMNS[:-1]
    lines = [list(columns), *([visible(text) for text in _texts(row)[:-1]] for row in rows)]
    lines = [[text or "-" for text in line] for line in lines]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    padded = (
        _GAP.join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines
    )
    return "".join(line.rstrip() + "\n" for line in padded) + f"{len(rows)} rules\n"
