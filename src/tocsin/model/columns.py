"""What every stored event has: the columns of frames of the topic `columns`, and of the store's table.

A frame's payload is an Arrow stream with the columns of `OWN`, and those of `NORMALISED` that its sources can
have; what is missing, and `said` where nothing is said, is null. Its `origin` is the frame of events, its `arrived` theirs, its `meta` their
`Context`: the store adds partition, offset, arrived, input and retention from there.
"""

OWN = {
    "index": "uint32",
    "part": "uint16",
    "source": "string",
    "time": "timestamp[us]",
    "refused": "string",
    "raw": "binary",
    "said": "string",
}
"""Name -> Arrow type. index, part: see `EventId`. time: the event's own, clamped to its arrival; null without
one. refused: why it could not be read (a short constant reason); null for the others. raw: as it was received, secrets
redacted; any bytes. said: what the protocol that brought it says of it beside (HEC's sourcetype, Loki's labels): a JSON object of texts;
null without any."""

TOPIC = "columns"

NUMBERS = frozenset({"source.port", "destination.port", "http.response.status_code", "process.pid"})
"""Normalised columns that hold numbers: uint32; all others hold strings."""

NORMALISED = (
    "event.action", "event.outcome", "event.code", "event.provider", "user.name", "user.id", "user.target.name",
    "host.name", "source.ip", "source.port", "destination.ip", "destination.port", "process.name",
    "process.pid", "process.executable", "process.command_line", "file.path", "url.original", "url.domain",
    "http.request.method", "http.response.status_code", "user_agent.original", "service.name",
    "cloud.account.id", "cloud.region", "orchestrator.namespace", "orchestrator.resource.name",
    "container.image.name", "vcs.repository.name", "cicd.pipeline.name", "rule.name", "error.message",
)  # fmt: skip
"""Names that get a column of their own (ECS, and OpenTelemetry's vcs.* and cicd.*)."""
