"""`tocsin outbox`: messages that were given up."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from tocsin.control import outbox
from tocsin.control.audit import By
from tocsin.control.outbox import Dead
from tocsin.model.hidden import plain
from tocsin.services.control_place import open_control
from tocsin.services.kinds import load_settings

_PAGE = 500
_SHOWN = 500


def listed(path: Path, *, after: int, limit: int) -> list[Dead]:
    """Return messages that were given up, by number. path: the settings file."""
    with closing(open_control(load_settings(path))) as database, database.read() as connection:
        return outbox.dead(connection, after=after, limit=limit)


def replayed(path: Path, numbers: Sequence[int] | None, actor: str, at: float) -> int:
    """Let messages be sent anew, all of them if no numbers are given; return how many."""
    with closing(open_control(load_settings(path))) as database, database.write() as connection:
        if numbers is not None:
            return outbox.replay(connection, numbers, By(actor, at))
        count = 0
        while found := outbox.dead(connection, limit=_PAGE):
            count += outbox.replay(connection, [one.id for one in found], By(actor, at))
        return count


def render(found: Sequence[Dead], form: str) -> str:
    """Write them as text, a line each, or as JSON."""
    if form == "json":
        return msgspec.json.encode([_plain(one) for one in found]).decode() + "\n"
    return "".join(
        f"{one.id}  {one.message.target}  {one.attempts} attempts  {plain(one.message.key, _SHOWN)}\n"
        f"    {plain(one.error, _SHOWN)}\n"
        for one in found
    )


def _plain(one: Dead) -> dict[str, object]:
    message = one.message
    return {
        "number": one.id,
        "channel": message.target,
        "alert": message.alert,
        "key": message.key,
        "attempts": one.attempts,
        "error": one.error,
    }
