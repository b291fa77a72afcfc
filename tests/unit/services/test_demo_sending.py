"""Senders reach real listeners, and try again when those are gone for a moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tocsin.services.demo_sending import HOST, Senders


class Site(ThreadingHTTPServer):
    """Answers with the next of some codes, the last for ever."""

    def __init__(self, codes: list[int]) -> None:
        self.codes = codes
        self.got: list[tuple[str, str, bytes]] = []
        super().__init__((HOST, 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers["Authorization"], body))
        codes = self.server.codes
        self.send_response(codes.pop(0) if len(codes) > 1 else codes[0])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site([503, 429, 200])
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def senders(folder: Path, *, http: int = 1, syslog: int = 1, stop: bool = False) -> Senders:
    return Senders(http, syslog, "the-token", folder, lambda _: stop)


def test_http_is_tried_until_it_is_taken(site: Site, tmp_path: Path) -> None:
    with closing(senders(tmp_path, http=site.server_port)) as ours:
        ours.send("http", "one")
    assert site.got == [("/v1/events", "Bearer the-token", b"one")] * 3


@pytest.mark.parametrize("to", ["http", "syslog/tcp"])
def test_it_gives_up_when_it_is_time_to_stop(to: str, tmp_path: Path) -> None:
    with closing(senders(tmp_path, stop=True)) as ours:
        ours.send(to, "nobody listens there")


def test_datagrams(tmp_path: Path) -> None:
    with closing(socket.socket(type=socket.SOCK_DGRAM)) as there:
        there.bind((HOST, 0))
        there.settimeout(10)
        with closing(senders(tmp_path, syslog=there.getsockname()[1])) as ours:
            ours.send("syslog/udp", "one")
            assert there.recv(100) == b"one"


def test_a_stream_is_opened_once(tmp_path: Path) -> None:
    with closing(socket.create_server((HOST, 0))) as there:
        there.settimeout(10)
        with closing(senders(tmp_path, syslog=there.getsockname()[1])) as ours:
            ours.send("syslog/tcp", "one")
            ours.send("syslog/tcp", "two")
        stream, _ = there.accept()
        with stream, stream.makefile("rb") as read:
            assert read.readlines() == [b"one\n", b"two\n"]


def test_files_grow(tmp_path: Path) -> None:
    with closing(senders(tmp_path)) as ours:
        ours.send("file/a.log", "one")
        ours.send("file/a.log", "two")
    assert (tmp_path / "a.log").read_text() == "one\ntwo\n"


def test_nothing_else_is_sent_to(tmp_path: Path) -> None:
    with closing(senders(tmp_path)) as ours, pytest.raises(ValueError, match="nothing is sent"):
        ours.send("pigeon", "one")
