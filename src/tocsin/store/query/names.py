"""What may stand before a colon: columns of the table, short names for the usual ones, and any name of a record's own."""

from tocsin.model.columns import NORMALISED, NUMBERS

SHORT = {
    "action": "event.action", "outcome": "event.outcome", "code": "event.code", "provider": "event.provider",
    "user": "user.name", "target": "user.target.name", "host": "host.name",
    "ip": "source.ip", "port": "source.port",
    "process": "process.name", "pid": "process.pid", "command": "process.command_line",
    "file": "file.path", "url": "url.original", "domain": "url.domain",
    "method": "http.request.method", "status": "http.response.status_code", "agent": "user_agent.original",
    "service": "service.name", "account": "cloud.account.id", "region": "cloud.region",
    "namespace": "orchestrator.namespace", "resource": "orchestrator.resource.name",
    "image": "container.image.name", "repo": "vcs.repository.name", "pipeline": "cicd.pipeline.name",
    "rule": "rule.name", "error": "error.message",
}  # fmt: skip
"""Short name -> column."""
TIMES = frozenset({"time", "arrived"})
ID = "id"
TEXTS = frozenset({*NORMALISED, "source", "input", "retention", "refused", "raw"}) - NUMBERS
"""Columns that hold text."""
EXACT = frozenset({"source", "input", "retention"})
"""Columns whose values are the product's own: lower-case names, and the order of the table."""
COLUMNS = frozenset({*TEXTS, *NUMBERS, *TIMES})
MAX_PATH = 8
"""Names on the way into a nested value of a record: `userIdentity.sessionContext.sessionIssuer.arn` has four."""


def resolved(name: str) -> str:
    """Return the column that a short name stands for; other names as they are."""
    return SHORT.get(name, name)
