"""The shared recordings as batches of one source each, read as a hunt reads them."""

from collections.abc import Iterator
from pathlib import Path

import orjson

from tocsin.intake.files import Progress, Unit, read
from tocsin.intake.lines import Record
from tocsin.intake.paths import find_files
from tocsin.ports.source import Source
from tocsin.sources import catalog
from tocsin.sources.recognise import recognise

FOLDERS: tuple[str, ...] = (
    "otrf",
    "evtx-mitre-cc0",
    "cloudtrail",
    "host-logs",
    "k8s-audit",
    "network",
    "web-logs",
    "crowdsec-hub",
)
FOLDERS += ("sigma-regression", "panther-tests", "scm-webhooks")
_NOT_LOGS = ("LICENSE", ".md", "expected.ndjson", "labels.ndjson", "falco_expected.ndjson")
_SOURCES = list(catalog().values())


def logs(folder: Path) -> list[str]:
    """List the files of a folder of the corpus that are logs."""
    return [path for path in find_files([str(folder)]) if not path.endswith(_NOT_LOGS)]


def records(path: str) -> Iterator[tuple[Source, bytes]]:
    """Yield each record of a file that some source takes, taken out of what the corpus wraps around it."""
    for origin, piece in read(Unit(path), _SOURCES, Progress()):
        if not isinstance(piece, Record):
            continue
        record = _unwrapped(piece.content)
        source = catalog()[origin.source] if origin.source else recognise(record)
        if source:
            yield from ((source, inner) for inner in (source.expand(record) if source.expand else [record]))


def _unwrapped(record: bytes) -> bytes:
    if b'"event":{' not in record[:2_000]:
        return record
    try:
        fields = orjson.loads(record)
    except orjson.JSONDecodeError:
        return record
    labels = {"rule", "label", "labels", "technique", "expected", "rule_id", "test", "name", "log_type"}
    inner = fields.get("event")
    return orjson.dumps(inner) if isinstance(inner, dict) and labels & fields.keys() else record


def batches(
    corpus: Path, step: int = 1, first: int = 0, size: int = 1_000
) -> Iterator[tuple[Source, list[bytes]]]:
    """Yield batches of every step-th record of all recordings, from the first-th on."""
    waiting: dict[str, list[bytes]] = {}
    number = 0
    for folder in FOLDERS:
        for path in logs(corpus / folder):
            for source, record in records(path):
                number += 1
                if number % step == first % step:
                    batch = waiting.setdefault(source.name, [])
                    batch.append(record)
                    if len(batch) == size:
                        yield catalog()[source.name], waiting.pop(source.name)
    for name, batch in waiting.items():
        yield catalog()[name], batch
