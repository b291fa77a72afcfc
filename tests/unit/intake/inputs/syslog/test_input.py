"""Real sockets, on both event loops."""

import asyncio
import random
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from certificates import Authority
from intakes import Recorder, on_both_loops, until
from tocsin.errors import ConfigError
from tocsin.intake.inputs.syslog import gathering
from tocsin.intake.inputs.syslog.config import Config, Limits
from tocsin.intake.inputs.syslog.input import open_input
from tocsin.ports.input import Input, Refusal
from tocsin.settings.limits import Connections, Tls
from tocsin.settings.paths import InFile
from tocsin.settings.scalars import Duration, Listen, Network, Size

NOWHERE = Path("/nonexistent")
"""These inputs keep nothing."""

ANY = Listen("127.0.0.1", 0)


@asynccontextmanager
async def running(recorder: Recorder, config: Config) -> AsyncIterator[Input]:
    made = open_input("sys", config, recorder, NOWHERE)
    await made.start()
    try:
        yield made
    finally:
        await made.stop(5)


def port_of(made: Input, transport: str) -> int:
    return next(
        int(one.rpartition(":")[2].partition("/")[0]) for one in made.addresses if one.endswith(transport)
    )


async def send(made: Input, data: bytes, tls: ssl.SSLContext | None = None) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port_of(made, "tcp"), ssl=tls)
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def answered(port: int, tls: ssl.SSLContext) -> None:
    """Read a byte: in TLS 1.3 a sender learns only then that it was turned away."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    try:
        await reader.readexactly(1)
    finally:
        writer.transport.abort()


def test_one_port_takes_datagrams_and_both_framings() -> None:
    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY, source="linux")) as made:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for text in (b"<13>udp\n\0", b"<13>last", b"\n", b""):
                    sender.sendto(text, ("127.0.0.1", port_of(made, "udp")))
            two_lines = b"<13>1 - - - - - - d\nmore\n"
            await send(made, b"<13>a\n<13>1 - - - - - - b\n<13>no end")
            await send(made, b"6 <13>c\n%d %s" % (len(two_lines), two_lines))
            await until(lambda: len(recorder.records) == 7)
        assert sorted(recorder.records) == sorted(
            [
                b"<13>udp",
                b"<13>last",
                b"<13>a",
                b"<13>1 - - - - - - b",
                b"<13>no end",
                b"<13>c",
                b"<13>1 - - - - - - d\nmore",
            ]
        )
        assert recorder.batches[0].context.source == "linux"
        assert recorder.open == 0
        assert not recorder.refusals

    on_both_loops(test)


def test_what_was_sent_before_the_end_is_taken_when_it_stops() -> None:
    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY)) as made:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for number in range(100):
                    sender.sendto(b"<13>%d" % number, ("127.0.0.1", port_of(made, "udp")))
            _, writer = await asyncio.open_connection("127.0.0.1", port_of(made, "tcp"))
            writer.write(b"<13>x\n" * 1000)
            await writer.drain()
        assert len(recorder.records) == 1100
        writer.close()

    on_both_loops(test)


def test_the_order_of_a_connection_is_kept_and_the_journal_pauses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "HIGH", 100_000)
    monkeypatch.setattr(gathering, "PATIENCE", 0.01)
    lines = [b"<13>%07d %s" % (number, b"x" * 100) for number in range(100_000)]

    async def test() -> None:
        recorder = Recorder()
        recorder.room = False
        async with running(recorder, Config(listen=ANY)) as made:
            sending = asyncio.create_task(send(made, b"\n".join(lines) + b"\n"))
            await until(lambda: recorder.asked > 5)
            assert not sending.done()
            recorder.room = True
            await until(lambda: len(recorder.records) == len(lines))
            await sending
        assert recorder.records == lines

    on_both_loops(test)


def test_datagrams_that_have_no_room_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "FULL", 10_000)

    async def test() -> None:
        recorder = Recorder()
        recorder.room = False
        async with running(recorder, Config(listen=ANY)) as made:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for number in range(100):
                    sender.sendto(b"<13>%d %s" % (number, b"x" * 1000), ("127.0.0.1", port_of(made, "udp")))
                    await asyncio.sleep(0)
            await until(lambda: recorder.refusals[Refusal.BUSY])
            recorder.room = True
        assert len(recorder.records) + recorder.refusals[Refusal.BUSY] == 100

    on_both_loops(test)


def test_what_the_system_dropped_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.intake.inputs.syslog.sockets.BUFFER", 1)

    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY, protocols=("udp",))) as made:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(200):
                    sender.sendto(b"<13>" + b"x" * 1000, ("127.0.0.1", port_of(made, "udp")))
        assert recorder.refusals[Refusal.LOST] > 0
        assert len(recorder.records) + recorder.refusals[Refusal.LOST] == 200

    on_both_loops(test)


def test_limits_are_counted() -> None:
    async def test() -> None:
        recorder = Recorder()
        config = Config(listen=ANY, limits=Limits(message=Size(480)))
        async with running(recorder, config) as made:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"<13>" + b"x" * 1000, ("127.0.0.1", port_of(made, "udp")))
            await send(made, b"<13>" + b"y" * 1000 + b"\n<13>z\n")
            await send(made, b"3 abcdef")
            await until(lambda: len(recorder.records) == 4 and recorder.refusals[Refusal.MALFORMED])
        assert sorted(map(len, recorder.records)) == [3, 5, 480, 480]
        assert recorder.refusals == {Refusal.TOO_LARGE: 2, Refusal.MALFORMED: 1}

    on_both_loops(test)


def test_the_rate_of_an_address_is_bounded() -> None:
    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY, limits=Limits(events_per_second=10))) as made:
            await send(made, b"<13>x\n" * 1000)
            await until(lambda: len(recorder.records) + recorder.refusals[Refusal.RATE] == 1000)
        assert 10 <= len(recorder.records) <= 30

    on_both_loops(test)


def test_connections_are_bounded_and_silent_ones_closed() -> None:
    async def test() -> None:
        recorder = Recorder()
        config = Config(listen=ANY, connections=Connections(per_address=2, idle=Duration(0.2)))
        async with running(recorder, config) as made:
            opened = [await asyncio.open_connection("127.0.0.1", port_of(made, "tcp")) for _ in range(3)]
            opened[0][1].write(b"<13>without an end")
            await until(lambda: recorder.refusals[Refusal.IDLE] == 2)
            await until(lambda: recorder.open == 0)
        assert recorder.refusals[Refusal.CONNECTIONS] == 1
        assert recorder.most_open == 2
        assert recorder.records == [b"<13>without an end"]
        for _, writer in opened:
            writer.close()

    on_both_loops(test)


def test_only_the_networks_named_may_send() -> None:
    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY, allow=(Network("192.0.2.0/24"),))) as made:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"<13>udp", ("127.0.0.1", port_of(made, "udp")))
            _, writer = await asyncio.open_connection("127.0.0.1", port_of(made, "tcp"))
            await until(lambda: recorder.refusals[Refusal.ADDRESS] == 2)
            writer.close()
        assert not recorder.records

    on_both_loops(test)


def test_ipv4_is_allowed_on_a_socket_for_both_families() -> None:
    async def test() -> None:
        recorder = Recorder()
        config = Config(listen=Listen("::", 0), allow=(Network("127.0.0.0/8"),))
        async with running(recorder, config) as made:
            await send(made, b"<13>x\n")
            await until(lambda: recorder.records)

    on_both_loops(test)


def test_a_connection_that_breaks_leaves_nothing_behind() -> None:
    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY)) as made:
            for data in (b"<13>x\n<13>cut", b"6 <13>y\n20 cut"):
                with socket.create_connection(("127.0.0.1", port_of(made, "tcp"))) as sender:
                    sender.sendall(data)
                    await until(lambda: recorder.records[-1:] in ([b"<13>x"], [b"<13>y"]))
                    sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await until(lambda: recorder.open == 0)
            await until(lambda: len(recorder.records) == 3)
        assert recorder.records == [b"<13>x", b"<13>cut", b"<13>y"]
        assert recorder.refusals == {Refusal.MALFORMED: 1}

    on_both_loops(test)


def test_when_the_journal_has_ended_what_waits_is_counted() -> None:
    async def test() -> None:
        recorder = Recorder()
        recorder.ending = True
        async with running(recorder, Config(listen=ANY)) as made:
            await send(made, b"<13>x\n" * 10)
            await until(lambda: recorder.asked)
        assert recorder.refusals == {Refusal.BUSY: 10}

    on_both_loops(test)


def test_tls_and_the_certificate_of_a_sender(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue("server", "127.0.0.1")
    mine, my_key = authority.issue("sender", "sender.example")
    tls = Tls(cert=InFile(cert), key=InFile(key), client_ca=InFile(authority.cert))

    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY, protocols=("tls",), tls=tls)) as made:
            trusted = ssl.create_default_context(cafile=authority.cert)
            anonymous = ssl.create_default_context(cafile=authority.cert)
            trusted.load_cert_chain(mine, my_key)
            with pytest.raises((OSError, asyncio.IncompleteReadError)):
                await answered(port_of(made, "tcp"), anonymous)
            await until(lambda: recorder.refusals[Refusal.TOKEN] == 1)
            await send(made, b"not TLS at all\n" * 10)
            await until(lambda: recorder.refusals[Refusal.MALFORMED] == 1)
            await send(made, b"<13>x\n" * 50_000, trusted)
            await until(lambda: len(recorder.records) == 50_000)
            await until(lambda: recorder.open == 0)

    on_both_loops(test)


@pytest.mark.parametrize("protocols", [("udp",), ("tcp",), ("udp", "tcp")])
def test_a_port_in_use_is_said(protocols: tuple[str, ...]) -> None:
    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY, protocols=protocols[-1:])) as made:  # type: ignore[arg-type]  # one of the words
            port = int(made.addresses[0].rpartition(":")[2].partition("/")[0])
            again = Config(listen=Listen("127.0.0.1", port), protocols=protocols)  # type: ignore[arg-type]  # as above
            with pytest.raises(ConfigError, match="another program listens there"):
                await open_input("two", again, recorder, NOWHERE).start()

    on_both_loops(test)


def test_a_certificate_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    path = InFile(tmp_path / "x.pem")
    config = Config(listen=ANY, protocols=("tls",), tls=Tls(cert=path, key=path))
    with pytest.raises(ConfigError, match=r"x\.pem"):
        asyncio.run(open_input("sys", config, Recorder(), NOWHERE).start())


def test_after_any_bytes_others_are_heard() -> None:
    chance = random.Random(7)  # noqa: S311 (bytes for a test)
    parts = [b"1", b"99999999 ", b"20 ", b"<1>", b"\n", b"\0", b"\x16\x03\x01", b"\xff" * 50]

    async def test() -> None:
        recorder = Recorder()
        async with running(recorder, Config(listen=ANY)) as made:
            for _ in range(200):
                data = b"".join(chance.choices(parts, k=chance.randrange(1, 30)))
                with suppress(ConnectionError):
                    await send(made, data)
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.sendto(data, ("127.0.0.1", port_of(made, "udp")))
            await send(made, b"<13>the last\n")
            await until(lambda: b"<13>the last" in recorder.records)
            await until(lambda: not recorder.open)

    on_both_loops(test)
