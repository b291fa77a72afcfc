"""What a hunt did: the numbers at the end of every report. Every record is in exactly one of them."""

from msgspec import Struct, field

from tocsin.model.match import RuleRef


class Reject(Struct, frozen=True):
    """A record that no parser took: where, why, and how it begins (control characters escaped)."""

    file: str
    line: int
    reason: str
    head: str


class RuleCount(Struct):
    """How often a rule matched, and between which event times."""

    rule: RuleRef
    count: int = 0
    first: float | None = None
    last: float | None = None


class Summary(Struct):
    """Totals of a hunt. records = events + rejected + outside (of --since/--until)."""

    files: int = 0
    records: int = 0
    events: int = 0
    rejected: int = 0
    outside: int = 0
    matches: int = 0
    cut_values: int = 0
    """Values longer than the documented length, of which only the beginning was looked at."""
    bytes: int = 0
    seconds: float = 0.0
    rules: int = 0
    by_source: dict[str, int] = field(default_factory=dict)
    by_rule: dict[str, RuleCount] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    """Why records were rejected -> how many."""
    rejects: list[Reject] = field(default_factory=list)
    """The first few of each reason."""
    warnings: list[str] = field(default_factory=list)
    """Files that could not be read to their end, rules that did not load: each a sentence with its place."""
