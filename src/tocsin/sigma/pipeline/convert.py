"""Parameters from YAML -> a transformation or condition; a mistake says which parameter and what it takes."""

import re
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from tocsin.errors import ContentError
from tocsin.model.near import hint

_PARAMETER = re.compile(r"\$\.(\w+)")

Made = TypeVar("Made", bound=Struct)


def convert(name: str, said: Mapping[Any, Any], kind: type[Made], others: tuple[str, ...]) -> Made:
    """Make it; `others` are keys that may stand beside its own, for the hint at a misspelt one."""
    own = kind.__struct_fields__
    strange = next((key for key in said if key not in own), None)
    if strange is not None:
        near = hint(str(strange), (*own, *others)) or f"; it has {', '.join(own) or 'no parameters'}"
        raise ContentError(f"`{name}` has no `{strange}`{near}", keys=(str(strange),))
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        parameter = next(iter(_PARAMETER.findall(place)), "")
        text = _plain(message, kind, parameter)
        if parameter:
            raise ContentError(f"`{name}`: `{parameter}` {text}", keys=(parameter,)) from None
        raise ContentError(f"`{name}` {text}" if text.startswith("needs") else f"`{name}`: {text}") from None


def _plain(message: str, kind: type[Struct], parameter: str) -> str:
    """Say in the user's words what msgspec says in its own."""
    if message.startswith("Invalid enum value"):
        choices = ", ".join(_choices(get_type_hints(kind)[parameter]))
        return f"is one of {choices}, not {message.removeprefix('Invalid enum value ')}"
    message = message.replace("Object missing required field", "needs").replace("Expected", "must be")
    return message.replace("array", "list").replace("object", "map").replace("`, got `", "`, not `")


def _choices(hinted: Any) -> list[str]:
    if get_origin(hinted) is Literal:
        return [str(one) for one in get_args(hinted)]
    return [name for inner in get_args(hinted) for name in _choices(inner)]
