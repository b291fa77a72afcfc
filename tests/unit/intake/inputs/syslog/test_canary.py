"""Canaries come over every transport of a real syslog input."""

import asyncio
from pathlib import Path

import pytest

from certificates import Authority
from intakes import Recorder, on_both_loops, until
from live_load.monitor import free_port
from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.inputs import ways
from tocsin.intake.inputs.syslog.config import Config
from tocsin.intake.inputs.syslog.input import open_input
from tocsin.model.canary import Canary, Marker
from tocsin.ports.input import Input
from tocsin.settings.limits import Tls
from tocsin.settings.paths import InFile
from tocsin.settings.scalars import Listen, Network

NOWHERE = Path("/nonexistent")
MARKER = Marker(bytes(32))
RECORDS = {name: MARKER.write(Canary("net", name, 1_795_000_000_000)) for name in ("udp", "tcp", "tls")}


def listen_of(made: Input) -> Listen:
    return Listen.read(made.addresses[0].partition("/")[0])


async def sent(config: Config, listens: Config) -> list[bytes]:
    """Send one each way that `config` has to an input that is as `listens` says; return what came."""
    recorder = Recorder()
    made = open_input("net", listens, recorder, NOWHERE)
    await made.start()
    try:
        place = Config(listen=listen_of(made), protocols=config.protocols, tls=config.tls, allow=config.allow)
        found = ways(place, NOWHERE)
        assert list(found) == list(config.protocols)
        for name, send in found.items():
            await asyncio.to_thread(send, RECORDS[name])
        await until(lambda: len(recorder.records) >= len(found))
    finally:
        await made.stop(5)
    assert not recorder.refusals
    return recorder.records


def test_datagrams_and_streams() -> None:
    async def test() -> None:
        config = Config(listen=Listen("127.0.0.1", free_port()), allow=(Network("127.0.0.0/8"),))
        assert sorted(await sent(config, config)) == sorted([RECORDS["udp"], RECORDS["tcp"]])

    on_both_loops(test)


def test_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue("net", "logs.example.com")
    other, other_key = authority.issue("other", "logs.example.com")

    async def test() -> None:
        tls = Tls(cert=InFile(cert), key=InFile(key))
        config = Config(listen=Listen("127.0.0.1", free_port()), protocols=("tls",), tls=tls)
        assert await sent(config, config) == [RECORDS["tls"]]
        wrong = Config(protocols=("tls",), tls=Tls(cert=InFile(other), key=InFile(other_key)))
        with pytest.raises(DeliveryError, match="certificate"):
            await sent(wrong, config)

    on_both_loops(test)


def test_an_input_on_every_address_is_reached_over_loopback() -> None:
    async def test() -> None:
        recorder = Recorder()
        made = open_input("net", Config(listen=Listen("0.0.0.0", free_port())), recorder, NOWHERE)  # noqa: S104
        await made.start()
        try:
            found = ways(Config(listen=listen_of(made)), NOWHERE)
            for name, send in found.items():
                await asyncio.to_thread(send, RECORDS[name])
            await until(lambda: len(recorder.records) == 2)
        finally:
            await made.stop(5)

    on_both_loops(test)


@pytest.mark.parametrize(
    ("host", "allow"), [("127.0.0.1", "10.0.0.0/8"), ("localhost", "::1/128"), ("::", "127.0.0.0/8")]
)
def test_where_there_is_no_way_it_says_what_to_do(host: str, allow: str) -> None:
    config = Config(listen=Listen(host, 5514), allow=(Network(allow),))
    with pytest.raises(ConfigError, match="add it, or set canary = false"):
        ways(config, NOWHERE)


def test_nobody_there_is_told() -> None:
    async def test() -> None:
        made = open_input("net", Config(listen=Listen("127.0.0.1", free_port())), Recorder(), NOWHERE)
        await made.start()
        listen = listen_of(made)
        await made.stop(5)
        with pytest.raises(DeliveryError, match="refused"):
            ways(Config(listen=listen), NOWHERE)["tcp"](RECORDS["tcp"])

    on_both_loops(test)
