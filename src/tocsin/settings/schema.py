"""The keys of a table, read from its class: name, type, default, and what it says of itself."""

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, structs

from tocsin.settings.kinds import Table
from tocsin.settings.says import Says


class Key(NamedTuple):
    """One key. type: without Annotated and None. default: NODEFAULT for a key that must be given."""

    name: str
    field: str
    type: Any
    default: Any
    says: Says

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is NODEFAULT


@cache
def keys_of(table: type[Table]) -> dict[str, Key]:
    """Return the keys by the name that they have in the file."""
    hints = get_type_hints(table, include_extras=True)
    return {one.encode_name: _key(one, hints[one.name]) for one in structs.fields(table)}


def _key(field: structs.FieldInfo, hint: Any) -> Key:
    says = Says("")
    if get_origin(hint) is Annotated:
        hint, *more = get_args(hint)
        says = next((one for one in more if isinstance(one, Says)), says)
    default = field.default if field.default_factory is NODEFAULT else field.default_factory()
    return Key(field.encode_name, field.name, _bare(hint), default, says)


def _bare(hint: Any) -> Any:
    """Leave out None: TOML has none, a key is absent instead."""
    if get_origin(hint) not in {Union, UnionType}:
        return hint
    (one,) = (part for part in get_args(hint) if part is not NoneType)
    return one
