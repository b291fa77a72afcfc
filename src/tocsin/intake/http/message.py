"""What passes between the server and the site behind it."""

from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol

import msgspec
from msgspec import Struct, field

from tocsin.intake.http.bounds import Hold
from tocsin.ports.input import Refusal


class Head(Struct, frozen=True):
    """A request without its body. path, query: as sent, not decoded. headers: names in lower case.

    What a header says several times is joined with commas. peer: the sender's address.
    """

    method: str
    path: str
    query: str
    headers: Mapping[bytes, bytes]
    peer: str


class Request(Struct, frozen=True):
    """A whole request. hold: the memory that is counted for it, until it is answered."""

    head: Head
    body: bytes
    hold: Hold


class Response(Struct, frozen=True):
    """An answer. close: the connection ends with it. Content-Length, Date and Connection are the server's."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    close: bool = False


class Site(Protocol):
    """What is served: its methods are called from the event loop."""

    def admit(self, head: Head) -> Response | None:
        """Refuse a request before its body is read, or return None."""

    async def answer(self, request: Request) -> Response:
        """Return the answer. Whatever it raises ends the connection and goes to the loop's exception handler."""

    def refused(self, why: Refusal) -> None:
        """Count what the server refused by itself."""

    def connections(self, count: int) -> None:
        """Hear how many connections are open now."""


def problem(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None, *, close: bool = False
) -> Response:
    """Return an answer that says what is wrong. message: what, where, what to do; nothing that was sent."""
    body = msgspec.json.encode({"error": {"code": code, "message": message}}) + b"\n"
    return Response(status, body, {"Content-Type": "application/json", **(headers or {})}, close)


CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def encode(response: Response, *, now: float, close: bool = False, headless: bool = False) -> bytes:
    """Return the bytes of an answer. now: seconds since 1970. headless: of a HEAD, so without the body."""
    lines = [_status_line(response.status), f"Date: {_date(int(now))}\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in response.headers.items()]
    if response.status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {len(response.body)}\r\n")
    lines.append("Connection: close\r\n\r\n" if close else "\r\n")
    return "".join(lines).encode("latin-1") + (b"" if headless else response.body)


@lru_cache(100)
def _status_line(status: int) -> str:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"


@lru_cache(2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
