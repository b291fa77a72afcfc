"""Settings -> what TOML and JSON have types for. Secrets by reference; `load.read_document` is the way back."""

from typing import Any

from tocsin.settings.kinds import Channel, Input, Table, kind_of
from tocsin.settings.schema import keys_of
from tocsin.settings.secret import Secret


def plain_of(value: Any) -> Any:
    """Return the value with every default filled in, and without what is absent."""
    if isinstance(value, Table):
        kind = {"kind": kind_of(value)} if isinstance(value, Input | Channel) else {}
        keys = keys_of(type(value)).values()
        found = {key.name: plain_of(getattr(value, key.field)) for key in keys}
        return kind | {name: one for name, one in found.items() if one is not None}
    if isinstance(value, Secret):
        return value.reference()
    if isinstance(value, dict):
        return {name: plain_of(one) for name, one in value.items()}
    if type(value) is tuple:
        return [plain_of(one) for one in value]
    return str(value) if hasattr(value, "read") else value
