"""A progress bar on standard error, on a terminal only: rate and time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

Progress = Callable[[int, int, int], None]
_EVERY = 0.1
"""Seconds between two looks of the bar."""


@contextmanager
def shown_progress(*, wanted: bool) -> Iterator[Progress | None]:
    """Show bytes done, events a second and time left; None where nobody would see it."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rate]:,} events/s"),
        TimeRemainingColumn(),
    )
    # No refresh thread: workers are forked while this is on.
    with Bar(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("hunt", total=None, rate=0)
        started = last = monotonic()

        def show(done: int, total: int, events: int) -> None:
            nonlocal last
            now = monotonic()
            if now - last >= _EVERY:
                last = now
                bar.update(task, completed=done, total=total or None, rate=int(events / (now - started)))
                bar.refresh()

        yield show
