"""What is joined into one block is written down before it is inserted: after a crash the same is joined again."""

from pathlib import Path

import msgspec
from msgspec import Struct

from tocsin.errors import DamageError
from tocsin.model.unreadable import UNREADABLE
from tocsin.store import durable


class Span(Struct, frozen=True, array_like=True):
    """Frames of a partition of the topic `columns`: first <= offset < end."""

    partition: int
    first: int
    end: int


class Plan(Struct, frozen=True, array_like=True):
    """The frames of one block."""

    spans: tuple[Span, ...]

    @property
    def token(self) -> str:
        """Return the block's deduplication token."""
        return "_".join(f"{span.partition}-{span.first}-{span.end}" for span in self.spans)


_decoder = msgspec.json.Decoder(Plan)


class PlanFile:
    """The plan that is being carried out, if one is."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "plan.json"

    def write(self, plan: Plan) -> None:
        """Write it down, durably."""
        durable.write(self._path, msgspec.json.encode(plan))

    def read(self) -> Plan | None:
        """Return what was written down last; DamageError if it is not as it was written."""
        try:
            return _decoder.decode(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except UNREADABLE as error:
            raise DamageError(
                "store plan damaged",
                f"{self._path}: {error}; stop Tocsin, and delete it: at most one block of events may be missing",
            ) from None
