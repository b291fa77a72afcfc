"""The process's own streams, whatever it was started with: odd locales, closed ones, a reader that left."""

import os
import sys

from tocsin.errors import DeliveryError


def settle_streams() -> None:
    """Write what logs hold without failing on it; raises DeliveryError when there is nowhere to write."""
    if sys.stderr is None:  # print would fall back to standard output
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (for as long as the process)
    if sys.stdout is None:
        raise DeliveryError("standard output is closed; send it to a file, or to /dev/null", retryable=False)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(
                encoding="utf-8", errors="backslashreplace", newline="" if stream is sys.stdout else None
            )


def discard_stdout() -> None:
    """Send to nowhere what is still to be written: Python would complain once more when it flushes the rest."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
