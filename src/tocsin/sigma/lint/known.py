"""What exists outside the rules that are linted: log sources and their fields. Handed in as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tocsin.model.logsource import LogSource
from tocsin.sigma.lint.taxonomy import CATEGORIES, FIELDS, PRODUCTS, SERVICES


@dataclass(frozen=True, slots=True)
class Known:
    """Names that rules may use. `fields` are by category or service; those under "" may stand anywhere."""

    products: frozenset[str] = frozenset(PRODUCTS)
    categories: frozenset[str] = frozenset(CATEGORIES)
    services: frozenset[str] = frozenset(SERVICES)
    fields: Mapping[str, frozenset[str]] = field(default_factory=lambda: FIELDS)

    def more(self, logsources: Iterable[LogSource], fields: Iterable[str] = ()) -> "Known":
        """Add what, for example, the installed sources declare."""
        said = list(logsources)
        return Known(
            self.products | {one.product for one in said if one.product},
            self.categories | {one.category for one in said if one.category},
            self.services | {one.service for one in said if one.service},
            {**self.fields, "": self.fields.get("", frozenset()) | frozenset(fields)},
        )

    @property
    def anywhere(self) -> frozenset[str]:
        """The field names that every log source may have."""
        return self.fields.get("", frozenset())

    def fields_of(self, logsource: LogSource) -> frozenset[str]:
        """Return the field names that are known for just this log source."""
        words = (logsource.category, logsource.service)
        return frozenset().union(*(self.fields.get(word, frozenset()) for word in words if word is not None))
