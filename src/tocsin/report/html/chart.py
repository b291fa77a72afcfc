"""Charts as SVG made here: no script, and a table beside each for who cannot see it."""

from collections.abc import Iterator

from tocsin.model.level import LEVELS
from tocsin.report.html.icons import shape
from tocsin.report.html.markup import Html, join, tag
from tocsin.report.timeline import Bars
from tocsin.report.words import duration, moment, plural

_WIDTH, _HEIGHT = 1040, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 14, 30
_LEAST = 3
"""Pixels of the smallest part: one critical match is seen beside a thousand others."""
_LABELS = 6


def bar(share: float, rank: int) -> Html:
    """Draw a share of the largest as a bar. The number stands beside it."""
    drawn = tag("rect", width=f"{max(share * 100, 1):.1f}", height=6, rx=0)
    return tag(
        "svg",
        drawn,
        class_=f"bar c{rank}",
        viewBox="0 0 100 6",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def timeline(bars: Bars) -> Html:
    """Draw matches over event time, stacked by level."""
    most = max((sum(column) for column in bars.columns), default=0)
    top = _ceiling(most)
    label = f"Matches over time, {duration(bars.width)} a bar, most {most:,}"
    drawn = tag(
        "svg",
        *_grid(top),
        *_columns(bars, top),
        *_axis(bars),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=label,
        class_="timeline",
    )
    return join(tag("div", drawn, class_="scroll"), _legend(bars), _table(bars))


def _ceiling(most: int) -> int:
    """Round up to a number that halves well: 2, 4, 6, 10, 20, 40, 60, 100 …"""
    scale = 1
    while True:
        for step in (2, 4, 6, 10):
            if most <= step * scale:
                return step * scale
        scale *= 10


def _grid(top: int) -> Iterator[Html]:
    for part in (0, 1, 2):
        y = _y(top * part / 2, top)
        yield tag(
            "line",
            x1=_LEFT,
            x2=_WIDTH - _RIGHT,
            y1=f"{y:.1f}",
            y2=f"{y:.1f}",
            class_="grid" if part else "axis",
        )
        yield tag("text", f"{top * part // 2:,}", x=_LEFT - 8, y=f"{y + 4:.1f}", text_anchor="end")


def _y(value: float, top: int) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _BOTTOM - _TOP)


def _columns(bars: Bars, top: int) -> Iterator[Html]:
    step = (_WIDTH - _LEFT - _RIGHT) / len(bars.columns)
    width = min(step * 0.8, 36)
    for index, column in enumerate(bars.columns):
        if any(column):
            x = _LEFT + index * step + (step - width) / 2
            said = tag("title", f"{moment(bars.start + index * bars.width)} UTC: {_said(column)}")
            yield tag("g", said, *_stack(column, top, x, width))


def _stack(column: tuple[int, ...], top: int, x: float, width: float) -> Iterator[Html]:
    """Draw one column, the most urgent at its foot."""
    y = float(_HEIGHT - _BOTTOM)
    for rank in reversed(range(len(LEVELS))):
        if column[rank]:
            height = max(column[rank] / top * (_HEIGHT - _BOTTOM - _TOP), _LEAST)
            y -= height
            size = {"width": f"{width:.1f}", "height": f"{max(height - 1, 2):.1f}"}
            yield tag("rect", x=f"{x:.1f}", y=f"{y:.1f}", class_=f"c{rank}", **size)


def _said(column: tuple[int, ...]) -> str:
    return ", ".join(
        f"{column[rank]:,} {LEVELS[rank]}" for rank in reversed(range(len(LEVELS))) if column[rank]
    )


def _axis(bars: Bars) -> Iterator[Html]:
    """Label some columns; the day is said where it changes."""
    step = (_WIDTH - _LEFT - _RIGHT) / len(bars.columns)
    every = max(1, -(-len(bars.columns) // _LABELS))
    day = ""
    for index in range(0, len(bars.columns), every):
        text = moment(bars.start + index * bars.width)
        label = text[11:] if bars.width < 60 else text[11:16]
        if bars.width >= 86400:
            label = text[:10]
        elif text[:10] != day:
            label = f"{text[5:10]} {label}"
        day = text[:10]
        x = _LEFT + index * step + step / 2
        anchor = "start" if index == 0 else "middle"
        yield tag("text", label, x=f"{_LEFT if index == 0 else x:.1f}", y=_HEIGHT - 8, text_anchor=anchor)


def _legend(bars: Bars) -> Html:
    seen = [rank for rank in reversed(range(len(LEVELS))) if any(column[rank] for column in bars.columns)]
    keys = (tag("li", shape(rank), LEVELS[rank]) for rank in seen)
    width = tag("li", f"{duration(bars.width)} a bar, UTC", class_="quiet")
    return tag("ul", *keys, width, class_="legend")


def _table(bars: Bars) -> Html:
    head = tag("tr", *(tag("th", name, scope="col") for name in ("From (UTC)", "Matches", "By level")))
    rows = (
        tag(
            "tr",
            tag("th", moment(bars.start + index * bars.width), scope="row"),
            tag("td", f"{sum(column):,}", class_="number"),
            tag("td", _said(column)),
        )
        for index, column in enumerate(bars.columns)
        if any(column)
    )
    caption = tag("caption", f"Matches over time, {plural(len(bars.columns), 'bar')}")
    table = tag("table", caption, tag("thead", head), tag("tbody", *rows))
    return tag(
        "details", tag("summary", "The same as a table"), tag("div", table, class_="scroll"), class_="more"
    )
