"""All documents of a run together, for what no single one can show."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property

from tocsin.model.logsource import LogSource
from tocsin.sigma.lint.file import Doc, File


class Project:
    """The documents of every file, and look-ups over them."""

    def __init__(self, files: Iterable[File]) -> None:
        self.documents = [doc for file in files for doc in file.documents]

    def by(self, key: str) -> dict[str, list[Doc]]:
        """Group documents by a top-level text; those without it are left out."""
        groups: dict[str, list[Doc]] = defaultdict(list)
        for doc in self.documents:
            if text := doc.text_of(key):
                groups[text].append(doc)
        return groups

    @cached_property
    def referable(self) -> dict[str, Doc]:
        """Rules and correlations by what a reference may call them: id or name."""
        return {
            text: doc
            for doc in self.documents
            if doc.kind != "filter"
            for text in (doc.text_of("id"), doc.text_of("name"))
            if text
        }

    @cached_property
    def field_use(self) -> dict[LogSource, Counter[str]]:
        """How many rules of a log source use a field."""
        use: dict[LogSource, Counter[str]] = defaultdict(Counter)
        for doc in self.documents:
            if doc.kind == "rule":
                use[logsource(doc)].update({item.field for item in doc.items if item.field})
        return use


def logsource(doc: Doc) -> LogSource:
    """Return a document's log source as far as it can be read."""
    found = doc.value.get("logsource")
    said = found if isinstance(found, dict) else {}
    words = (said.get(word) for word in ("product", "category", "service"))
    return LogSource(*(word.strip().lower() if isinstance(word, str) and word else None for word in words))
