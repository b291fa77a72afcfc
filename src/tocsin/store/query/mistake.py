"""What is wrong with a query, and where."""

from tocsin.errors import QueryError
from tocsin.model.hidden import plain

_BEFORE, _AFTER = 50, 30


def mistake(query: str, at: int, what: str) -> QueryError:
    """Return the error: what, and the place with a caret under it."""
    begin = max(0, at - _BEFORE)
    head = plain(query[begin:at], 8 * _BEFORE)
    shown = head + plain(query[at : at + _AFTER], 8 * _AFTER)
    return QueryError(f"{what}\n  {shown}\n  {' ' * len(head)}^")
