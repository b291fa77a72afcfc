"""What a correlation keeps of an observation, and what it hands on to the next one."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

MAX_IDS = 100
"""An alert names its first so many events; `total` counts all."""

Key: TypeAlias = tuple[float, str]
"""Time, then event id: the order in which everything is looked at."""

BEFORE_ALL: Key = (float("-inf"), "")


class Members(NamedTuple):
    """The events behind an entry that is itself a correlation's alert."""

    episode: str
    ids: tuple[str, ...]
    total: int


# A plain tuple: a NamedTuple costs 0.3 us to make, and one is made for every observation.
Entry: TypeAlias = tuple[float, str, Any, Members | None]
"""time, event id, payload (what the correlation measures; None if it only counts), members."""


class Link(NamedTuple):
    """A moment at which a correlation held, as an observation for the correlations of it."""

    time: float
    event: str
    members: Members


def collect(ids: dict[str, None], entries: Iterable[Entry]) -> int:
    """Add the entries' event ids while there is room; return how many events they stand for."""
    total = 0
    for _, event, _, members in entries:
        if members is None:
            total += 1
            if len(ids) < MAX_IDS:
                ids[event] = None
            continue
        total += members.total
        for one in members.ids:
            if len(ids) >= MAX_IDS:
                break
            ids[one] = None
    return total


def episode_name(group: str, began: Key) -> str:
    """Name an episode by its group and the entry that made it true: the same in every replay."""
    return blake2b(f"{group}\0{began[0]!r}\0{began[1]}".encode(), digest_size=12).hexdigest()


def group_name(rule: str, key: object) -> str:
    """Name a group of a correlation."""
    return f"{rule}\0{key!r}"
