"""A target that dies, in a module of its own: the process that tries it must be able to import it."""

import os
import signal
from pathlib import Path

from fuzzing.mutate import Mutator
from fuzzing.target import Target


def dies(_: Path) -> Target:
    """Die of the third input, as if the system had no memory for it."""
    made = iter(range(100))

    def run(_: bytes) -> None:
        if next(made) == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    return Target(Mutator.record, run)
