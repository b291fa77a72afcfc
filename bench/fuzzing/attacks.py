"""What is done to listeners: each attack takes a few seconds at most, and says when a connection is stuck."""

import gzip
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import zstandard

from fuzzing import messages
from fuzzing.mutate import Mutator
from tocsin.errors import DeliveryError, QueryError
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient

IDLE = 2
"""Seconds that the monitor of this trial lets senders be silent."""
LIMIT = 45.0
"""Seconds after which a connection that the monitor should have closed is stuck: the longest of its bounds is 10."""
_NOISE = ConnectionError, ssl.SSLError, BrokenPipeError


class StuckError(Exception):
    """A connection was not closed, or a request not answered."""


class Ways(NamedTuple):
    """Where the monitor listens: ports, the store's socket, a folder of files that it follows. accepted: records, by answers."""

    http: int
    https: int
    syslog: int
    tls: int
    metrics: int
    store: Path
    files: Path
    trust: ssl.SSLContext
    accepted: "Accepted"


class Accepted:
    """Counts the records that were acknowledged."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.records = 0

    def add(self, records: int) -> None:
        """Count more."""
        with self._lock:
            self.records += records


Attack = Callable[[Mutator, Ways], None]


def opened(port: int) -> socket.socket:
    """Connect."""
    return socket.create_connection(("127.0.0.1", port), timeout=LIMIT)


def drained(one: socket.socket) -> bytes:
    """Return what comes until the other side closes; StuckError if it does not."""
    made = b""
    end = time.monotonic() + LIMIT
    with suppress(*_NOISE):
        while time.monotonic() < end:
            one.settimeout(max(end - time.monotonic(), 0.01))
            try:
                block = one.recv(1 << 16)
            except TimeoutError:
                break
            if not block:
                return made
            made += block
        raise StuckError(f"not closed after {LIMIT:.0f} s; it said {made[-200:]!r}")
    return made


def poured(one: socket.socket, mutator: Mutator, data: bytes, *, half: bool) -> bytes:
    """Send in pieces, then close our half or say no more; return what comes until the end."""
    try:
        for piece in mutator.cuts(data):
            one.sendall(piece)
        if half:
            one.shutdown(socket.SHUT_WR)
    except TimeoutError:
        raise StuckError("it read no further, and did not close") from None
    except (*_NOISE, OSError):
        pass
    return drained(one)


def http_bodies(mutator: Mutator, ways: Ways) -> None:
    """Records as bodies, plain and packed; bombs."""
    random = mutator.random
    body = random.choice((b"\n", b",", b"\r\n")).join(mutator.record() for _ in range(random.randint(0, 30)))
    if random.random() < 0.02:
        body = random.choice((b"\0", b"a", b"[", b'{"a":1}\n')) * (64 << 20)
    coding = random.choice(("identity", "gzip", "zstd", "deflate", "nonsense"))
    body = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress}.get(coding, bytes)(body)
    if random.random() < 0.3:
        body = mutator.changed(body)
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with opened(ways.http) as one:
        said = poured(one, mutator, head.encode() + body, half=random.random() < 0.3)
    status = said.partition(b" ")[2][:3]
    if status == b"200":
        ways.accepted.add(int(said.rpartition(b":")[2].strip(b"}\n ")))
    if status[:1] == b"5" and status != b"503":
        raise StuckError(f"answered {said[:300]!r}")


def http_raw(mutator: Mutator, ways: Ways) -> None:
    """Bytes that are nearly HTTP, or noise, then our half closed, or silence."""
    data = messages.http_bytes(mutator) if mutator.random.random() < 0.9 else mutator.noise(5_000)
    with opened(ways.http) as one:
        poured(one, mutator, data, half=mutator.random.random() < 0.7)


def http_slow(mutator: Mutator, ways: Ways) -> None:
    """Slow-loris: a head or a body that comes byte by byte, for as long as it is let."""
    random = mutator.random
    data = messages.http_bytes(mutator)
    at = random.choice((0, data.find(b"\r\n\r\n") + 4))
    end = time.monotonic() + LIMIT
    with opened(ways.http) as one, suppress(*_NOISE):
        one.sendall(data[:at])
        one.settimeout(random.choice((0.05, 0.5)))
        while time.monotonic() < end:
            one.sendall(random.choice((b"a", b"\r", b"X: 1\r\n")))
            with suppress(TimeoutError):
                if not one.recv(1 << 16):
                    return
        raise StuckError(f"fed byte by byte for {LIMIT:.0f} s, and not closed")


def https(mutator: Mutator, ways: Ways) -> None:
    """TLS that is none, that breaks off, and that is sound around what is not."""
    _over_tls(mutator, ways, ways.https, messages.http_bytes(mutator))


def syslog_tls(mutator: Mutator, ways: Ways) -> None:
    """The same, with syslog in it."""
    _over_tls(mutator, ways, ways.tls, stream(mutator))


def _over_tls(mutator: Mutator, ways: Ways, port: int, data: bytes) -> None:
    random = mutator.random
    way = random.choice(("plain", "hello", "sound", "sound", "abrupt"))
    with opened(port) as one:
        if way == "plain":
            poured(one, mutator, data, half=random.random() < 0.5)
        elif way == "hello":
            poured(one, mutator, mutator.changed(hello()), half=random.random() < 0.5)
        else:
            with (
                suppress(*_NOISE, OSError),
                ways.trust.wrap_socket(one, server_hostname="localhost") as inner,
            ):
                for piece in mutator.cuts(data):
                    inner.sendall(piece)
                if way == "abrupt":
                    inner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    drained(inner)


def hello() -> bytes:
    """Return how TLS begins."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(into, out, server_hostname="localhost").do_handshake()
    return out.read()


def stream(mutator: Mutator) -> bytes:
    """Return messages of syslog in a row: counted, as lines, or changed into neither."""
    messages_of = [
        b"<%d>%s" % (mutator.random.randint(-1, 200), mutator.record())
        for _ in range(mutator.random.randint(1, 20))
    ]
    if mutator.random.random() < 0.5:
        return mutator.changed(b"".join(b"%d %s" % (len(one), one) for one in messages_of))
    return mutator.changed(b"\n".join(messages_of))


def syslog_tcp(mutator: Mutator, ways: Ways) -> None:
    """Both framings, then our half closed, or silence."""
    with opened(ways.syslog) as one:
        poured(one, mutator, stream(mutator), half=mutator.random.random() < 0.7)


def syslog_udp(mutator: Mutator, ways: Ways) -> None:
    """Datagrams of any size."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for _ in range(20):
            one.sendto(
                mutator.random.choice((mutator.record(), mutator.noise(), b""))[:65_000],
                ("127.0.0.1", ways.syslog),
            )


def files(mutator: Mutator, ways: Ways) -> None:
    """Files that are written, cut, rotated, copied and emptied, deleted; with names and content of any bytes."""
    random = mutator.random
    path = os.fsencode(ways.files) + b"/%s.log" % random.choice((b"a", b"b", b"c", b"d\xff", b"e f", b"g\nh"))
    data = b"\n".join(mutator.record() for _ in range(random.randint(1, 20)))
    way = random.choice(("append", "append", "append", "cut", "rotate", "empty", "delete", "noise"))
    with suppress(FileNotFoundError):
        if way in {"append", "noise"}:
            with Path(os.fsdecode(path)).open("ab") as file:
                file.write(mutator.noise(5_000) if way == "noise" else data + b"\n")
        elif way == "cut":
            os.truncate(path, random.randint(0, Path(os.fsdecode(path)).stat().st_size))
        elif way == "rotate":
            Path(os.fsdecode(path)).rename(os.fsdecode(path + random.choice((b".1", b".2"))))
        elif way == "empty":
            os.truncate(path, 0)
        else:
            Path(os.fsdecode(path)).unlink()
    time.sleep(random.choice((0, 0.01, 0.1)))


def store_socket(mutator: Mutator, ways: Ways) -> None:
    """Requests with lengths that are wrong, and content that is none."""
    random = mutator.random
    data = messages.requests(ways.files).make(mutator)
    data = struct.pack(">I", random.choice((len(data), len(data), 0, len(data) + 5, 2**32 - 1))) + data
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(LIMIT)
        one.connect(str(ways.store))
        poured(one, mutator, data, half=True)


def metrics(mutator: Mutator, ways: Ways) -> None:
    """The listener of `/metrics`."""
    data = messages.http_bytes(mutator) if mutator.random.random() < 0.9 else mutator.noise(5_000)
    with opened(ways.metrics) as one:
        poured(one, mutator, data, half=True)


def searches(mutator: Mutator, ways: Ways) -> None:
    """Questions of the running store."""
    text = messages.searches(ways.files).make(mutator).decode(errors="replace")
    client = StoreClient(ways.store, timeout=LIMIT)
    try:
        mutator.random.choice(
            (
                lambda: client.search(Question(text), limit=10),
                lambda: client.count(Question(text)),
                lambda: client.histogram(Question(text), by=text[:50]),
                lambda: client.group(Question(text), [text[:50] or "source"]),
            )
        )()
    except QueryError:
        return
    except DeliveryError as error:
        if error.retryable:
            raise StuckError(f"the store did not answer {text[:300]!r}: {error}") from None


ATTACKS: Mapping[str, Attack] = {
    "http: bodies": http_bodies,
    "http: raw bytes": http_raw,
    "http: byte by byte": http_slow,
    "http: TLS": https,
    "syslog: UDP": syslog_udp,
    "syslog: TCP": syslog_tcp,
    "syslog: TLS": syslog_tls,
    "files that are followed": files,
    "the store's socket": store_socket,
    "metrics": metrics,
    "questions of the store": searches,
}


def sound(ways: Ways, marker: Callable[[str], bytes]) -> None:
    """Do what honest senders do, in every way; raises StuckError or OSError when somebody is not heard."""
    for name, port in (("http", ways.http), ("https", ways.https)):
        body = b'{"@timestamp":1795000000000,"action":"repo.create","load":"%s"}\n' % marker(name)
        head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        with _honest(ways, port, is_tls=name == "https") as one:
            one.sendall(head + body)
            said = drained(one)
        if not said.startswith(b"HTTP/1.1 200"):
            raise StuckError(f"{name}: answered {said[:200]!r}")
    for name, port in (("tcp", ways.syslog), ("tls", ways.tls)):
        with _honest(ways, port, is_tls=name == "tls") as one:
            one.sendall(b"<13>Nov 23 10:00:00 host sshd[1]: %s\n" % marker(name))
            one.shutdown(socket.SHUT_WR)
            drained(one)
    with (ways.files / "sound.log").open("ab") as file:
        file.write(b"Nov 23 10:00:00 host sshd[1]: %s\n" % marker("file"))


def _honest(ways: Ways, port: int, *, is_tls: bool) -> socket.socket:
    plain = opened(port)
    return ways.trust.wrap_socket(plain, server_hostname="localhost") if is_tls else plain
