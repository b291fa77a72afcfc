"""One POST over HTTP, one connection each: no proxy, no redirect, bounded in time and size.

The standard library's client on a connection of ours: other clients bound each read, not the whole delivery.
"""

import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlsplit

from tocsin.errors import ConfigError
from tocsin.notify.dial import Deadline, within
from tocsin.notify.pace import MOST
from tocsin.ports.notifier import NotDeliveredError
from tocsin.settings.scalars import is_url
from tocsin.settings.secret import Secret

MAX_ANSWER = 4_096
"""Bytes of an answer's body that are read."""
RETRYABLE = frozenset({408, 409, 425, 429})
"""Answers below 500 after which the same message may be taken later."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Endpoint(NamedTuple):
    """Where to post. Not to be shown: the whole of it is a secret."""

    host: str
    port: int
    path: str
    header: str
    context: ssl.SSLContext | None

    @property
    def private(self) -> bool:
        """Whether what is sent can be read on no network."""
        return self.context is not None or self.host in _LOCAL


class Answer(NamedTuple):
    """What came back: the status, what was read of the body, and seconds to wait, if that was asked for."""

    status: int
    body: bytes
    after: float | None


def endpoint(url: Secret, name: str, ca: str | None = None) -> Endpoint:
    """Look an address up; raises ConfigError that does not repeat it. ca: PEM file, instead of the system's."""
    text = url.resolve()
    if not is_url(text, ("https", "http")):
        raise ConfigError(f"channels.{name}.url: {url!r} holds no URL; it begins with https:// or http://")
    parts = urlsplit(text)
    if parts.username is not None:
        raise ConfigError(
            f"channels.{name}.url: {url!r} holds a name and password; give them as `authorization`"
        )
    tls = parts.scheme == "https"
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    shown = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    header = f"{shown}:{parts.port}" if parts.port else f"{shown}"
    port = parts.port or (443 if tls else 80)
    return Endpoint(parts.hostname or "", port, path, header, _context(name, ca) if tls else None)


def _context(name: str, ca: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError):
        raise ConfigError(f"channels.{name}.ca: holds no certificates; give PEM certificates") from None


def post(to: Endpoint, body: bytes, headers: Mapping[str, str], *, timeout: float, at: float = 0.0) -> Answer:
    """Post, and return the answer, whatever it is; raises NotDeliveredError when none can be read."""
    with within(timeout) as deadline:
        try:
            return _exchange(to, body, headers, deadline, at)
        except (OSError, HTTPException, ValueError) as error:
            raise deadline.failure(error) from None


def _exchange(to: Endpoint, body: bytes, headers: Mapping[str, str], deadline: Deadline, at: float) -> Answer:
    wire = deadline.connect(to.host, to.port)
    connection = HTTPConnection(to.host, to.port)
    try:
        connection.sock = to.context.wrap_socket(wire, server_hostname=to.host) if to.context else wire
        own = {"Host": to.header, "User-Agent": "tocsin", "Connection": "close"}
        connection.request("POST", to.path, body, {**own, **headers})
        connection.sock.settimeout(deadline.left)
        with closing(connection.getresponse()) as response:
            # Headers that were cut look as if they had ended.
            deadline.check()
            return Answer(response.status, _body(response), wait(response.getheader("Retry-After"), at))
    finally:
        connection.close()
        wire.close()


def _body(response: HTTPResponse) -> bytes:
    """Return what there is of the body: what the status says is said, whether or not it comes to its end."""
    with suppress(OSError, HTTPException):
        return response.read(MAX_ANSWER)
    return b""


def judge(answer: Answer, advice: str = "") -> None:
    """Return if it was taken; raises NotDeliveredError otherwise."""
    status = answer.status
    if 200 <= status < 300:
        return
    said = f"the answer was {status}{': ' + advice if advice else ''}"
    if 300 <= status < 400:
        said = (
            f"the answer was {status}, a redirect, which is not followed; give the address that it leads to"
        )
    raise NotDeliveredError(said, retryable=status in RETRYABLE or status >= 500, after=answer.after)


def wait(text: str | None, at: float) -> float | None:
    """Read `Retry-After`: seconds, or a date, of which the time since `at` is taken; None if it is neither."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), MOST)
    try:
        until = parsedate_to_datetime(text[:100]).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return None
    return min(max(until - at, 0.0), MOST)
