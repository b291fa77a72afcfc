"""What `tocsin demo` plays: an attack in scenes and a background, as content/demo has them, and their lines as of a moment."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from heapq import merge
from itertools import count, cycle
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import yaml
from msgspec import Struct

import tocsin.content

FOLDER = Path(tocsin.content.__file__).parent / "demo"
BACKGROUND_SECONDS = 0.4
"""From one event of the background to the next."""
_MARK = re.compile(r'"@MILLIS@"|@([A-Z]+)@')


class Scene(Struct, frozen=True, forbid_unknown_fields=True):
    """A step of the attack. at, every: seconds. to: `http`, `syslog/udp`, `syslog/tcp` or `file/NAME`. alerts: titles of rules."""

    says: str
    at: float
    to: str
    events: tuple[Any, ...]
    alerts: tuple[str, ...]
    every: float = 0.2
    times: int = 1


class Happening(Struct, frozen=True, forbid_unknown_fields=True):
    """An event of the background."""

    to: str
    event: Any


class Story(Struct, frozen=True):
    """Scenes in the order of time, and what goes on beside them without end."""

    scenes: tuple[Scene, ...]
    background: tuple[Happening, ...]

    @property
    def alerts(self) -> frozenset[str]:
        """Return the titles of all rules that must say so."""
        return frozenset(title for scene in self.scenes for title in scene.alerts)


class Step(NamedTuple):
    """Something to send, so many seconds after the beginning. scene: the one that begins with it."""

    at: float
    to: str
    event: Any
    scene: Scene | None = None


def read_story(folder: Path = FOLDER) -> Story:
    """Read both files."""
    scenes = _read(folder / "story.yml")["scenes"]
    background = _read(folder / "background.yml")["events"]
    return msgspec.convert({"scenes": scenes, "background": background}, Story)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def steps(story: Story) -> Iterator[Step]:
    """Yield what to send in the order of time; the background has no end."""
    quiet = (
        Step(number * BACKGROUND_SECONDS, one.to, one.event)
        for number, one in zip(count(), cycle(story.background), strict=False)
    )
    return merge(attack(story), quiet, key=lambda step: step.at)


def attack(story: Story) -> list[Step]:
    """Return what the scenes send, in the order of time."""
    return sorted((step for scene in story.scenes for step in _steps(scene)), key=lambda step: step.at)


def _steps(scene: Scene) -> Iterator[Step]:
    for number, event in enumerate(scene.events * scene.times):
        yield Step(scene.at + number * scene.every, scene.to, event, None if number else scene)


def line(event: Any, now: float) -> str:
    """Write an event as of a moment, seconds since 1970: text as it is, a mapping as JSON; placeholders are filled in."""
    text = event if isinstance(event, str) else json.dumps(event, separators=(",", ":"))
    moment = datetime.fromtimestamp(now, UTC)
    return _MARK.sub(lambda found: _FILLED[found[1] or "MILLIS"](moment), text)


_FILLED: dict[str, Callable[[datetime], str]] = {
    "MILLIS": lambda moment: str(int(moment.timestamp() * 1_000)),
    "EPOCH": lambda moment: f"{moment.timestamp():.3f}",
    "TIME": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "STAMP": lambda moment: moment.isoformat(timespec="microseconds"),
    "CLF": lambda moment: moment.strftime("%d/%b/%Y:%H:%M:%S +0000"),
    "ID": lambda _: secrets.token_hex(11),
    "UUID": lambda _: str(uuid4()),
    "NUMBER": lambda _: str(10_000 + secrets.randbelow(90_000)),
}


def play(
    story: Story,
    send: Callable[[str, str], None],
    *,
    wait: Callable[[float], bool],
    begins: Callable[[Scene], None],
) -> None:
    """Send everything at its time, until `wait` (seconds -> whether to stop) says so."""
    start = time.monotonic()
    for step in steps(story):
        if wait(max(0.0, start + step.at - time.monotonic())):
            return
        if step.scene:
            begins(step.scene)
        send(step.to, line(step.event, time.time()))
