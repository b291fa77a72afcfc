"""What the hub says of canaries that are late: once, for as long as it goes on, and that it is over."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from databases import KINDS, empty_url, opened, postgres
from live_samples import START, stages
from tocsin.alert.canary import BROKEN
from tocsin.control import canaries, silences
from tocsin.control.audit import By
from tocsin.control.canaries import Arrival
from tocsin.control.database import Database
from tocsin.control.listing import page
from tocsin.control.tables import APPLIED, OUTBOX
from tocsin.model.alert import Alert, Muted
from tocsin.model.canary import Attempt
from tocsin.model.silence import Silence
from tocsin.services.live import attempts
from tocsin.services.live.vigil import Vigil

LATE = 60.0


@dataclass
class World:
    """A hub's watch, with a clock and what it is told."""

    database: Database
    folder: Path
    now: float = START
    ways: dict[str, Attempt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.vigil = Vigil(self.database, stages().ways, LATE, self.folder, clock=lambda: self.now)

    def at(self, seconds: float) -> int:
        self.now = START + seconds
        return self.vigil.look()

    def tries(self, way: str, due: float, error: str = "") -> None:
        first = START + due
        self.ways[way] = Attempt("net", way, first, int(first * 1000), error)
        attempts.write(list(self.ways.values()), self.folder)

    def comes(self, way: str, sent: float, *, after: float = 0.5) -> None:
        moment = START + sent
        with self.database.write() as connection:
            one = Arrival("net", way, int(moment * 1000), moment + after, "0-0-0")
            canaries.note(connection, [one], moment + 2 * after)

    def alerts(self) -> list[Alert]:
        with self.database.read() as connection:
            return sorted(page(connection).alerts, key=lambda one: one.window)

    def messages(self) -> int:
        with self.database.read() as connection:
            return len(connection.execute(select(OUTBOX)).all())


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    where = request.getfixturevalue("server") if request.param == "postgresql" else None
    with opened(empty_url(request.param, tmp_path, where)) as database:
        yield World(database, tmp_path)


def test_what_comes_through_is_no_alert(world: World) -> None:
    assert world.at(0) == 0
    world.tries("udp", 100)
    world.at(101)
    world.comes("udp", 100)
    for seconds in (102, 161, 399):
        world.at(seconds)
    assert world.alerts() == []
    said = {(one.name, one.labels.get("stage")): one.value for one in world.vigil.samples()}
    assert said == {
        ("canary_seconds", "arrived"): 0.5,
        ("canary_seconds", "applied"): 1.0,
        ("canary_last_success", None): START + 101,
    }


def test_one_that_is_late_is_one_alert_that_ends(world: World) -> None:
    world.at(0)
    world.tries("tcp", 100)
    world.comes("tcp", 100)
    world.tries("udp", 100, "Connection refused")
    assert world.at(160) == 0
    assert world.at(161) == 1
    (alert,) = world.alerts()
    assert (alert.rule, alert.level, alert.group) == (BROKEN, "high", {"input": "net", "transport": "udp"})
    assert (alert.count, alert.ended, alert.entities.user) == (1, False, ())
    assert "net over udp: 1 test event did not come through" in alert.why
    assert "Connection refused" in alert.why
    assert world.at(200) == 0
    world.tries("udp", 400)
    world.tries("tcp", 400)
    world.comes("tcp", 400)
    assert world.at(461) == 0
    assert [(one.count, one.ended) for one in world.alerts()] == [(2, False)]
    world.tries("udp", 700)
    world.comes("udp", 700)
    world.at(702)
    (alert,) = world.alerts()
    assert (alert.ended, alert.count) == (True, 2)
    assert "delivers again since" in alert.why
    assert (alert.first_seen, alert.last_seen) == (START + 100, START + 702)
    assert world.messages() == 2
    revision = alert.revision
    world.at(703)
    assert [one.revision for one in world.alerts()] == [revision]


def test_each_break_is_an_alert_of_its_own(world: World) -> None:
    world.at(0)
    for begin in (100, 1_000):
        world.tries("udp", begin)
        world.at(begin + 61)
        world.tries("udp", begin + 300)
        world.comes("udp", begin + 300)
        world.at(begin + 302)
    assert [(one.ended, one.count) for one in world.alerts()] == [(True, 1), (True, 1)]
    assert world.messages() == 4


def test_a_late_one_that_comes_after_all_ends_it(world: World) -> None:
    world.at(0)
    world.tries("udp", 100)
    world.at(161)
    world.comes("udp", 100, after=80)
    world.at(261)
    assert [one.ended for one in world.alerts()] == [True]


def test_a_hub_that_was_away_is_patient_and_goes_on_where_it_was(world: World) -> None:
    world.tries("udp", -500)
    world.at(0)
    world.at(59)
    assert world.alerts() == []
    assert world.at(61) == 1
    world.begin()
    for seconds in (62, 130, 131):
        world.at(seconds)
    assert [one.count for one in world.alerts()] == [1]
    with world.database.read() as connection:
        offsets = connection.scalars(select(APPLIED.c.offset).where(APPLIED.c.topic == "canary")).all()
    assert offsets == [0]
    world.comes("udp", 132)
    world.at(140)
    assert [one.ended for one in world.alerts()] == [True]


def test_what_is_not_tested_any_more_is_over(world: World) -> None:
    world.at(0)
    world.tries("udp", 100)
    world.at(161)
    attempts.write([], world.folder)
    world.at(163)
    (alert,) = world.alerts()
    assert alert.ended
    assert "not tested any more" in alert.why


@pytest.mark.parametrize("content", [b"", b"[{}]", b"\xff", b"{", b'[{"input": 1, "way": 2}]'])
def test_what_cannot_be_read_changes_nothing(world: World, content: bytes) -> None:
    world.at(0)
    world.tries("udp", 100)
    world.at(161)
    (world.folder / attempts.FILE).write_bytes(content)
    world.at(500)
    assert [one.ended for one in world.alerts()] == [False]


def test_a_silence_keeps_it_quiet(world: World) -> None:
    silence = Silence("s1", "alice", "moving", START + 1_000, rules=frozenset({BROKEN.id}))
    with world.database.write() as connection:
        silences.add(connection, silence, By("user:alice", START))
    world.at(0)
    world.tries("udp", 100)
    assert world.at(161) == 0
    (alert,) = world.alerts()
    assert alert.mute is not None
    assert alert.mute.reason is Muted.SILENCED


def test_it_looks_once_a_second(world: World) -> None:
    world.at(0)
    world.tries("udp", -100)
    world.at(99)
    world.tries("tcp", -100)
    assert world.at(99.5) == 0
    assert len(world.alerts()) == 1
    assert world.at(100) == 1
