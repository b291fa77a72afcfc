"""Roles without what they have no use for: libraries that others import because they happen to be there.

Arrow and chDB look for pandas and numpy, structlog for rich: together up to a second of processor time and 60 MB.
"""

import gc
import sys

UNUSED = frozenset({"numpy", "pandas", "rich"})
"""Each is looked for within `try`, by libraries that do without it."""


MADE = 100_000
"""Objects until the collector looks: what a start makes stays, and at each 700 it would look at all of it, in vain."""


class _Unused:
    """Finds nothing, and lets nobody else find what is not used."""

    def find_spec(self, fullname: str, _path: object, _target: object = None, /) -> None:
        """Say that it is not there; of all else, that others know."""
        if fullname in UNUSED:
            raise ModuleNotFoundError(f"no role uses {fullname}", name=fullname)


def be_lean() -> None:
    """Call it before anything else is imported. It is for the whole process."""
    sys.meta_path.insert(0, _Unused())
    gc.set_threshold(MADE, 20, 20)
