"""What is changed: the sources' own samples, and the shared corpora where they are."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

import tocsin.sources
from live_load.corpora import from_corpora
from live_load.template import template
from tocsin.sources import catalog

SOURCES = Path(tocsin.sources.__file__).parent
EACH = 60
"""Records of one kind."""


def own() -> Iterator[bytes]:
    """Yield the records of all sources' samples, those that are hostile on purpose too."""
    for source in catalog().values():
        for path in sorted((SOURCES / source.name / "samples").glob("*")):
            yield from (line for line in path.read_bytes().splitlines()[:EACH] if line)


def gathered(corpus: Path | None) -> list[bytes]:
    """Return distinct records of all kinds, in a fixed order. corpus: the shared one."""
    found = list(own())
    if corpus:
        for records in from_corpora(corpus).values():
            # Those with most to change: a form once is enough.
            found += sorted(records, key=lambda one: len(template(one).holes))[-EACH:]
    return list(dict.fromkeys(found))


def write(path: Path, records: list[bytes]) -> None:
    """Keep them for the processes that try them."""
    path.write_bytes(msgspec.msgpack.encode(records))


def read(path: Path) -> list[bytes]:
    """Read them back."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[bytes])
