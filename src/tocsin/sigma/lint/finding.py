"""What a check finds, and what a reader is told; a place is an offset until a finding is made of it."""

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The rule does not load, or cannot do what it says."""
    WARNING = "warning"
    """The rule loads and is very likely not what its author meant."""
    INFO = "info"
    """A convention of the public rules, or something to know; never fails a run by itself."""

    @property
    def rank(self) -> int:
        """0 for info … 2 for error."""
        return ("info", "warning", "error").index(self.value)


class Edit(Struct, frozen=True):
    """Replace the text between two offsets."""

    start: int
    end: int
    text: str


class Found(Struct, frozen=True):
    """What a check yields: a stretch of one file's text, a sentence, and the edits that would put it right."""

    path: str
    start: int
    end: int
    message: str
    edits: tuple[Edit, ...] = ()


class Finding(Struct, frozen=True):
    """What a person is shown. Lines and columns count from 1, columns in characters; the end is exclusive."""

    code: str
    name: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    """The line on which it starts."""
    edits: tuple[Edit, ...] = ()

    @property
    def fixable(self) -> bool:
        """Tell whether `--fix` can put it right."""
        return bool(self.edits)
