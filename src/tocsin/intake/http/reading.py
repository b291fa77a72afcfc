"""Requests out of bytes, by httptools: no sockets, no time.

httptools cannot be stopped between two requests of one call, so the bytes are handed to it in slices.
"""

from collections import deque
from enum import Enum
from typing import NamedTuple

import httptools
from msgspec import Struct

from tocsin.intake.http.bounds import (
    CHUNK_OVERHEAD,
    MAX_HEAD,
    MAX_HEADERS,
    SLICE,
    SLICE_OF_CHUNKS,
    SWALLOWED,
    Bounds,
    Budget,
    Hold,
)
from tocsin.intake.http.message import Head, Request, Response, Site, problem
from tocsin.ports.input import Refusal


class Phase(Enum):
    """Where in a request the next byte stands."""

    BETWEEN = "before a request's first byte"
    HEAD = "in the request line and headers"
    BODY = "in the body"


class Turn(Struct, frozen=True):
    """A request that is whole. answer: it was refused before its body was read."""

    request: Request
    keep: bool
    answer: Response | None = None


class Fault(NamedTuple):
    """What cannot be read on. why: None if the site refused, which counts by itself."""

    answer: Response
    why: Refusal | None = None
    headless: bool = False


class _StopError(Exception):
    """Ends the parser's call; `feed` catches it."""


class Reading:
    """Takes the bytes of one connection apart. `ready` has what is to be answered, in order; then `fault`."""

    def __init__(self, site: Site, bounds: Bounds, budget: Budget, peer: str) -> None:
        self._site, self._bounds, self._budget, self._peer = site, bounds, budget, peer
        self._parser = httptools.HttpRequestParser(self)
        self.ready: deque[Turn] = deque()
        self.fault: Fault | None = None
        self.phase = Phase.BETWEEN
        self.step = 0
        """Counts changes of phase."""
        self.asked = False
        """Whether the sender waits for `100 Continue` now."""
        self.got = 0
        """Bytes of this body that have come."""
        self._grafted = False
        self._begin()

    @property
    def ended(self) -> bool:
        """Whether nothing more will be read: a fault, or a request that is the last."""
        return self.fault is not None or (bool(self.ready) and not self.ready[-1].keep)

    def feed(self, data: bytes | memoryview) -> int:
        """Read on until requests are ready, a fault, or the end of the bytes; return how many were used."""
        view, used = memoryview(data), 0
        while used < len(view) and not self.ready and not self.fault:
            used += self._feed(view[used : used + self._slice()])
        return used

    def give_up(self, answer: Response, why: Refusal) -> None:
        """Read no more of this request: `fault` is the answer."""
        self._set(answer, why)
        self._hold.free()

    def close(self) -> None:
        """Let go of what was begun and of what nobody will be answered any more."""
        self._hold.free()
        while self.ready:
            self.ready.popleft().request.hold.free()

    def _slice(self) -> int:
        """Return how much may be parsed at once: all that is known to be body, else a little."""
        if self.phase is not Phase.BODY:
            return SLICE
        return max(self._length - self.got, SLICE) if self._plain else SLICE_OF_CHUNKS

    def _feed(self, piece: memoryview) -> int:
        try:
            self._parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            return self._graft(int(upgrade.args[0]))
        except httptools.HttpParserError as error:
            if isinstance(error, httptools.HttpParserCallbackError) and not self.fault:
                raise  # a defect of ours, or of the site
            # What stands behind the last request of a connection is nobody's.
            if not self.fault and not self.ended:
                text = "the request is not HTTP/1.1 as RFC 9112 has it; mend the sender"
                self.fault = Fault(problem(400, "bad_request", text, close=True), Refusal.MALFORMED)
        else:
            self._weigh(len(piece))
        if self.fault:
            self._hold.free()
        return len(piece)

    def _weigh(self, size: int) -> None:
        """Bound what the parser takes without telling: half a header, extensions of chunks."""
        self._wire += size
        # A slice may begin with the end of the request before.
        if self.phase is Phase.HEAD and self._wire > MAX_HEAD + SLICE:
            self._set_too_much()
        most = 2 * MAX_HEAD + CHUNK_OVERHEAD * self.got
        if self.phase is Phase.BODY and not self._plain and self._wire > most:
            self._set_too_much()

    def _set_too_much(self) -> None:
        if self.phase is Phase.HEAD:
            text = (
                f"the request line and headers are over {MAX_HEAD} bytes or {MAX_HEADERS} headers; send fewer"
            )
            self._set(problem(431, "headers_too_large", text, close=True), Refusal.TOO_LARGE)
        else:
            text = "the chunks of the body carry more than the body; send larger chunks"
            self._set(problem(400, "bad_chunks", text, close=True), Refusal.MALFORMED)

    def _set(self, answer: Response, why: Refusal | None) -> None:
        if not self.fault:
            self.fault = Fault(answer, why, self._parser.get_method() == b"HEAD")

    def _refuse(self, status: int, code: str, text: str, why: Refusal) -> _StopError:
        self._set(problem(status, code, text, close=True), why)
        return _StopError()

    def _begin(self) -> None:
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._weight = self._count = self._wire = self.got = self._length = 0
        self._plain = True
        self._parts: list[bytes] = []
        self._answer: Response | None = None
        self._head: Head | None = None
        self._hold = Hold(self._budget)
        self.asked = False

    def _move(self, phase: Phase) -> None:
        self.phase = phase
        self.step += 1

    # What httptools calls.

    def on_message_begin(self) -> None:
        if not self._grafted:
            self._move(Phase.HEAD)

    def on_url(self, url: bytes) -> None:
        if not self._grafted:
            self._url += url
            self._weight += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._grafted:
            return
        self._count += 1
        self._weight += len(name) + len(value) + 4
        if self._weight > MAX_HEAD or self._count > MAX_HEADERS:
            self._set_too_much()
            raise _StopError
        if self.phase is Phase.HEAD:  # else it is a trailer
            name, value = name.lower(), value.rstrip(b" \t")
            self._headers[name] = self._joined(name, value) if name in self._headers else value

    def _joined(self, name: bytes, value: bytes) -> bytes:
        if name == b"host":
            raise self._refuse(400, "bad_request", "two Host headers; send one", Refusal.MALFORMED)
        return self._headers[name] + b", " + value

    def on_headers_complete(self) -> None:
        if self._grafted:
            self._grafted = False
            return
        self._head = head = self._read_head()
        self._check_framing(head)
        self._move(Phase.BODY)
        self._answer = self._site.admit(head)
        if self._answer:
            self._weigh_refusal(head)
        elif self._length > self._bounds.body:
            raise self._refuse(413, "body_too_large", self._too_large(), Refusal.TOO_LARGE)
        else:
            self.asked = b"expect" in head.headers

    def _too_large(self) -> str:
        return f"the body is over {self._bounds.body} bytes, limits.body; send less in one request"

    def _weigh_refusal(self, head: Head) -> None:
        """Read on over a small body, so that the connection can go on; answer at once otherwise."""
        is_open_ended = b"transfer-encoding" in head.headers or b"expect" in head.headers
        if self._answer and (is_open_ended or self._length > SWALLOWED):
            self._set(self._answer, None)
            raise _StopError

    def _read_head(self) -> Head:
        target = self._url.decode("latin-1")
        if target[:7].lower() == "http://" or target[:8].lower() == "https://":
            target = "/" + target.partition("//")[2].partition("/")[2]
        path, _, query = target.partition("?")
        return Head(self._parser.get_method().decode(), path, query, self._headers, self._peer)

    def _check_framing(self, head: Head) -> None:
        """Refuse what two readers could take for two different things (request smuggling)."""
        version, headers = self._parser.get_http_version(), head.headers
        coding = headers.get(b"transfer-encoding")
        if version not in {"1.1", "1.0"}:
            raise self._refuse(505, "version", "only HTTP/1.1 and 1.0 are spoken", Refusal.MALFORMED)
        if version == "1.1" and b"host" not in headers:
            raise self._refuse(400, "bad_request", "a Host header is missing; send one", Refusal.MALFORMED)
        if coding is not None and (version == "1.0" or coding.lower() != b"chunked"):
            text = "Transfer-Encoding can only be chunked, in HTTP/1.1; compress with Content-Encoding"
            raise self._refuse(501, "transfer_encoding", text, Refusal.MALFORMED)
        if headers.get(b"expect", b"100-continue").lower() != b"100-continue":
            text = "only Expect: 100-continue is understood"
            raise self._refuse(417, "expectation", text, Refusal.MALFORMED)
        if head.method == "CONNECT":
            raise self._refuse(405, "method", "this is no proxy", Refusal.MALFORMED)
        self._length = int(headers.get(b"content-length", b"0"))
        self._plain = coding is None

    def on_body(self, body: bytes) -> None:
        self.got += len(body)
        self.asked = False
        if self._answer:
            return
        if self.got > self._bounds.body:
            raise self._refuse(413, "body_too_large", self._too_large(), Refusal.TOO_LARGE)
        if not self._hold.take(len(body)):
            self._set(busy(), Refusal.BUSY)
            raise _StopError
        self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._parser.should_upgrade() or not self._head:
            return  # its body is still to come: see _graft
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        request = Request(self._head, body, self._hold)
        self.ready.append(Turn(request, self._parser.should_keep_alive(), self._answer))
        self._begin()
        self._move(Phase.BETWEEN)

    def _graft(self, used: int) -> int:
        """Read on without the upgrade that was offered (`Upgrade: h2c`): httptools would stop before the body."""
        keep = "keep-alive" if self._parser.should_keep_alive() else "close"
        method = self._parser.get_method().decode()
        framing = f"Content-Length: {self._length}" if self._plain else "Transfer-Encoding: chunked"
        self._parser = httptools.HttpRequestParser(self)
        self._grafted = True
        self._parser.feed_data(
            f"{method} / HTTP/1.1\r\nConnection: {keep}\r\n{framing}\r\n\r\n".encode("latin-1")
        )
        return used


BUSY = "too much is being received at this moment; send it again after Retry-After seconds"
BUSY_HEADERS = {"Retry-After": "1"}


def busy() -> Response:
    """Return the answer when too much is being worked on."""
    return problem(503, "busy", BUSY, BUSY_HEADERS, close=True)
