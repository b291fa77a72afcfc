"""Every error the product raises on purpose.

TocsinError
├── ConfigError    what the operator asked for is wrong; nothing starts
│   └── QueryError     a search cannot be understood
├── ContentError   one rule, pack or source folder is wrong; the rest load
├── DataError      one record is wrong; it is counted and shown, the batch goes on
│   ├── DamageError    a file of the journal is not as it was written; the role ends, a person is needed
│   └── GoneError      frames that a reader wants were deleted; it was slower than retention
└── DeliveryError  one delivery failed; `retryable` says what the caller does
"""


class TocsinError(Exception):
    """The root: catch this to catch all that the product raises on purpose."""


class ConfigError(TocsinError):
    """A flag, path or setting is wrong. Caught in cli/main.py, which exits with 2."""


class QueryError(ConfigError):
    """A search cannot be understood. The text says what, shows where, and says what to do."""


class ContentError(TocsinError):
    """A rule or pack file is wrong: `path:line: what; what to do`. Collected by the loader, all shown."""

    def __init__(self, message: str, *, keys: tuple[str, ...] = (), path: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.keys = keys  # the way through the document to the mistake, for the loader to find the line
        self.path = path
        self.line = line

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}" if place else self.message


class DataError(TocsinError):
    """A record that no parser can take. `reason` is short and constant: it is a counter's label."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class DamageError(DataError):
    """A file of the journal is not as it was written. The text says which, where, and what to do."""


class GoneError(DataError):
    """A reader asks for frames that retention has deleted. Only consumers that a topic names are waited for."""


class DeliveryError(TocsinError):
    """A delivery that failed; the caller retries if `retryable`."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable
