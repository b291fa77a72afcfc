"""Levels as shape, word and colour, each enough alone; and the bell."""

from tocsin.model.level import LEVELS
from tocsin.report.html.markup import Html, join, tag

_SHAPES = (
    "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Zm0 2.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2Z",  # ring
    "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Z",  # disc
    "M8 1 15 8 8 15 1 8Z",  # diamond
    "M8 1.5 15.2 14H.8Z",  # triangle
    "M5 1h6l4 4v6l-4 4H5l-4-4V5Z",  # octagon
)
_BELL = (
    "M12 2.2a1.7 1.7 0 0 1 1.7 1.7v.5c2.9.8 4.6 3.3 4.6 6.5 0 4 1.3 5 2.2 6 .5.6.1 1.6-.8 1.6H4.3c-.9 0-1.3-1-.8-1.6"
    ".9-1 2.2-2 2.2-6 0-3.2 1.7-5.7 4.6-6.5v-.5A1.7 1.7 0 0 1 12 2.2ZM9.4 19.8h5.2a2.6 2.6 0 0 1-5.2 0Z"
)


def symbols() -> Html:
    """Write the shapes once; `shape` refers to them."""
    shapes = (
        tag("symbol", tag("path", d=d), id=f"l{rank}", viewBox="0 0 16 16") for rank, d in enumerate(_SHAPES)
    )
    return tag("svg", *shapes, class_="defs", width=0, height=0, aria_hidden="true", focusable="false")


def shape(rank: int) -> Html:
    """Write a level's shape alone, where the word stands beside it."""
    return tag(
        "svg", tag("use", href=f"#l{rank}"), class_=f"shape c{rank}", aria_hidden="true", focusable="false"
    )


def labelled(rank: int) -> Html:
    """Write a level's shape where there is no room for its word; a screen reader still says it."""
    drawn = tag("use", href=f"#l{rank}")
    return tag(
        "svg", tag("title", LEVELS[rank]), drawn, class_=f"shape c{rank}", role="img", aria_label=LEVELS[rank]
    )


def badge(rank: int) -> Html:
    """Write a level as a badge: shape and word."""
    return tag("span", shape(rank), LEVELS[rank], class_=f"badge c{rank}")


def bell() -> Html:
    """Write the product's mark."""
    drawn = tag("svg", tag("path", d=_BELL), viewBox="0 0 24 24", aria_hidden="true", focusable="false")
    return tag("span", join(drawn, "Tocsin"), class_="brand")
