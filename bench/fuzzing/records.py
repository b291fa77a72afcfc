"""Targets that take records: the whole worker, each source by itself, redaction, and what files are read with."""

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec
import zstandard

from fuzzing.mutate import Mutator
from fuzzing.target import Openers, Target, check
from tocsin.errors import DataError
from tocsin.intake import files
from tocsin.intake.inputs.http.records import read_records
from tocsin.intake.inputs.syslog.framing import Framing
from tocsin.intake.web.refusing import Refused
from tocsin.intake.web.unpack import CODINGS, unpack
from tocsin.model import received, signals
from tocsin.model.canary import Marker
from tocsin.model.place import Place
from tocsin.model.received import Context, Received
from tocsin.normalise.redact import Redactor
from tocsin.ports.journal import Frame
from tocsin.services.hunt.setup import Options, prepare
from tocsin.services.live.derive import Placed
from tocsin.services.live.frame import FrameWork
from tocsin.services.live.rules import LiveRules
from tocsin.services.packs import BUILT_IN
from tocsin.sources import catalog
from tocsin.sources.recognise import recognise, sort_out
from tocsin.store.block import table_of

RULES = "TOCSIN_FUZZ_RULES"
"""A folder of more rules than our packs, for the worker."""
MARKER = Marker(bytes(32))
ARRIVED = 1_795_000_000 * 10**9
BOMB = 1 << 22
"""Bytes that a compressed body may unpack to here; bombs are larger."""
MOST_BODY = 16 << 20
"""Bytes of a body that are read, as `limits.body` has it."""

_batch = msgspec.msgpack.Decoder(tuple[str, list[bytes]])


def worker(_: Path) -> Target:
    """Recognition, parsers, redaction, detection, columns and signals, as the worker role has them."""
    more = [Path(os.environ[RULES])] if os.environ.get(RULES) else []
    rules = prepare(Options(paths=(), rules=(BUILT_IN, *more)))
    work = FrameWork(LiveRules(rules, "0" * 64), Redactor(bytes(32)), MARKER)
    names = ["", "", "", *catalog()]

    def make(mutator: Mutator) -> bytes:
        records = [mutator.record() for _ in range(mutator.random.randint(1, 20))]
        return msgspec.msgpack.encode((mutator.random.choice(names), [one for one in records if one]))

    def run(data: bytes) -> None:
        source, records = _batch.decode(data)
        payload, meta = received.dump(Received(Context("web", source), records))
        frame = Frame(payload, len(records), ARRIVED, None, meta)
        [(columns, said)] = work([Placed(Place("events", 0, 1), frame)])
        told = signals.load(said.payload)
        rows = table_of(columns) if columns else None
        count = rows.num_rows if rows else 0
        check(told.received == len(records), "the frame says another number of records")
        check(sum(one.events + one.refused for one in told.counts) == count, "counts are not rows")
        seen = set(rows.column("index").to_pylist()) if rows else set()
        check(seen == set(range(len(records))), "a record has no row")

    return Target(make, run)


def sources(_: Path) -> Target:
    """Each source's recognition, parser, expansion and reader of files, by itself."""
    every = list(catalog().values())

    def make(mutator: Mutator) -> bytes:
        return bytes([mutator.random.randrange(len(every))]) + mutator.record()

    def run(data: bytes) -> None:
        source, record = every[data[0]], data[1:]
        score = source.recognise(record, None)
        check(0 <= score <= 100, f"{source.name}: a confidence of {score}")
        recognise(record)
        sort_out([record, record])
        if source.unpack and source.unpack.opens(record[:4096]):
            for _ in source.unpack.records(io.BytesIO(record)):
                pass
        if source.expand:
            list(source.expand(record))
        source.parse(record)

    return Target(make, run, (DataError,))


def redaction(_: Path) -> Target:
    """Secrets in any bytes."""
    redactor = Redactor(bytes(32))
    named = (
        b'"password":"',
        b"AKIAIOSFODNN7EXAMPLE",
        b"ghp_" + b"a" * 36,
        b"Authorization: Bearer ",
        b"-----BEGIN RSA PRIVATE KEY-----",
    )

    def make(mutator: Mutator) -> bytes:
        record = mutator.record()
        at = mutator.random.randint(0, len(record))
        return mutator.changed(record[:at] + mutator.random.choice(named) + record[at:])

    def run(data: bytes) -> None:
        check(len(redactor([data, data])[0]) == 2, "another number of records")

    return Target(make, run)


def bodies(_: Path) -> Target:
    """Bodies of JSON and NDJSON, plain and packed in every way, bombs among them."""
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "zstd": zstandard.ZstdCompressor().compress,
        "deflate": zlib.compress,
    }

    def make(mutator: Mutator) -> bytes:
        random = mutator.random
        coding = random.choice(CODINGS)
        joint, ends = random.choice(
            ((b"\n", (b"", b"\n")), (b",", (b"[", b"]")), (b"\r\n\r\n", (b"\xef\xbb\xbf", b"")))
        )
        body = ends[0] + joint.join(mutator.record() for _ in range(random.randint(0, 8))) + ends[1]
        if random.random() < 0.02:
            body = random.choice((b"\0", b"a", b"[", b'{"a":1},')) * (2 * BOMB)
        if coding in packers:
            body = packers[coding](body) * random.choice((1, 1, 1, 2, 300))
        body = mutator.changed(body) if random.random() < 0.5 else body
        return bytes([CODINGS.index(coding)]) + body[:MOST_BODY]

    def run(data: bytes) -> None:
        coding, body = CODINGS[data[0]], data[1:]
        if coding != "identity":
            body = unpack(body, coding, most=BOMB, ratio=200, take=lambda _: True)
            check(len(body) <= BOMB + (1 << 20), "unpacked to more than is allowed")
        found = read_records(body, depth=64)
        check(found and all(found), "no record, or an empty one")

    return Target(make, run, (Refused,))


def framing(_: Path) -> Target:
    """Bytes of a connection of syslog: counted octets, lines, and neither."""
    limit = 8_192

    def make(mutator: Mutator) -> bytes:
        messages = [b"<%d>%s" % (mutator.random.randint(-1, 200), mutator.record()) for _ in range(3)]
        counted = b"".join(b"%d %s" % (len(one), one) for one in messages)
        return mutator.changed(mutator.random.choice((counted, b"\n".join(messages), mutator.noise())))

    def run(data: bytes) -> None:
        whole = _fed(Framing(limit), [data], limit)
        cuts = Mutator(Random(len(data)), [b""]).cuts(data)  # noqa: S311 (the same cuts again)
        check(whole == _fed(Framing(limit), cuts, limit), "it matters how bytes are split")

    return Target(make, run)


def _fed(one: Framing, pieces: list[bytes], limit: int) -> list[bytes]:
    found: list[bytes] = []
    for piece in pieces:
        made = one.feed(piece)
        found += made.whole
        if made.broken:
            return found
    found += one.close().whole
    check(all(0 < len(message) <= limit for message in found), "a message above the limit")
    return found


def hunted(folder: Path) -> Target:
    """Files as `tocsin hunt` reads them: text of any encoding, JSON, tables, archives, and noise."""
    every = list(catalog().values())
    names = ("log", "log.json", "log.csv", "log.gz", "log.zip", "log.zst", "log.evtx")

    def make(mutator: Mutator) -> bytes:
        random = mutator.random
        text = random.choice((b"\n", b",\n", b"\r\n")).join(
            mutator.record() for _ in range(random.randint(0, 5))
        )
        kinds = (
            lambda: text,
            lambda: b"[" + text + b"]",
            lambda: gzip.compress(text),
            lambda: _zipped(text),
            lambda: mutator.noise(2_000),
        )
        made = random.choice(kinds)()
        if random.random() < 0.1:
            made = text.decode("latin-1").encode(
                random.choice(("utf-16", "utf-16-be", "utf-8-sig", "utf-32"))
            )
        return bytes([random.randrange(len(names))]) + mutator.changed(made)

    def run(data: bytes) -> None:
        path = folder / names[data[0]]
        path.write_bytes(data[1:])
        for _ in files.read(files.Unit(str(path)), every, files.Progress()):
            pass
        path.unlink()

    return Target(make, run)


def _zipped(text: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.log", text)
        archive.writestr("b/c.json", text)
    return made.getvalue()


OPENERS: Openers = {
    "worker": worker,
    "sources": sources,
    "redaction": redaction,
    "http bodies": bodies,
    "syslog framing": framing,
    "files of a hunt": hunted,
}
