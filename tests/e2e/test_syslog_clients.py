"""Syslog as rsyslog, syslog-ng and logger send it. Debian: rsyslog, rsyslog-gnutls, syslog-ng-core, bsdutils."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

import pytest

from certificates import Authority
from intakes import Recorder, on_both_loops, until
from tocsin.intake.inputs.syslog.config import Config
from tocsin.intake.inputs.syslog.input import open_input
from tocsin.settings.limits import Tls
from tocsin.settings.paths import InFile
from tocsin.settings.scalars import Listen
from tocsin.sources.linux.header import parse_line

NOWHERE = Path("/nonexistent")
"""These inputs keep nothing."""

pytestmark = pytest.mark.e2e

COUNT = 500
LOGGER = shutil.which("logger")
RSYSLOG = shutil.which("rsyslogd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SYSLOG_NG = os.environ.get("SYSLOG_NG") or shutil.which(
    "syslog-ng", path=f"{os.environ.get('PATH', '')}:/usr/sbin"
)
GNUTLS = list(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so"))


def listen() -> Config:
    return Config(listen=Listen("127.0.0.1", 0))


class Sending:
    """An input, and the port of each transport."""

    def __init__(self, config: Config) -> None:
        self.recorder = Recorder()
        self.input = open_input("sys", config, self.recorder, NOWHERE)

    async def __aenter__(self) -> Self:
        await self.input.start()
        self.ports = {
            one.rpartition("/")[2]: int(one.rpartition(":")[2].partition("/")[0])
            for one in self.input.addresses
        }
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.input.stop(5)

    def messages(self) -> list[str]:
        return [str(parse_line(one)["message"]).strip() for one in self.recorder.records]


@pytest.mark.skipif(not LOGGER, reason="logger is not installed (bsdutils)")
@pytest.mark.parametrize("form", ["--rfc3164", "--rfc5424"])
@pytest.mark.parametrize("way", ["udp", "tcp", "tcp --octet-count"])
def test_logger(form: str, way: str) -> None:
    async def test() -> None:
        transport, *more = way.split()
        async with Sending(listen()) as made:
            words = [
                str(LOGGER),
                f"--{transport}",
                *more,
                form,
                "-n",
                "127.0.0.1",
                "-t",
                "proof",
                "-p",
                "auth.err",
            ]
            sent = await asyncio.create_subprocess_exec(
                *words, "-P", str(made.ports[transport]), stdin=asyncio.subprocess.PIPE
            )
            await sent.communicate(b"".join(b"message %d\n" % number for number in range(20)))
            await until(lambda: len(made.recorder.records) == 20)
            assert made.messages() == [f"message {number}" for number in range(20)]
            fields = parse_line(made.recorder.records[0])
            assert fields["process.name"] == "proof"
            assert fields["log.syslog.facility.name"] == "auth"
            assert fields["log.syslog.severity.name"] == "error"
            assert "host.name" in fields
            assert "timestamp" in fields
            assert not made.recorder.refusals

    on_both_loops(test)


RSYSLOG_ACTIONS = {
    "udp": 'protocol="udp" port="{udp}"',
    "tcp": 'protocol="tcp" port="{tcp}" TCP_Framing="traditional"',
    "tcp, counted": 'protocol="tcp" port="{tcp}" TCP_Framing="octet-counted"',
    "tcp, 5424": 'protocol="tcp" port="{tcp}" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"',
    "tls": 'protocol="tcp" port="{tcp}" TCP_Framing="octet-counted" StreamDriver="gtls" StreamDriverMode="1"'
    ' StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"',
}


@pytest.mark.skipif(not RSYSLOG, reason="rsyslogd is not installed (rsyslog)")
@pytest.mark.parametrize("way", RSYSLOG_ACTIONS)
def test_rsyslog(way: str, tmp_path: Path) -> None:
    if way == "tls" and not GNUTLS:
        pytest.skip("rsyslog has no TLS (rsyslog-gnutls)")
    authority = Authority(tmp_path)
    cert, key = authority.issue("localhost", "localhost", "127.0.0.1")
    (tmp_path / "in.log").write_text("".join(f"message {number}\n" for number in range(COUNT)))
    (tmp_path / "work").mkdir()

    async def test() -> None:
        config = Config(
            listen=Listen("127.0.0.1", 0),
            protocols=("tls",) if way == "tls" else ("udp", "tcp"),
            tls=Tls(cert=InFile(cert), key=InFile(key), client_ca=InFile(authority.cert))
            if way == "tls"
            else None,
        )
        async with Sending(config) as made:
            action = RSYSLOG_ACTIONS[way].format(**made.ports)
            (tmp_path / "rsyslog.conf").write_text(
                f'global(workDirectory="{tmp_path}/work" defaultNetstreamDriverCAFile="{authority.cert}"'
                f' defaultNetstreamDriverCertFile="{cert}" defaultNetstreamDriverKeyFile="{key}")\n'
                'module(load="imfile" mode="polling" PollingInterval="1")\n'
                f'input(type="imfile" File="{tmp_path}/in.log" Tag="proof:" Facility="auth")\n'
                f'action(type="omfwd" target="127.0.0.1" {action})\n'
            )
            words = ["-n", "-f", f"{tmp_path}/rsyslog.conf", "-i", f"{tmp_path}/pid"]
            await sent_by([str(RSYSLOG), *words], made)

    asyncio.run(test())


SYSLOG_NG_DESTINATIONS = {
    "udp": 'network("127.0.0.1" transport("udp") port({udp}))',
    "tcp": 'network("127.0.0.1" transport("tcp") port({tcp}))',
    "tcp, counted": 'syslog("127.0.0.1" transport("tcp") port({tcp}))',
    "tls": 'syslog("127.0.0.1" transport("tls") port({tcp}) tls(ca-file("{ca}") peer-verify(required-trusted)))',
}


@pytest.mark.skipif(
    not SYSLOG_NG, reason="syslog-ng is not installed (syslog-ng-core; or its path in SYSLOG_NG)"
)
@pytest.mark.parametrize("way", SYSLOG_NG_DESTINATIONS)
def test_syslog_ng(way: str, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue("127.0.0.1", "127.0.0.1")
    (tmp_path / "in.log").write_text("".join(f"message {number}\n" for number in range(COUNT)))

    async def test() -> None:
        config = Config(
            listen=Listen("127.0.0.1", 0),
            protocols=("tls",) if way == "tls" else ("udp", "tcp"),
            tls=Tls(cert=InFile(cert), key=InFile(key)) if way == "tls" else None,
        )
        async with Sending(config) as made:
            destination = SYSLOG_NG_DESTINATIONS[way].format(**made.ports, ca=authority.cert)
            (tmp_path / "syslog-ng.conf").write_text(
                "@version: 3.35\noptions { stats-freq(0); };\n"
                f'source s {{ file("{tmp_path}/in.log" flags(no-parse) program-override("proof")); }};\n'
                f"destination d {{ {destination}; }};\nlog {{ source(s); destination(d); }};\n"
            )
            files = ["-f", "syslog-ng.conf", "-R", "persist", "-p", "pid", "-c", "control"]
            words = [f"{tmp_path}/{word}" if word[0] != "-" else word for word in files]
            await sent_by([str(SYSLOG_NG), "-F", "--no-caps", *words], made)

    asyncio.run(test())


async def sent_by(words: list[str], made: Sending) -> None:
    """Start a sender, wait for its messages, and end it."""
    sender = await asyncio.create_subprocess_exec(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert sender.stdout
    try:
        await until(lambda: len(made.recorder.records) >= COUNT or sender.returncode is not None)
    finally:
        if sender.returncode is None:
            sender.terminate()
        said = await sender.stdout.read()
        await sender.wait()
    messages = [one for one in made.messages() if one.startswith("message ")]
    assert messages == [f"message {number}" for number in range(COUNT)], said
    assert parse_line(made.recorder.records[-1])["process.name"] in {"proof", "rsyslogd"}
    assert not made.recorder.refusals
