"""What a target is: it makes an input, and tries it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from fuzzing.mutate import Mutator


class Target(NamedTuple):
    """make: an input. run: try it; what it raises is a finding, but for `expected`."""

    make: Callable[[Mutator], bytes]
    run: Callable[[bytes], object]
    expected: tuple[type[Exception], ...] = ()


Opener = Callable[[Path], Target]
"""Opens a target. Its folder is its own, and empty."""
Openers = Mapping[str, Opener]


class WrongError(Exception):
    """What came out is not what it has to be."""


def check(true: object, what: str) -> None:
    """Raise WrongError unless something is so."""
    if not true:
        raise WrongError(what)
