"""Receivers for tests of notifiers: real servers on loopback ports, which answer as they are told."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from live_load.certificate import certificate
from live_load.monitor import free_port
from tocsin.model.match import Entities, MatchedField, RuleRef
from tocsin.model.notice import Content, Notice, payload
from tocsin.ports.notifier import Delivery


def delivery(at: float, **other: Any) -> Delivery:
    """Return a message about an alert; what is not said is ordinary."""
    key = other.pop("key", "a1b2c3:1:new:oncall")
    content: dict[str, Any] = {
        "id": "a1b2c3",
        "because": "it is new",
        "thread": "a1b2c3",
        "first": True,
        "rule": RuleRef("rule-1", "Deploy key added", "high", ("attack.t1098",)),
        "level": "high",
        "why": "Deploy key added: action is public_key.create.",
        "group": {"user": "alice"},
        "entities": Entities(user=("alice",)),
        "fields": (MatchedField("action", "public_key.create"),),
        "first_seen": at,
        "last_seen": at,
        "count": 1,
    }
    notice = Notice("alert.new", "2026-11-23T07:21:26.000000Z", Content(**{**content, **other}))
    return Delivery(key, payload(notice), at)


def self_signed(folder: Path) -> Path:
    """Make a certificate for localhost that nobody vouches for; returns the PEM file of it and its key."""
    made, both = certificate(folder, "DNS:localhost"), folder / "both.pem"
    both.write_bytes(made.key.read_bytes() + made.cert.read_bytes())
    return both


class Request(NamedTuple):
    """What an HTTP receiver got."""

    path: str
    headers: dict[str, str]
    body: bytes


class Answers:
    """What an HTTP receiver says: status, headers, body, to every request."""

    def __init__(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.got: list[Request] = []


@contextmanager
def http(answers: Answers, pem: Path | None = None) -> Iterator[int]:
    """Run an HTTP receiver, over TLS if there is a certificate; yields its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answers.got.append(Request(self.path, headers, body))
            self.send_response(answers.status)
            for name, value in answers.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answers.body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # who hangs up on it is no news

    with Server(("127.0.0.1", 0), Handler) as server:
        if pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def wire(first: bytes, again: bytes = b"", *, hold: bool = False) -> Iterator[int]:
    """Run a receiver that says `first`, then `again` and again if there is any; then hangs up, or holds the line."""
    over = threading.Event()

    def talk(client: socket.socket) -> None:
        with closing(client), suppress(OSError):
            client.sendall(first)
            while again and not over.wait(0.02):
                client.sendall(again)
            if hold:
                over.wait()

    def serve() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                client, _ = listener.accept()
                threading.Thread(target=talk, args=(client,)).start()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            over.set()
            thread.join()


class Mailbox:
    """What an SMTP receiver does: a reply for each recipient that is not taken, and one to the message."""

    def __init__(self, *, refuse: dict[str, str] | None = None, reply: str = "250 OK") -> None:
        self.refuse, self.reply = refuse or {}, reply
        self.got: list[tuple[Sequence[str], bytes]] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        if self.reply.startswith("250"):
            self.got.append((tuple(envelope.rcpt_tos), bytes(envelope.content)))
        return self.reply

    def authenticate(self, _: Any, __: Any, ___: Any, ____: str, login: Any) -> AuthResult:
        self.logins.append((login.login, login.password))
        return AuthResult(success=login.password == b"right", handled=False)


@contextmanager
def smtp(box: Mailbox, pem: Path | None = None, *, security: str = "none") -> Iterator[int]:
    """Run an SMTP receiver; yields its port."""
    port = free_port()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if pem:
        context.load_cert_chain(pem)
    how: dict[str, Any] = {"starttls": {"tls_context": context}, "tls": {"ssl_context": context}}.get(
        security, {}
    )
    how |= {"authenticator": box.authenticate, "auth_require_tls": security == "starttls"} if pem else {}
    controller = Controller(box, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
