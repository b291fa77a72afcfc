"""What the supervisor's sender of canaries tells the hub: one small file, replaced as a whole."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tocsin.model.canary import Attempt

FILE = "canary.attempts"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Attempt])


def write(attempts: Sequence[Attempt], folder: Path) -> None:
    """Replace the file. Raises OSError."""
    fresh = folder / f"{FILE}.{os.getpid()}"
    fresh.write_bytes(_encoder.encode(attempts))
    fresh.replace(folder / FILE)


def read(folder: Path) -> Sequence[Attempt] | None:
    """Return what was written last; None if nothing was, or nobody can read it."""
    try:
        return _decoder.decode((folder / FILE).read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return None
