"""What the demo shows: one line an alert, nothing in it that a terminal obeys."""

import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tocsin.cli.demo_screen import MAX_LINE, Screen, how_to_go_on, said, where_to_look
from tocsin.model.alert import Alert
from tocsin.model.match import Entities, RuleRef
from tocsin.model.place import Place as Frame
from tocsin.services.demo_folder import Place
from tocsin.services.demo_story import Scene

ALERT = Alert(
    id="1",
    fingerprint="f",
    window=0,
    rule=RuleRef(id="r", title="Key added", level="high", tags=()),
    level="high",
    group={},
    entities=Entities(user=("ada",), ip=("203.0.113.66",)),
    fields=(),
    why="Key added: action is public_key.create.",
    first_seen=0.0,
    last_seen=0.0,
    first_arrival=0.0,
    last_arrival=0.0,
    count=1,
    events=(),
    origin=Frame("signals", 0, 0),
)
SCENE = Scene(says="It begins", at=0, to="http", events=("x",), alerts=())
PLACE = Place(Path("/a b"), 1, 2, 3)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_an_alert_is_a_line() -> None:
    assert said(ALERT) == "Key added: action is public_key.create.  [user ada, ip 203.0.113.66]"
    assert said(replace(ALERT, entities=Entities())) == "Key added: action is public_key.create."


def test_no_control_character_reaches_the_terminal() -> None:
    hostile = replace(ALERT, why="a\x1b[2Jb\nc" + "x" * 5_000, entities=Entities(user=("\u202eroot",)))
    assert re.fullmatch(r"a\\x1b\[2Jb\\ncx+…", said(hostile))
    assert len(said(hostile)) <= MAX_LINE


@pytest.mark.parametrize(
    ("out", "no_color", "coloured"),
    [(Terminal, "", True), (Terminal, "1", False), (io.StringIO, "", False)],
)
def test_colour_is_for_terminals(
    out: Callable[[], io.StringIO], no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    written = out()
    screen = Screen(written, time.monotonic())
    screen.scene(SCENE)
    screen.alert(ALERT)
    assert ("\x1b[1;31mHIGH    \x1b[0m" in written.getvalue()) is coloured
    assert ("\x1b" in written.getvalue()) is coloured
    assert "It begins" in written.getvalue()


def test_the_first_alert_is_timed_once() -> None:
    out = io.StringIO()
    screen = Screen(out, time.monotonic())
    screen.alert(ALERT)
    screen.alert(ALERT)
    assert out.getvalue().count("the first alert, ") == 1


@pytest.mark.parametrize("kept", [True, False])
def test_commands_can_be_pasted(kept: bool) -> None:
    text = "\n".join([*where_to_look(PLACE, kept=kept), *how_to_go_on(PLACE, kept=kept)])
    assert "--config '/a b/tocsin.toml'" in text
    assert ("gone when the demo ends" in text) is not kept
    assert ("to go on" in text) is kept
