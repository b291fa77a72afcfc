"""Where a frame stands in the journal: its identity, and that of all that is made from it."""

from typing import NamedTuple


class Origin(NamedTuple):
    """One frame. Offsets of a partition begin with 0 and only grow."""

    topic: str
    partition: int
    offset: int
