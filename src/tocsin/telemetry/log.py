"""What Tocsin logs of itself: JSON lines, or text on a terminal. Values from outside are written plainly."""

import logging
import os
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Literal

import structlog

from tocsin.model.hidden import plain

MAX_VALUE = 2_000
"""Characters of one value in a log line."""

_STDERR = 2


def settle(role: str, level: str, form: Literal["auto", "text", "json"]) -> None:
    """Set logging up for this process; lines go to standard error."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _plainly,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=lambda *_: _Lines(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.clear_contextvars()
    global_context["role"] = role


global_context: dict[str, str] = {}
"""What every line of this process says."""


class _Lines:
    """Writes lines to standard error. What it says is worth less than that whoever says it goes on."""

    def msg(self, line: str) -> None:
        """Write one line, if there is somewhere to write it to: not on a full disk, nor for a reader that is gone."""
        with suppress(OSError):
            os.write(_STDERR, f"{line}\n".encode("utf-8", "backslashreplace"))

    debug = info = warning = error = critical = msg


def _plainly(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = value if key == "exception" else plain(value, MAX_VALUE)
    event.update(global_context)
    return event


def logger() -> Any:
    """Return the logger: `logger().info("started", addresses=…)`."""
    return structlog.get_logger()
