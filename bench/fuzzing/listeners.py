"""Attacks on the listeners of a running monitor: nobody dies, no connection stays, honest senders are heard and stored."""

import json
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from random import Random

from fuzzing import attacks
from fuzzing.attacks import ATTACKS, IDLE, Accepted, Ways
from fuzzing.mutate import Mutator
from fuzzing.trial import Finding, Tried
from live_load.certificate import Certificate, certificate
from live_load.monitor import Monitor, free_port, monitor
from live_load.resources import used
from live_load.settled import sample_of, settled, timed
from tocsin.errors import TocsinError
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient

AT_ONCE = 16
"""Attackers at one time."""
GROWTH = 600_000_000
"""Bytes that a role may grow by after the first third of the attacks."""
CLOSED = 30.0
"""Seconds after which all connections of an attack are closed."""
DRAIN = 40.0
ENDING = 45.0
"""Seconds of the time that are for looking into the store at the end."""
_CONFIG = """\
[inputs.web]
kind = "http"
listen = "127.0.0.1:{http}"
connections = {{ idle = "{idle}s" }}

[inputs.webtls]
kind = "http"
listen = "127.0.0.1:{https}"
tls = {{ cert = {cert}, key = {key} }}
connections = {{ idle = "{idle}s" }}

[inputs.syslog]
kind = "syslog"
listen = "127.0.0.1:{syslog}"
connections = {{ idle = "{idle}s" }}

[inputs.syslogtls]
kind = "syslog"
listen = "127.0.0.1:{tls}"
protocols = ["tls"]
tls = {{ cert = {cert}, key = {key} }}
connections = {{ idle = "{idle}s" }}

[inputs.files]
kind = "file"
paths = [{files}]
look = "100ms"

[canary]
enabled = false
"""


def tried(names: Sequence[str], seed: int, end: float, folder: Path, known: list[bytes]) -> Iterator[Tried]:
    """Run attacks, each for its share of the time until `end`; then say what became of the monitor."""
    (folder / "files").mkdir()
    made = certificate(folder)
    ports = {name: free_port() for name in ("http", "https", "syslog", "tls")}
    quoted = {"cert": made.cert, "key": made.key, "files": folder / "files" / "*.log"}
    more = _CONFIG.format(
        **ports, idle=IDLE, **{name: json.dumps(str(path)) for name, path in quoted.items()}
    )
    (folder / "monitor").mkdir()
    with monitor(folder / "monitor", more=more) as running:
        trial = _Trial(running, ways(running, ports, made, folder / "files"), seed, known)
        for number, name in enumerate(names):
            left = max(end - ENDING - time.monotonic(), len(names) - number)
            yield trial.attack(name, left / (len(names) - number))
        yield trial.ended()


def ways(running: Monitor, ports: dict[str, int], made: Certificate, files: Path) -> Ways:
    """Return where it listens."""
    settings = tomllib.loads((running.folder / "tocsin.toml").read_text())
    metrics = int(settings["metrics"]["listen"].rpartition(":")[2])
    store = running.data / "run" / "store.sock"
    return Ways(
        **ports, metrics=metrics, store=store, files=files, trust=made.trusting(), accepted=Accepted()
    )


class _Trial:
    """One monitor, and what has been seen of it."""

    def __init__(self, running: Monitor, where: Ways, seed: int, known: list[bytes]) -> None:
        self.running, self.ways, self.seed, self.known = running, where, seed, known
        self.pids = {name: role.pid for name, role in running.roles().items()}
        self.markers: list[bytes] = []
        self.sizes: list[dict[str, int]] = []

    def attack(self, name: str, seconds: float) -> Tried:
        """Attack for so many seconds, then see how it is."""
        found, began = Tried(name), time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            busy: set[Future[None]] = set()
            while time.monotonic() < began + seconds:
                while len(busy) < AT_ONCE:
                    busy.add(pool.submit(self._once, name, found.inputs))
                    found.inputs += 1
                done, busy = wait(busy, timeout=1.0, return_when=FIRST_COMPLETED)
                _judge(found, done)
            done, _ = wait(busy, timeout=2 * attacks.LIMIT)
            _judge(found, done)
        self._look(found)
        found.seconds = time.monotonic() - began
        return found

    def _once(self, name: str, number: int) -> None:
        random = Random(f"{self.seed} {name} {number}")  # noqa: S311 (repeatable)
        try:
            ATTACKS[name](Mutator(random, self.known), self.ways)
        except (attacks.StuckError, OSError, TocsinError) as error:
            raise attacks.StuckError(f"{type(error).__name__}: {error!s:.300} (attack {number})") from None

    def _look(self, found: Tried) -> None:
        """See whether all live, connections are gone, and honest senders are heard."""
        roles = self.running.roles()
        for role, pid in self.pids.items():
            if role not in roles or roles[role].pid != pid:
                found.add(Finding(found.target, f"{role} died", found.inputs, self.running.said()))
        self.pids = {name: role.pid for name, role in roles.items()}
        if timed(lambda: sample_of(self.running, "intake_connections") == 0, CLOSED) >= CLOSED:
            found.add(
                Finding(found.target, f"connections are open {CLOSED:.0f} s after the attack", found.inputs)
            )
        try:
            attacks.sound(self.ways, self._marker)
        except (attacks.StuckError, OSError) as error:
            found.add(Finding(found.target, f"an honest sender was not heard: {error!s:.200}", found.inputs))
        self.sizes.append({name: one.resident for name, one in used(self.pids).items()})
        found.peak = max(self.sizes[-1].values(), default=0)

    def _marker(self, way: str) -> bytes:
        self.markers.append(b"mkhonest%s%04d" % (way.encode(), len(self.markers)))
        return self.markers[-1]

    def ended(self) -> Tried:
        """See whether what was acknowledged is stored, and how memory went."""
        found, began = Tried("what became of it"), time.monotonic()
        if settled(self.running, DRAIN) >= DRAIN:
            found.add(Finding(found.target, f"frames wait {DRAIN:.0f} s after the last attack", -1))
        client = StoreClient(self.ways.store)
        for marker in self.markers:
            # The store inserts once a second.
            timed(partial(_is_there, client, marker), 5.0)
            if (count := client.count(Question(marker.decode()))) != 1:
                found.add(
                    Finding(
                        found.target, f"{marker.decode()} of an honest sender is stored {count} times", -1
                    )
                )
        stored = client.count(Question("input:web"))
        if stored < self.ways.accepted.records:
            found.add(
                Finding(found.target, f"{self.ways.accepted.records} records accepted, {stored} stored", -1)
            )
        dead = sum(1 for path in (self.running.data / "dead-letters").rglob("*") if path.is_file())
        if dead:
            found.add(Finding(found.target, f"{dead} dead letters", -1))
        for role, size in (self.sizes[-1] if self.sizes else {}).items():
            early = max(one.get(role, 0) for one in self.sizes[: len(self.sizes) // 3 + 1])
            if size > early + GROWTH:
                found.add(Finding(found.target, f"{role} grew from {early >> 20} to {size >> 20} MiB", -1))
        found.inputs, found.seconds = len(self.markers), time.monotonic() - began
        return found


def _is_there(client: StoreClient, marker: bytes) -> bool:
    return client.count(Question(marker.decode())) == 1


def _judge(found: Tried, done: set[Future[None]]) -> None:
    for one in done:
        error = one.exception()
        if error is not None:
            text = str(error)
            found.add(Finding(found.target, text.partition(" (attack")[0], _number(text), text))


def _number(text: str) -> int:
    return int(text.rpartition("(attack ")[2].rstrip(")")) if "(attack " in text else -1
