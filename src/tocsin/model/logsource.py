"""Which log an event comes from, in Sigma's three words."""

from msgspec import Struct


class LogSource(Struct, frozen=True):
    """A rule's `logsource`, or what an event declares itself to be. None: not said."""

    product: str | None = None
    category: str | None = None
    service: str | None = None

    def __str__(self) -> str:
        said = (f"{name} {value}" for name in self.__struct_fields__ if (value := getattr(self, name)))
        return ", ".join(said) or "any log"


def applies(rule: LogSource, event: tuple[LogSource, ...]) -> bool:
    """Tell whether a rule for this log source is meant for an event that declares those."""
    return any(
        (rule.product is None or rule.product == declared.product)
        and (rule.category is None or rule.category == declared.category)
        and (rule.service is None or rule.service == declared.service)
        for declared in event
    )
