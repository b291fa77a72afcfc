"""One line of docs/reference/limits.md."""

from typing import NamedTuple


class Limit(NamedTuple):
    """what: of which thing. name: where its value is. over: what becomes of more."""

    what: str
    module: str
    name: str
    over: str
    unit: str = ""
