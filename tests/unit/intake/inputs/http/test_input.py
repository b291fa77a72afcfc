"""The HTTP input as senders see it."""

import asyncio
import contextlib
import gzip
import http.client
import json
import socket
import subprocess
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import urllib3
import zstandard

from http_parts import Keeping, Running, client_context, drain, make_certificate, running, statuses, until
from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.http.bounds import Bounds
from tocsin.intake.inputs.http.config import Config
from tocsin.intake.inputs.http.input import open_input
from tocsin.intake.web.config import Limits
from tocsin.intake.web.input import bounds_of
from tocsin.model.received import Context
from tocsin.ports.input import Refusal
from tocsin.settings.limits import Connections, Tls
from tocsin.settings.paths import InFile
from tocsin.settings.scalars import Duration, Listen, Size
from tocsin.settings.secret import Secret

NOWHERE = Path("/nonexistent")
"""These inputs keep nothing."""

RECORDS = [b'{"a":1}', b'{"b":"\xc3\xa4"}', b"plain text"]
BODY = b"\n".join(RECORDS)


def post(one: Running, body: bytes, path: str = "/v1/events", method: str = "POST", **headers: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib3.request(method, one.url + path, body=body, headers=names, retries=False, timeout=10)


def test_records_are_answered_when_they_are_taken() -> None:
    with running(source="github_audit", retention="long") as one:
        answer = post(one, BODY)
        assert (answer.status, answer.json()) == (200, {"accepted": 3})
        assert one.intake.batches == [(Context("web", "github_audit", "long"), RECORDS)]


def test_nobody_is_answered_before_events_are_durable() -> None:
    with running() as one, one.connect() as sender:
        one.intake.open.clear()
        sender.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        sender.settimeout(0.3)
        with pytest.raises(TimeoutError):
            sender.recv(1)
        one.intake.open.set()
        sender.settimeout(10)
        assert sender.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")


PACKED = [
    ("gzip", gzip.compress(BODY)),
    ("x-gzip", gzip.compress(BODY)),
    ("GZIP", gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]) + b"\0\0"),
    ("deflate", zlib.compress(BODY)),
    ("deflate", zlib.compress(BODY)[2:-4]),
    ("zstd", zstandard.compress(BODY)),
    ("zstd", zstandard.compress(BODY[:9]) + zstandard.compress(BODY[9:])),
    ("identity", BODY),
]


@pytest.mark.parametrize(("coding", "body"), PACKED)
def test_compressed_bodies(coding: str, body: bytes) -> None:
    with running() as one:
        assert post(one, body, Content_Encoding=coding).json() == {"accepted": 3}
        assert one.intake.records == RECORDS


@pytest.mark.parametrize("coding", ["gzip", "zstd", "deflate", "identity"])
def test_large_bodies(coding: str) -> None:
    lines = [b'{"n":%d,"text":"%s"}' % (n, sha256(b"%d" % n).hexdigest().encode()) for n in range(50_000)]
    body = b"\n".join(lines)
    packed: dict[str, Callable[[bytes], bytes]]
    packed = {"gzip": gzip.compress, "zstd": zstandard.compress, "deflate": zlib.compress, "identity": bytes}
    with running() as one:
        assert post(one, packed[coding](body), Content_Encoding=coding).json() == {"accepted": 50_000}
        assert one.intake.records == lines


def test_a_body_above_what_is_taken_at_once_goes_in_parts_and_in_order() -> None:
    lines = [b"%d" % n + b"x" * (7 << 20) for n in range(9)]
    limits = Limits(body=Size(100 << 20), unpacked=Size(200 << 20))
    with running(bounds_of(Config(limits=limits)), limits=limits) as one:
        assert post(one, b"\n".join(lines)).json() == {"accepted": 9}
        assert one.intake.records == lines
        assert [len(batch.records) for batch in one.intake.batches] == [4, 4, 1]


BOMBS = {
    "gzip": lambda body: gzip.compress(body, 9),
    "deflate": lambda body: zlib.compress(body, 9),
    "zstd": lambda body: zstandard.compress(body, 19),
}


@pytest.mark.parametrize("coding", list(BOMBS))
@pytest.mark.parametrize("size", [2 << 20, 90 << 20])
def test_bombs(coding: str, size: int) -> None:
    with running() as one:
        answer = post(one, BOMBS[coding](b"a" * size), Content_Encoding=coding)
        assert (answer.status, answer.json()["error"]["code"]) == (413, "unpacked_too_large")
        assert one.intake.refusals == {Refusal.BOMB: 1}
        assert not one.intake.batches


REFUSED: list[tuple[bytes, dict[str, str], int, str, Refusal]] = [
    (b"", {}, 400, "empty", Refusal.MALFORMED),
    (b" \r\n\n", {}, 400, "empty", Refusal.MALFORMED),
    (b"[]", {}, 400, "empty", Refusal.MALFORMED),
    (b"[1]", {}, 400, "not_objects", Refusal.MALFORMED),
    (b'[{"a":1}', {}, 400, "bad_json", Refusal.MALFORMED),
    (b"\x89PNG\r\n\x1a\n\0\0", {}, 400, "not_text", Refusal.MALFORMED),
    ('{"a":1}'.encode("utf-16"), {}, 400, "not_text", Refusal.MALFORMED),
    (gzip.compress(b"{}"), {}, 400, "not_text", Refusal.MALFORMED),
    (b"{}", {"Content_Encoding": "gzip"}, 400, "bad_encoding", Refusal.MALFORMED),
    (b"{}", {"Content_Encoding": "zstd"}, 400, "bad_encoding", Refusal.MALFORMED),
    (gzip.compress(b"{}")[:-3], {"Content_Encoding": "gzip"}, 400, "bad_encoding", Refusal.MALFORMED),
    (zstandard.compress(b"{}")[:-1], {"Content_Encoding": "zstd"}, 400, "bad_encoding", Refusal.MALFORMED),
    (gzip.compress(b"{}") + b"x", {"Content_Encoding": "gzip"}, 400, "bad_encoding", Refusal.MALFORMED),
    (zlib.compress(b"{}") + b"x", {"Content_Encoding": "deflate"}, 400, "bad_encoding", Refusal.MALFORMED),
    (b"{}", {"Content_Encoding": "br"}, 415, "unknown_encoding", Refusal.MALFORMED),
    (b"{}", {"Content_Encoding": "gzip, gzip"}, 415, "unknown_encoding", Refusal.MALFORMED),
    (b'{"a":' * 65 + b"1" + b"}" * 65, {}, 413, "too_deep", Refusal.TOO_DEEP),
    (b"[" * 100_000, {}, 413, "too_deep", Refusal.TOO_DEEP),
    (b'{"a":' * 100_000, {}, 413, "too_deep", Refusal.TOO_DEEP),
]


@pytest.mark.parametrize(("body", "headers", "status", "code", "why"), REFUSED)
def test_refusals(body: bytes, headers: dict[str, str], status: int, code: str, why: Refusal) -> None:
    with running() as one:
        answer = post(one, body, **headers)
        assert (answer.status, answer.json()["error"]["code"]) == (status, code)
        assert one.intake.refusals == {why: 1}
        assert not one.intake.batches


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/healthz", 200, None),
        ("HEAD", "/healthz", 200, None),
        ("OPTIONS", "/healthz", 204, "GET, HEAD, OPTIONS"),
        ("POST", "/healthz", 405, "GET, HEAD, OPTIONS"),
        ("OPTIONS", "/v1/events", 204, "POST, PUT, OPTIONS"),
        ("GET", "/v1/events", 405, "POST, PUT, OPTIONS"),
        ("HEAD", "/", 405, "POST, PUT, OPTIONS"),
        ("PUT", "/", 200, None),
        ("POST", "/?source=x", 200, None),
        ("POST", "/other", 404, None),
        ("DELETE", "/", 405, "POST, PUT, OPTIONS"),
    ],
)
def test_paths_and_methods(method: str, path: str, status: int, allowed: str | None) -> None:
    with running() as one:
        client = http.client.HTTPConnection(*one.address, timeout=10)
        body = b"{}" if method in {"POST", "PUT"} else None
        for _ in range(2):  # the connection goes on
            client.request(method, path, body)
            answer = client.getresponse()
            answer.read()
            assert (answer.status, answer.headers["Allow"]) == (status, allowed)
        client.close()


SECRETS = {"ci": "s3cret", "old": f"sha256:{sha256(b'former').hexdigest()}"}


CI = {"X_Tocsin_Token": "s3cret"}
FORMER = {"X_Tocsin_Token": "former"}


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, Secret]:
    for name, text in SECRETS.items():
        (tmp_path / name).write_text(text + "\n")
    return {name: Secret(file=str(tmp_path / name)) for name in SECRETS}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer s3cret"}, 200),
        ({"Authorization": "bearer  former"}, 200),
        ({"X_Tocsin_Token": "former"}, 200),
        ({"Authorization": "Basic czNjcmV0", "X_Tocsin_Token": "s3cret"}, 200),
        ({"Authorization": "Bearer wrong", "X_Tocsin_Token": "s3cret"}, 401),
        ({"Authorization": "Bearer s3cre"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "s3cret"}, 401),
        ({"Authorization": SECRETS["old"]}, 401),
        ({"X_Tocsin_Token": SECRETS["old"]}, 401),
    ],
)
def test_tokens(tokens: dict[str, Secret], headers: dict[str, str], status: int) -> None:
    with running(tokens=tokens) as one:
        answer = post(one, b"{}", **headers)
        assert answer.status == status
        if status == 401:
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="tocsin"'
            assert b"s3cret" not in answer.data
            assert one.intake.refusals == {Refusal.TOKEN: 1}
        assert urllib3.request("GET", one.url + "/healthz").json() == {"ok": True}


def test_a_large_body_without_a_token_is_not_read(tokens: dict[str, Secret]) -> None:
    with running(tokens=tokens) as one:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
        assert statuses(one.talk(head, b"x" * 70_000)) == [401]


def test_a_token_that_is_no_digest_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("sha256:abc")
    config = Config(tokens={"t": Secret(file=str(tmp_path / "t"))})
    with pytest.raises(ConfigError, match=r"tokens\.t: sha256:"):
        asyncio.run(open_input("web", config, Keeping(), NOWHERE).start())


def test_a_port_that_is_taken_stops_the_start() -> None:
    with running() as one:
        config = Config(listen=Listen(*one.address))
        with pytest.raises(ConfigError, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already in use"):
            asyncio.run(open_input("two", config, Keeping(), NOWHERE).start())


def test_a_full_journal_says_when_to_come_back() -> None:
    with running() as one:
        one.intake.fails = [DeliveryError("no room", retryable=True), DeliveryError("end", retryable=False)]
        full, ending, well = (post(one, b"{}") for _ in range(3))
        assert (full.status, full.headers["Retry-After"], full.headers.get("Connection")) == (503, "2", None)
        assert (ending.status, ending.headers["Connection"]) == (503, "close")
        assert well.status == 200
        assert one.intake.refusals == {Refusal.BUSY: 2}


def test_a_limit_of_rate_belongs_to_a_token(tokens: dict[str, Secret]) -> None:
    with running(tokens=tokens, limits=Limits(events_per_second=10)) as one:
        body = b"{}\n" * 100_000
        assert post(one, body, **CI).status == 200
        late = post(one, b"{}", **CI)
        assert late.status == 429
        assert 9_000 < int(late.headers["Retry-After"]) <= 10_000
        assert post(one, body, **FORMER).status == 200
        assert one.intake.refusals == {Refusal.RATE: 1}


def test_curl_as_the_documentation_has_it() -> None:
    page = Path(__file__).parents[5] / "docs" / "reference" / "http.md"
    example = page.read_text().split("```sh\n")[1].split("```")[0]
    assert "curl" in example
    with running() as one:
        example = example.replace("http://127.0.0.1:8080", one.url).replace("curl ", "curl -sS ")
        done = subprocess.run(["sh", "-c", example], capture_output=True, check=True, input=b"")
        assert [json.loads(line) for line in done.stdout.splitlines()] == [{"accepted": 2}, {"accepted": 2}]
        assert len(one.intake.records) == 4


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("tls")
    return {name: make_certificate(folder, name) for name in ("server", "sender", "stranger")}


def tls_of(certificates: dict[str, tuple[Path, Path]], *, client_ca: bool) -> Tls:
    cert, key = certificates["server"]
    return Tls(
        cert=InFile(str(cert)),
        key=InFile(str(key)),
        client_ca=InFile(str(certificates["sender"][0])) if client_ca else None,
    )


def send_tls(one: Running, certificates: dict[str, tuple[Path, Path]], own: str | None) -> bytes:
    context = client_context(certificates["server"][0], certificates[own] if own else None)
    with (
        socket.create_connection(one.address, timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as safe,
    ):
        safe.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        return drain(safe)


def test_tls(certificates: dict[str, tuple[Path, Path]]) -> None:
    with running(tls=tls_of(certificates, client_ca=False)) as one:
        assert statuses(send_tls(one, certificates, None)) == [200]
        assert statuses(one.talk(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")) == []
        with one.connect() as silent:
            assert drain(silent) == b""
        until(lambda: one.intake.refusals == {Refusal.MALFORMED: 1, Refusal.IDLE: 1})
        assert statuses(send_tls(one, certificates, None)) == [200]


def test_senders_with_certificates(certificates: dict[str, tuple[Path, Path]]) -> None:
    with running(tls=tls_of(certificates, client_ca=True)) as one:
        assert statuses(send_tls(one, certificates, "sender")) == [200]
        for own in (None, "stranger"):
            # A handshake that fails at the server shows to the client when it reads, as an alert or an end.
            with contextlib.suppress(OSError):
                assert send_tls(one, certificates, own) == b""
        until(lambda: one.intake.refusals == {Refusal.MALFORMED: 2})
        assert len(one.intake.batches) == 1


def test_bounds_come_from_the_settings() -> None:
    connections = Connections(total=7, per_address=3, idle=Duration(5))
    bounds = bounds_of(Config(limits=Limits(body=Size(2048)), connections=connections))
    assert (bounds.body, bounds.total, bounds.per_address) == (2048, 7, 3)
    assert (bounds.idle, bounds.head, bounds.memory) == (5, 5, 256 << 20)
    assert bounds_of(Config(limits=Limits(unpacked=Size(1 << 30)))).memory > 3 << 30
    assert bounds_of(Config()) == Bounds()
