"""When canaries are sent, again and no more; and what is said of those that cannot be."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from http_parts import running, until
from tocsin.intake.inputs.file.canary import FILE
from tocsin.intake.inputs.file.config import Config as Files
from tocsin.intake.inputs.http.config import Config as Http
from tocsin.model.canary import Attempt, Canary, Marker
from tocsin.services.live import attempts
from tocsin.services.live.canaries import NOT_READY, Canaries
from tocsin.settings.kinds import Input
from tocsin.settings.paths import Pattern
from tocsin.settings.scalars import Duration, Listen
from tocsin.settings.secret import Secret
from tocsin.settings.tables import Canary as Every
from tocsin.settings.tables import Settings

START = 1_795_000_000.0
MARKER = Marker(b"k" * 32)
FOLLOWED = Files(paths=(Pattern("/none"),))


@dataclass
class World:
    """A sender with a clock, whose inputs are files."""

    folder: Path
    now: float = START
    missing: list[str] = field(default_factory=list)
    sender: Canaries = field(init=False)

    def __post_init__(self) -> None:
        self.sender = Canaries(
            MARKER,
            self.folder / "inputs",
            self.folder,
            lambda: self.missing,
            clock=lambda: self.now,
        )

    def use(self, *names: str, wait: float = 0.0, enabled: bool = True, **more: Input) -> None:
        inputs: dict[str, Input] = {**dict.fromkeys(names, FOLLOWED), **more}
        for name in names:
            (self.folder / "inputs" / name).mkdir(parents=True, exist_ok=True)
        canary = Every(enabled=enabled, every=Duration(300), late=Duration(60))
        self.sender.use(Settings(inputs=inputs, canary=canary), wait)

    def at(self, *seconds: float) -> None:
        for one in seconds:
            self.now = START + one
            self.sender.step()

    def sent(self, name: str) -> list[float]:
        """Return when canaries of an input were made."""
        path = self.folder / "inputs" / name / FILE
        found = [MARKER.read(line) for line in path.read_bytes().splitlines()] if path.exists() else []
        assert all(one and (one.input, one.way) == (name, "file") for one in found)
        return [round(one.sent / 1000 - START, 3) for one in found if one]

    def told(self) -> list[Attempt]:
        return list(attempts.read(self.folder) or ())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_one_is_sent_when_it_is_due(world: World) -> None:
    world.use("a", "b")
    assert world.told() == [Attempt("a", "file"), Attempt("b", "file")]
    world.at(0, 0.25, 1, 299.9, 300, 300.25, 650)
    assert world.sent("a") == [0, 300, 650]
    assert world.sent("b") == [0.001, 300.001, 650.001]
    assert world.told() == [
        Attempt("a", "file", START + 650, int((START + 650) * 1000)),
        Attempt("b", "file", START + 650, int((START + 650) * 1000) + 1),
    ]


def test_nothing_is_due_before_all_roles_were_ready(world: World) -> None:
    world.missing = ["hub"]
    world.use("a")
    world.at(0, 100)
    assert (world.sent("a"), world.told(), list(world.sender.problems())) == ([], [Attempt("a", "file")], [])
    world.missing = []
    world.at(101)
    world.missing = ["hub"]
    world.at(401)
    assert world.sent("a") == [101, 401]


def test_nothing_is_sent_to_an_intake_that_is_not_there(world: World) -> None:
    world.missing = []
    world.use()
    world.at(0)
    world.missing = ["intake"]
    world.use("a")
    world.at(0, 0.5, 1, 2)
    assert world.sent("a") == []
    assert [(one.first, one.error) for one in world.told()] == [(START, NOT_READY)]
    world.missing = []
    world.at(2.5, 3, 4, 5)
    assert world.sent("a") == [3]
    assert [(one.first, one.error) for one in world.told()] == [(START, "")]
    world.at(299, 300)
    assert world.sent("a") == [3, 300]


def test_what_cannot_be_sent_is_tried_again_and_told_when_it_is_late(world: World) -> None:
    world.use("a")
    folder = world.folder / "inputs" / "a"
    folder.rmdir()
    world.at(0, 1, 60)
    assert list(world.sender.problems()) == []
    world.at(61)
    (problem,) = world.sender.problems()
    assert problem.startswith("no canary gets into input a over file: ")
    world.at(300)
    assert [one.first for one in world.told()] == [START + 300]
    folder.mkdir()
    world.at(301)
    assert list(world.sender.problems()) == []
    assert world.sent("a") == [301]


def test_inputs_come_and_go(world: World) -> None:
    world.use("a")
    world.at(0)
    world.use("a", "b", wait=5)
    world.at(4.9, 5.1, 299, 300)
    assert (world.sent("a"), world.sent("b")) == ([0, 300], [5.1])
    world.use("b")
    world.at(400, 700)
    assert (world.sent("a"), len(world.sent("b"))) == ([0, 300], 3)
    assert [one.input for one in world.told()] == ["b"]
    world.use("b", enabled=False)
    world.at(2_000)
    assert (len(world.sent("b")), world.told()) == (3, [])


def test_who_wants_none_gets_none(world: World) -> None:
    hashed = Http(tokens={"ci": Secret(literal=f"sha256:{'0' * 64}")})
    world.use(quiet=Files(paths=(), canary=False), web=hashed)
    world.at(0)
    assert world.told() == []
    (problem,) = world.sender.problems()
    assert problem.startswith("input web gets no canaries: every token is kept as a hash")


def test_a_clock_that_is_set_back_holds_nothing_up(world: World) -> None:
    world.use("a")
    world.at(0, -86_400, -86_399, -86_100)
    assert world.sent("a") == [0, -86_400, -86_100]


def test_the_thread_sends_and_ends(world: World) -> None:
    world.use("a")
    world.sender.start()
    while not world.sent("a"):
        world.sender.check()
    world.sender.stop()
    assert world.sender._thread is not None
    world.sender._thread.join()


@given(
    st.lists(
        st.builds(
            Attempt,
            st.text(),
            st.text(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(0, 2**53),
        )
    )
)
def test_what_is_told_is_read(tmp_path_factory: pytest.TempPathFactory, some: list[Attempt]) -> None:
    folder = tmp_path_factory.mktemp("run")
    attempts.write(some, folder)
    assert attempts.read(folder) == some


def test_no_two_are_alike(world: World) -> None:
    world.use(*(f"a{number}" for number in range(50)))
    world.at(0)
    made = {one.last for one in world.told()}
    assert len(made) == 50
    assert all(isinstance(Canary("a", "file", one).sent, int) for one in made)


def test_a_token_that_was_renewed_is_used_when_the_old_one_does_not_do(world: World) -> None:
    place = world.folder / "token"
    place.write_text("old")
    place.chmod(0o600)
    tokens = {"ci": Secret(file=str(place))}
    with running(tokens=tokens) as one:
        world.use(web=Http(listen=Listen(*one.address), tokens=tokens))
        place.write_text("new")
        world.at(0)
        assert len(one.intake.records) == 1
    with running(tokens=tokens) as one:
        world.use(web=Http(listen=Listen(*one.address), tokens={"ci": Secret(literal="older")}))
        world.at(1)
        assert [(told.error, len(one.intake.records)) for told in world.told()] == [("the answer is 401", 0)]
        place.write_text("newest")
    with running(tokens=tokens) as one:
        listen = Listen(*one.address)
        place.write_text("stale")
        world.use(web=Http(listen=listen, tokens=tokens))
        place.write_text("newest")
        world.at(2, 3)
        assert [(told.error, len(one.intake.records)) for told in world.told()] == [("", 1)]


def test_a_machine_that_lets_nobody_open_files_does_not_end_the_sender(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.use("web")
    troubles = iter([OSError("too many open files")])

    def missing() -> list[str]:
        for trouble in troubles:
            raise trouble
        return []

    world.sender._missing = missing
    world.sender.start()
    until(lambda: len(world.sent("web")) == 1)
    world.sender.stop()
    world.sender.check()
