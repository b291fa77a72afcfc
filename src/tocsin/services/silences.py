"""`tocsin silences`: who wants to be left alone with what, why, and until when."""

import secrets
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tocsin.control import silences
from tocsin.control.audit import By
from tocsin.control.silences import Refused
from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.model.silence import Silence
from tocsin.report.encode import text
from tocsin.report.inert import show
from tocsin.report.words import moment
from tocsin.services.control_place import open_control
from tocsin.services.kinds import load_settings


def new_id() -> str:
    """Return the id of a silence to make: 12 hexadecimal digits."""
    return secrets.token_hex(6)


def listed(path: Path, at: float) -> tuple[Silence, ...]:
    """Return those that have not ended, the first that ends first. path: the settings file."""
    with closing(open_control(load_settings(path))) as database, database.read() as connection:
        return silences.active(connection, at)


def added(path: Path, silence: Silence, by: By) -> Silence:
    """Make one; raises ConfigError when it is refused."""
    with closing(open_control(load_settings(path))) as database, database.write() as connection:
        return _accepted(silence.id, silences.add(connection, silence, by))


def ended(path: Path, silence: str, by: By) -> Silence:
    """End one now; raises ConfigError when it is refused."""
    with closing(open_control(load_settings(path))) as database, database.write() as connection:
        return _accepted(silence, silences.end(connection, silence, by))


def extended(path: Path, silence: str, until: float, by: By) -> Silence:
    """Let one end at another moment; raises ConfigError when it is refused."""
    with closing(open_control(load_settings(path))) as database, database.write() as connection:
        return _accepted(silence, silences.extend(connection, silence, until, by))


def render(found: Sequence[Silence], form: str) -> str:
    """Write them as text, two lines each, or as JSON."""
    if form == "json":
        return text([_record(one) for one in found]) + "\n"
    return "".join(
        f"{show(one.id)}  until {moment(one.until)}  {_about(one)}\n    {show(one.owner)}: {show(one.reason)}\n"
        for one in found
    )


def _accepted(silence: str, made: Silence | Refused) -> Silence:
    # The transaction ends without a change, and without a record.
    if isinstance(made, Refused):
        raise ConfigError(f"silence {plain(silence, 100)}: {made.value}")
    return made


def _about(one: Silence) -> str:
    named = [
        *(f"rule {rule}" for rule in sorted(one.rules)),
        *(f"level {level}" for level in sorted(one.levels)),
        *(f"{kind}:{name}" for kind, name in sorted(one.entities)),
    ]
    return show(", ".join(named), 1_000)


def _record(one: Silence) -> dict[str, object]:
    return {
        "id": one.id,
        "owner": one.owner,
        "reason": one.reason,
        "until": one.until,
        "rules": sorted(one.rules),
        "levels": sorted(one.levels),
        "entities": [f"{kind}:{name}" for kind, name in sorted(one.entities)],
    }
