"""The supervisor's alarms arrive at real receivers, once each while they are muted."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from receivers import Answers, http
from tocsin.model.moment import to_iso
from tocsin.services.kinds import load_settings
from tocsin.services.live.alarm import CALM_SECONDS, LEAST_MUTE, Alarm, channels
from tocsin.services.live.machine import Trouble
from tocsin.settings.tables import Settings

NOW = 1_795_000_000.0
CRASH = Trouble("crash:store", "store has died 3 times in a row", "read its log")
DISK = Trouble("disk", "no room", "make some")


def settings(folder: Path, ports: dict[str, int], more: str = "") -> Settings:
    for name, port in ports.items():
        (folder / name).write_text(f"http://127.0.0.1:{port}/{name}")
        (folder / name).chmod(0o600)
    tables = [f'[channels.{name}]\nkind = "webhook"\nurl = {{ file = "{name}" }}' for name in ports]
    (folder / "tocsin.toml").write_text("\n".join([*tables, '[alerts]\nmute = "2h"', more]))
    return load_settings(folder / "tocsin.toml")


def until(holds: Callable[[], bool]) -> None:
    latest = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < latest
        time.sleep(0.01)


def test_each_trouble_is_told_once_and_again_when_it_lasts(tmp_path: Path) -> None:
    now = NOW
    answers = Answers(204)
    with http(answers) as port:
        alarm = Alarm(settings(tmp_path, {"a": port}), clock=lambda: now)
        for _ in range(5):
            alarm.tell([CRASH])
        alarm.tell([])
        alarm.tell([CRASH, DISK])  # it comes and goes: no news
        until(lambda: len(answers.got) == 2)
        now += 2 * 3_600
        alarm.tell([DISK])
        until(lambda: len(answers.got) == 4)
    first, second, over, third = [json.loads(one.body) for one in answers.got]
    assert (over["type"], over["data"]["group"]) == ("monitor.resolved", {"trouble": "crash:store"})
    assert first["type"] == "monitor.trouble"
    assert first["data"]["level"] == "critical"
    assert first["data"]["why"] == "store has died 3 times in a row. To do: read its log."
    assert [one["data"]["group"] for one in (second, third)] == [{"trouble": "disk"}] * 2


def test_what_is_over_is_told_once_and_is_news_when_it_comes_again(tmp_path: Path) -> None:
    now = NOW
    answers = Answers(204)
    step = Trouble("clock", "the clock was set back", "see why", lasts=False)
    with http(answers) as port:
        alarm = Alarm(settings(tmp_path, {"a": port}), clock=lambda: now)
        alarm.tell([CRASH, step])
        for some in ([CRASH], [], [CRASH], []):
            now += CALM_SECONDS - 1
            alarm.tell(some)
        now += 1
        for _ in range(3):
            alarm.tell([])
        alarm.tell([CRASH])
        until(lambda: len(answers.got) == 4)
    _, _, over, again = [json.loads(one.body) for one in answers.got]
    assert (over["type"], again["type"]) == ("monitor.resolved", "monitor.trouble")
    assert over["data"]["thread"] == again["data"]["thread"]
    assert (over["data"]["first_seen"], over["data"]["last_seen"]) == (NOW, NOW + 3 * (CALM_SECONDS - 1))
    assert over["data"]["why"] == (
        f"Over: store has died 3 times in a row. It was so from {to_iso(NOW)} until "
        f"{to_iso(NOW + 3 * (CALM_SECONDS - 1))}."
    )


def test_a_receiver_that_fails_is_tried_again_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.services.live.alarm.WAITS", (0.0, 0.0))
    bad, good = Answers(503), Answers(204)
    with http(bad) as first, http(good) as second:
        alarm = Alarm(settings(tmp_path, {"bad": first, "good": second}), clock=lambda: NOW)
        alarm.tell([CRASH])
        until(lambda: len(bad.got) == 3 and len(good.got) == 1)


def test_settings_are_taken_over(tmp_path: Path) -> None:
    answers, other = Answers(204), Answers(204)
    with http(answers) as first, http(other) as second:
        alarm = Alarm(settings(tmp_path, {"a": first}), clock=lambda: NOW)
        alarm.tell([CRASH])
        alarm.use(settings(tmp_path, {"b": second}))
        alarm.tell([CRASH, DISK])
        until(lambda: len(answers.got) == 1 and len(other.got) == 1)


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("", ("a", "b")),
        ('[[routes]]\nchannels = ["b"]\nlevel = "critical"', ("b",)),
        ('[[routes]]\nchannels = ["b"]\nrules = ["attack.*"]', ("a", "b")),
        ('[[routes]]\nchannels = ["a"]\nrules = ["tocsin.monitor"]\nlast = true', ("a",)),
    ],
    ids=["no routes", "critical", "no route takes it", "a route of its own"],
)
def test_channels(tmp_path: Path, routes: str, expected: tuple[str, ...]) -> None:
    assert channels(settings(tmp_path, {"a": 1, "b": 1}, routes), NOW) == expected


def test_mute_has_a_floor(tmp_path: Path) -> None:
    now = NOW
    answers = Answers(204)
    with http(answers) as port:
        given = settings(tmp_path, {"a": port})
        (tmp_path / "tocsin.toml").write_text((tmp_path / "tocsin.toml").read_text().replace('"2h"', '"0s"'))
        given = load_settings(tmp_path / "tocsin.toml")
        alarm = Alarm(given, clock=lambda: now)
        alarm.tell([CRASH])
        alarm.tell([CRASH])
        now += LEAST_MUTE
        alarm.tell([CRASH])
        until(lambda: len(answers.got) == 2)
