"""Targets that take what roles and people hand to roles: payloads, state, settings, searches, HTTP heads."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from fuzzing.mutate import TIMES, Mutator
from fuzzing.records import ARRIVED, MARKER
from fuzzing.target import Openers, Target, check
from tocsin.control.database import Database
from tocsin.control.listing import Order, page
from tocsin.control.migrate import upgrade
from tocsin.correlate.snapshot import Row
from tocsin.errors import ConfigError, ContentError, DataError, QueryError
from tocsin.intake.http.bounds import Bounds, Budget
from tocsin.intake.http.message import Head, Request, Response
from tocsin.intake.http.reading import Reading
from tocsin.intake.inputs.file import positions
from tocsin.model import received, signals
from tocsin.model.canary import Canary
from tocsin.model.observation import Observation
from tocsin.model.place import Place
from tocsin.model.received import Context, EventId, Received
from tocsin.model.signals import Count, Heard, Refused, Signals
from tocsin.model.unreadable import UNREADABLE
from tocsin.normalise import identity
from tocsin.normalise.columns import Rows, Spot, streams
from tocsin.notify.post import wait
from tocsin.ports.input import Refusal
from tocsin.ports.journal import Frame
from tocsin.ports.store import Question
from tocsin.services import backup_manifest
from tocsin.services.hunt.setup import Options, prepare
from tocsin.services.kinds import kinds
from tocsin.services.packs import BUILT_IN
from tocsin.settings.load import read_content
from tocsin.sigma.loader import read_content as read_rules
from tocsin.store import wire
from tocsin.store.block import table_of
from tocsin.store.plan import PlanFile
from tocsin.store.query.parser import parse
from tocsin.store.query.sql import Compiler
from tocsin.telemetry import status

SAMPLE = 256
"""Bytes of records in payloads that are changed bit by bit: so that bits of their frames are hit too."""
EXAMPLE = Path(__file__).resolve().parents[2] / "tocsin.example.toml"
_BASE = "22222222-2222-4222-8222-222222222222"
_CORRELATED = f"""\
title: Failed
id: {_BASE}
name: failed
logsource: {{product: github, service: audit}}
detection: {{one: {{action: org.login_failed}}, condition: one}}
---
title: Many
id: 33333333-3333-4333-8333-333333333333
correlation: {{type: event_count, rules: [failed], group-by: [actor], timespan: 5m, condition: {{gte: 3}}}}
---
title: Many names
id: 44444444-4444-4444-8444-444444444444
correlation: {{type: value_count, rules: [failed], timespan: 5m, condition: {{gte: 3, field: actor}}}}
"""


def events(_: Path) -> Target:
    """Frames of the topic `events`."""

    def make(mutator: Mutator) -> bytes:
        payload, meta = received.dump(Received(Context("web", "okta", redo=b"x"), _few(mutator)))
        return msgspec.msgpack.encode((mutator.changed(payload), mutator.changed(meta)))

    def run(data: bytes) -> None:
        received.load(*msgspec.msgpack.decode(data, type=tuple[bytes, bytes]))

    return Target(make, run, (DataError,))


def signalled(_: Path) -> Target:
    """Frames of the topic `signals`."""
    said = Signals(
        "web", 3, 1.5e9, "0" * 64, (Count("okta", 2, 1, 1.0, 2.0),), (Refused("okta", "no JSON", 1, "0-1-2"),),
        canaries=(Heard("0-1-2", "http", 5),),
    )  # fmt: skip
    return Target(lambda mutator: mutator.changed(signals.dump(said)), signals.load, (DataError,))


def columns(_: Path) -> Target:
    """Frames of the topic `columns`, as the store reads them."""
    meta = msgspec.msgpack.encode(Context("web"))

    def make(mutator: Mutator) -> bytes:
        raw = _few(mutator)
        given: dict[str, list[Any]] = {"user.name": ["root"] * len(raw), "source.port": [22] * len(raw)}
        spots = [Spot(0, n, 0) for n in range(len(raw))]
        [written] = streams([Rows("okta", spots, raw, [1.5e9] * len(raw), given)], 1)
        return mutator.changed(written or b"")

    def run(data: bytes) -> None:
        table_of(Frame(data, 1, ARRIVED, Place("events", 0, 1), meta))

    return Target(make, run, (DataError,))


def _few(mutator: Mutator) -> list[bytes]:
    return [mutator.random.choice(mutator.samples)[:SAMPLE] for _ in range(mutator.random.randint(1, 4))]


def kept(folder: Path) -> Target:
    """Files and rows in which roles keep how far they are: whatever is in them is read, or refused by name."""
    one = positions.Position(1, 2, b"/a\xff.log", 3, 3, b"d" * 16)
    positions.write(folder / "positions", [one])
    state = status.Status("intake", 1, 0.5, 1.0, ready=True)
    status.write(state, folder)
    (folder / "people.csv").write_text("person,kind,name\nada,github,ada-l\n")
    plan = folder / "plan.json"
    plan.write_bytes(b"[[[0,1,5]]]")
    manifest = folder / backup_manifest.NAME
    files = {"a/b": backup_manifest.Kept(1, "00")}
    written = backup_manifest.Manifest(
        backup_manifest.FORMAT, "2026", "0.1.0", "4", "sqlite", files, ("a",), {"c": "a"}
    )
    manifest.write_bytes(msgspec.json.encode(written))
    readers: Sequence[tuple[Path, Callable[[], object]]] = (
        (folder / "positions", lambda: positions.read(folder / "positions")),
        (folder / f"intake{status.SUFFIX}", lambda: list(status.read(folder))),
        (folder / "people.csv", lambda: identity.load(folder / "people.csv")),
        (plan, lambda: PlanFile(folder).read()),
        (manifest, lambda: backup_manifest.read(folder)),
    )
    begins = [path.read_bytes() for path, _ in readers]

    def make(mutator: Mutator) -> bytes:
        number = mutator.random.randrange(len(readers))
        return bytes([number]) + mutator.changed(begins[number])

    def run(data: bytes) -> None:
        path, read = readers[data[0]]
        path.write_bytes(data[1:])
        try:
            read()
            positions.load(data[1:])
        finally:
            path.write_bytes(begins[data[0]])

    return Target(make, run, (DataError, ConfigError))


def correlation_state(folder: Path) -> Target:
    """Rows of the control database in which correlations are kept."""
    (folder / "rules.yml").write_text(_CORRELATED)
    setup = prepare(Options(paths=(), rules=(folder / "rules.yml",)))
    engine = setup.correlator
    engine.feed(Observation(_BASE, 1.5e9 + n, f"0-{n}-0", {"actor": f"u{n % 7}"}) for n in range(300))
    rows = engine.save().rows

    def make(mutator: Mutator) -> bytes:
        return msgspec.msgpack.encode([(*row[:3], mutator.changed(row.content, 1)) for row in rows])

    def run(data: bytes) -> None:
        engine.restore(
            Row(*one) for one in msgspec.msgpack.decode(data, type=list[tuple[str, str, int, bytes]])
        )

    return Target(make, run, (DataError,))


def requests(_: Path) -> Target:
    """Requests on the store's socket."""
    question = Question("user.name:root and 10.0.0.0/8", 1, 2)
    given = [
        wire.Search(question, 10, None), wire.Count(question), wire.Histogram(question, 1_000_000, "user.name"),
        wire.GroupBy(question, ("a", "b"), 5), wire.Export(question, None), wire.Get(EventId(0, 1, 2)), wire.Rows(0, 1), wire.Fresh(),
    ]  # fmt: skip

    def make(mutator: Mutator) -> bytes:
        return mutator.changed(wire.encode(mutator.random.choice(given)))

    return Target(make, wire.request.decode, UNREADABLE)


def searches(_: Path) -> Target:
    """The language of searches, up to the statement."""
    words = (
        "source:github_audit", "and", "or", "not", "(", ")", "action:repo.*", "user.name:*bot", "10.0.0.0/8", "source.ip:10.0.0.0/8",
        "source.port:>=1024", "time:>2026-11-23", "exists:user.name", "user.name:(root or admin)", '"a phrase"', "failed", "id:0-1-2",
        "a.b.c.d:1", "time:<2200-01-01T00:00:00Z", "source.port:nan", "\\", '"', ":", "*", "-", ">", "fe80::/10", "raw:x", "'", "{p0:String}",
    )  # fmt: skip

    def make(mutator: Mutator) -> bytes:
        words_of = mutator.random.choices(words, k=mutator.random.randint(1, 12))
        return mutator.changed(mutator.random.choice((" ", "", " and ")).join(words_of).encode())

    def run(data: bytes) -> None:
        text = data.decode(errors="surrogateescape")
        Compiler(text).condition(parse(text))

    return Target(make, run, (QueryError,))


def toml(_: Path) -> Target:
    """Settings files."""
    plain = EXAMPLE.read_bytes()
    every = b"\n".join(
        line[1:] if line[:1] == b"#" and line[1:2] not in {b" ", b""} else line for line in plain.split(b"\n")
    )

    def make(mutator: Mutator) -> bytes:
        return mutator.changed(mutator.random.choice((plain, every)), 8)

    def run(data: bytes) -> None:
        for one in read_content(data, Path("tocsin.toml"), kinds()).mistakes:
            check(str(one).isprintable(), "a mistake is told with what hides something")

    return Target(make, run)


def rules(_: Path) -> Target:
    """Files of rules, which people take from elsewhere."""
    begins = [path.read_bytes() for path in sorted(BUILT_IN.rglob("*.yml"))]

    def make(mutator: Mutator) -> bytes:
        return mutator.changed(mutator.random.choice(begins), 8)

    def run(data: bytes) -> None:
        for _ in read_rules(data, {}, path="a.yml"):
            pass

    return Target(make, run, (ContentError,))


def small_texts(folder: Path) -> Target:
    """Ids, markers, cursors and times that come from outside as text."""
    database = Database(f"sqlite:///{folder / 'control.db'}")
    upgrade(database)
    begins = (
        b"0-1234-5.1",
        MARKER.write(Canary("web", "http", 5)),
        b"WyJuZXdlc3QiLDEuNSwiYSJd",
        b"Wed, 21 Oct 2026 07:28:00 GMT",
        b"120",
    )

    def make(mutator: Mutator) -> bytes:
        return mutator.changed(mutator.random.choice((*begins, *TIMES)))

    def run(data: bytes) -> None:
        text = data.decode(errors="surrogateescape")
        MARKER.read(data)
        wait(text, 0.0)
        for read in (lambda: EventId.read(text), lambda: _listed(database, text)):
            try:
                read()
            except DataError:
                continue

    return Target(make, run)


def _listed(database: Database, after: str) -> None:
    with database.read() as connection:
        for order in Order:
            page(connection, order=order, after=after)


class Site:
    """Admits all, and is never asked more."""

    def admit(self, _: Head) -> Response | None:
        return None

    async def answer(self, _: Request) -> Response:
        return Response(200)

    def refused(self, _: Refusal) -> None:
        pass

    def connections(self, _: int) -> None:
        pass


def http(_: Path) -> Target:
    """Bytes of a connection of HTTP, however they are cut."""

    def run(data: bytes) -> None:
        budget = Budget(1 << 22)
        reading = Reading(Site(), Bounds(), budget, "::1")
        for piece in Mutator(Random(len(data)), [b""]).cuts(data):  # noqa: S311 (the same cuts again)
            while piece and not reading.ended:
                piece = piece[reading.feed(piece) :]
                while reading.ready:
                    reading.ready.popleft().request.hold.free()
        reading.close()
        check(budget.used == 0, "memory is counted that nobody has")

    return Target(http_bytes, run)


def http_bytes(mutator: Mutator) -> bytes:
    """Return requests in a row, with what makes readers disagree."""
    random = mutator.random
    made = b""
    for _ in range(random.randint(1, 3)):
        body = mutator.record()
        chunked = random.random() < 0.3
        framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
        lines = [
            random.choice((b"POST", b"PUT", b"GET", b"HEAD", b"OPTIONS", b"CONNECT")) + b" "
            + random.choice((b"/", b"/v1/events", b"/healthz", b"/metrics", b"http://x/", b"/%2e%2e")) + b" HTTP/1.1",
            b"Host: x", framing, b"Content-Type: application/x-ndjson",
        ]  # fmt: skip
        odd = (
            b"Expect: 100-continue", b"Connection: close", b"Upgrade: h2c", b"Content-Encoding: gzip", b"Content-Encoding: zstd",
            b"Content-Length: 5", b"Transfer-Encoding: gzip, chunked", b"Host: y", b"X: " + b"a" * 20_000, b"A:b\x00", b" folded",
        )  # fmt: skip
        lines += random.sample(odd, random.choice((0, 0, 1, 3)))
        if chunked:
            body = b"%x;e=1\r\n%s\r\n0\r\nT: v\r\n\r\n" % (len(body), body)
        made += b"\r\n".join([*lines, b"", body])
    return mutator.changed(made) if random.random() < 0.7 else made


OPENERS: Openers = {
    "frames of events": events,
    "frames of signals": signalled,
    "frames of columns": columns,
    "kept files": kept,
    "correlation state": correlation_state,
    "store requests": requests,
    "searches": searches,
    "settings": toml,
    "rules": rules,
    "ids and cursors": small_texts,
    "http bytes": http,
}
