"""Rows of a correlator's state, kept as the control database keeps them."""

from collections.abc import Iterator

from tocsin.correlate.engine import Correlator
from tocsin.correlate.snapshot import Row


class KeptState:
    """Rows by name, part and page."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, int], bytes] = {}

    def save(self, engine: Correlator) -> int:
        """Do what the correlator asks for; return how many rows it wrote."""
        saved = engine.save()
        groups, pages = set(saved.groups), set(saved.pages)
        self.rows = {key: row for key, row in self.rows.items() if key[:2] not in groups and key not in pages}
        self.rows.update({(row.name, row.part, row.page): row.content for row in saved.rows})
        return len(saved.rows)

    def __iter__(self) -> Iterator[Row]:
        return (Row(*key, content) for key, content in self.rows.items())
