"""What `tocsin demo` shows: where everything is, the steps of the attack, and each alert on a line of its own."""

import os
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tocsin.model.alert import Alert
from tocsin.model.hidden import plain
from tocsin.model.level import rank
from tocsin.services.demo_folder import Place
from tocsin.services.demo_story import Scene

MAX_LINE = 400
"""Characters of an alert's line."""
_COLOURS = ("2", "36", "33", "1;31", "1;97;41")
_DIM = "2"


class Screen:
    """Writes lines; began: when the command began (monotonic). Methods may be called from any thread."""

    def __init__(self, out: TextIO, began: float) -> None:
        self.out = out
        self.began = began
        self._colours = out.isatty() and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()
        self._alerts = 0

    def say(self, text: str = "") -> None:
        """Write a line."""
        with self._lock:
            self.out.write(text + "\n")
            self.out.flush()

    def scene(self, scene: Scene) -> None:
        """Tell a step of the attack."""
        self.say(self._coloured(f"{self._clock()}  {'attack':<8}  {plain(scene.says, MAX_LINE)}", _DIM))

    def alert(self, alert: Alert) -> None:
        """Show an alert."""
        self._alerts += 1
        colour = _COLOURS[rank(alert.level)]
        self.say(f"{self._clock()}  {self._coloured(f'{alert.level.upper():<8}', colour)}  {said(alert)}")
        if self._alerts == 1:
            self.say(f"{self._clock()}  the first alert, {self._seconds():.1f} seconds after the command")

    def complete(self, number: int) -> None:
        """Say that the story has been told of."""
        self.say(
            f"{self._clock()}  all {number} kinds of alerts of the attack are there; Ctrl-C stops the demo"
        )

    def _seconds(self) -> float:
        return time.monotonic() - self.began

    def _clock(self) -> str:
        return f"{self._seconds():6.1f} s"

    def _coloured(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colours else text


def said(alert: Alert) -> str:
    """Return an alert in one line: its title, why it is there, whom it is about."""
    entities = alert.entities
    about = [(kind, getattr(entities, kind)) for kind in entities.__struct_fields__]
    named = ", ".join(f"{kind} {name}" for kind, names in about for name in names)
    return plain(f"{alert.why}  [{named}]" if named else alert.why, MAX_LINE)


def where_to_look(place: Place, *, kept: bool) -> Iterator[str]:
    """Yield the lines that say what runs, and where to look."""
    config = f"--config {shlex.quote(str(place.settings))}"
    yield "A monitor of its own on this machine (loopback only), and an attack that is played to it."
    yield ""
    yield f"  folder    {place.folder}" + (
        "" if kept else "   (gone when the demo ends; --folder DIR keeps it)"
    )
    yield f"  inputs    http://127.0.0.1:{place.http}/v1/events (token: {place.token.name})"
    yield f"            syslog 127.0.0.1:{place.syslog}, UDP and TCP"
    yield f"            files {place.logs.name}/*.log"
    yield f"  events    {program()} search {config} 'ip:203.0.113.66'"
    yield f"            {program()} search {config} --top source"
    yield f"  metrics   http://127.0.0.1:{place.metrics}/metrics"
    yield ""


def how_to_go_on(place: Place, *, kept: bool) -> Iterator[str]:
    """Yield the last lines."""
    if kept:
        yield f"Everything is in {place.folder}; to go on: {program()} serve --config {shlex.quote(str(place.settings))}"
    yield f"A monitor of your own: {program()} init monitor && {program()} serve --config monitor/tocsin.toml"


def program() -> str:
    """Return how a person calls this program."""
    this = Path(sys.argv[0])
    found = shutil.which("tocsin")
    if this.name != "tocsin":
        return f"{shlex.quote(sys.executable)} -m tocsin"
    return "tocsin" if found and Path(found).resolve() == this.resolve() else shlex.quote(str(this))
