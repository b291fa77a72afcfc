"""What is wrong with the settings: where, what, and what to do."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.settings.quote import Keys, dotted


class Severity(StrEnum):
    """ERROR: `serve` refuses to start. WARNING: it starts."""

    ERROR = "error"
    WARNING = "warning"


class Fault(Struct, frozen=True):
    """A mistake by its way through the document. on_key: the key itself is wrong, not its value."""

    keys: Keys
    text: str
    severity: Severity = Severity.ERROR
    on_key: bool = False


class Mistake(Struct, frozen=True):
    """A mistake with its place. line and column count from 1, in characters; 0: the file as a whole.

    path: of the settings file, or of the file that it names and that is wrong. key: dotted, inert in a terminal.
    """

    path: str
    line: int
    column: int
    key: str
    text: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = plain(self.path, 300) + (f":{self.line}:{self.column}" if self.line else "")
        what = f"{self.key}: {self.text}" if self.key else self.text
        return f"{place}: {self.severity.value}: {what}"


class SettingsError(ConfigError):
    """The settings cannot be used. Its text has one line for each error."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("the settings are wrong\n" + "\n".join(str(one) for one in self.mistakes))


def missing(keys: Keys, hint: str) -> Fault:
    """Say that a key must be there."""
    return Fault(keys[:-1], f"lacks {dotted(keys[-1:])}; {hint}", on_key=True)
