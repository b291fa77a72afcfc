"""Canaries come into a real listener with a token of its own, and what keeps them out is told."""

import socket
import threading
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from http_parts import Running, make_certificate, running
from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.inputs import ways
from tocsin.intake.inputs.http.config import Config
from tocsin.model.canary import Canary, Marker
from tocsin.settings.limits import Tls
from tocsin.settings.paths import InFile
from tocsin.settings.scalars import Listen
from tocsin.settings.secret import Secret

RECORD = Marker(bytes(32)).write(Canary("web", "http", 1_795_000_000_000))
NOWHERE = Path("/nonexistent")


def there(one: Running, **settings: Any) -> Config:
    return Config(listen=Listen(*one.address), **settings)


def secrets(**texts: str) -> dict[str, Secret]:
    return {name: Secret(literal=text) for name, text in texts.items()}


def tls(folder: Path, name: str = "web", **more: Any) -> Tls:
    cert, key = make_certificate(folder, name)
    return Tls(cert=InFile(cert), key=InFile(key), **more)


@pytest.mark.parametrize("tokens", [{}, {"ci": "s3cret"}, {"hashed": f"sha256:{'0' * 64}", "ci": "s3crët"}])
def test_a_canary_is_taken_as_any_event_is(tokens: Mapping[str, str]) -> None:
    with running(tokens=secrets(**tokens), source="github_audit") as one:
        found = ways(there(one, tokens=secrets(**tokens)), NOWHERE)
        assert list(found) == ["http"]
        found["http"](RECORD)
        assert one.intake.records == [RECORD]


def test_a_certificate_for_any_name_is_trusted_if_it_is_the_inputs_own(tmp_path: Path) -> None:
    own, other = tls(tmp_path), tls(tmp_path, "other")
    with running(tls=own) as one:
        ways(there(one, tls=own), NOWHERE)["https"](RECORD)
        assert one.intake.records == [RECORD]
        with pytest.raises(DeliveryError, match="certificate") as caught:
            ways(there(one, tls=other), NOWHERE)["https"](RECORD)
        assert caught.value.retryable
        assert one.intake.records == [RECORD]


def test_a_wrong_token_is_told_and_not_shown() -> None:
    with running(tokens=secrets(ci="right")) as one:
        with pytest.raises(DeliveryError, match="the answer is 401") as caught:
            ways(there(one, tokens=secrets(ci="wr0ng")), NOWHERE)["http"](RECORD)
        assert "wr0ng" not in str(caught.value)
        assert one.intake.records == []


def test_nobody_there_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        config = Config(listen=Listen(*closed.getsockname()))
        with pytest.raises(DeliveryError, match="refused"):
            ways(config, NOWHERE)["http"](RECORD)


@pytest.mark.parametrize("said", [b"", b"220 mail\r\n", b"HTTP/1.1 200\0\r\n" * 9, b"\xff" * 70_000])
def test_another_program_behind_the_port_is_told(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            taken, _ = server.accept()
            with taken:
                taken.recv(1 << 16)
                taken.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(DeliveryError):
            ways(Config(listen=Listen(*server.getsockname())), NOWHERE)["http"](RECORD)
        thread.join()


def test_where_there_is_no_way_it_says_what_to_do(tmp_path: Path) -> None:
    hashed = Config(tokens=secrets(ci=f"sha256:{sha256(b'x').hexdigest()}"))
    authority = replace(tls(tmp_path), client_ca=InFile(tmp_path / "web.pem"))
    missing = Tls(cert=InFile(tmp_path / "none.pem"), key=InFile(tmp_path / "none.key"))
    for config in (hashed, Config(tls=authority), Config(tls=missing)):
        with pytest.raises(ConfigError, match=r"set canary = false|PEM"):
            ways(config, NOWHERE)
