"""What is behind the paths of an input over HTTP, whatever protocol its dialect speaks."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from math import ceil

from msgspec import structs

from tocsin.errors import DeliveryError
from tocsin.intake.http.message import Head, Request, Response
from tocsin.intake.web.config import WebInput
from tocsin.intake.web.deliveries import Deliveries
from tocsin.intake.web.dialect import Dialect, Read, Reading, Way
from tocsin.intake.web.rate import Rate
from tocsin.intake.web.refusing import Refused
from tocsin.intake.web.tokens import Tokens
from tocsin.intake.web.unpack import CODINGS, unpack
from tocsin.model.received import Context, Received
from tocsin.ports.input import Intake, Refusal

HEALTH = "/healthz"
MAX_TAKE = 32 << 20
"""Bytes of records that are handed on at a time; a larger body goes in several parts, in order."""
MAX_DELIVERY = 4 << 20
"""The same of a delivery that has an id: its last part is one frame."""
LONG = 512 << 10
LONG_PACKED = 8 << 10
"""Bodies from these sizes on (plain, compressed) are read in a thread, so that others need not wait."""
RETRY = 2
"""Seconds after which a sender may try again when the journal is full."""

_OK = Response(200, b'{"ok":true}\n', {"Content-Type": "application/json"})
_HEALTH = Way(("GET", "HEAD"), reply=lambda _head, _body: _OK, open=True)


@dataclass(eq=False)
class WebSite:
    """Takes events. One for each input."""

    name: str
    config: WebInput
    dialect: Dialect
    intake: Intake
    tokens: Tokens
    workers: Executor
    deliveries: Deliveries

    def __post_init__(self) -> None:
        self._context = Context(self.name, self.config.source, self.config.retention)
        self._rates: dict[str, Rate] = {}
        self._limit = self.config.limits.events_per_second
        self._loop = asyncio.get_running_loop()

    def admit(self, head: Head) -> Response | None:
        """Say what is wrong with a request as far as its head tells."""
        try:
            self._admit(head)
        except Refused as refused:
            return self._refuse(head, refused)
        return None

    def _admit(self, head: Head) -> None:
        way = self._way(head)
        if head.method == "OPTIONS":
            return
        if head.method not in way.methods:
            allowed = _allowed(way)
            text = f"this method is not for this path; allowed: {allowed}"
            raise Refused(405, "method", text, headers={"Allow": allowed})
        holder = "" if way.open else self._holder(head)
        if _coding(head) not in CODINGS:
            text = "this Content-Encoding is not understood; send gzip, zstd or deflate"
            headers = {"Accept-Encoding": "gzip, zstd, deflate"}
            raise Refused(415, "unknown_encoding", text, headers=headers)
        if way.read and self._limit and (wait := self._rate(holder).wait(self._loop.time())):
            raise _too_fast(wait)

    def _way(self, head: Head) -> Way:
        way = self.dialect.way(head) or (_HEALTH if head.path == HEALTH else None)
        if way is None:
            raise Refused(404, "not_found", "there is nothing here; see the documentation of this input")
        return way

    def _holder(self, head: Head) -> str:
        """Return whose token it is; empty if none are asked for."""
        holder = self.tokens.holder(self.dialect.shown(head)) if self.tokens else ""
        if holder is None:
            raise _no_token()
        return holder

    def _refuse(self, head: Head, refused: Refused) -> Response:
        self.refused(refused.why)
        return self.dialect.refusal(head, refused)

    def _rate(self, holder: str) -> Rate:
        if holder not in self._rates:
            self._rates[holder] = Rate(self._limit, self._loop.time())
        return self._rates[holder]

    async def answer(self, request: Request) -> Response:
        """Take what was sent; answer when it is durable."""
        head = request.head
        try:
            way = self._way(head)
            if head.method == "OPTIONS":
                return Response(204, headers={"Allow": _allowed(way)})
            if way.read is None:
                return self._said(request, way)
            return await self._take(request, way.read)
        except Refused as refused:
            return self._refuse(head, refused)
        except DeliveryError as error:
            return self._refuse(head, _not_taken(error))

    def _said(self, request: Request, way: Way) -> Response:
        body = _unpacked(request, self.config)
        return way.reply(request.head, body) if way.reply else Response(204)

    async def _take(self, request: Request, read: Read) -> Response:
        reading = await self._read(request, read)
        if reading.delivery:
            await self.deliveries.once(reading.delivery.encode(), partial(self._keep, request.head, reading))
        else:
            await self._keep(request.head, reading)
        return self.dialect.taken(request.head, reading)

    async def _keep(self, head: Head, reading: Reading) -> None:
        if self._limit:
            await self._hand_on_slowly(reading, self._rate(self._holder(head)))
        else:
            await self._hand_on(reading)

    async def _hand_on_slowly(self, reading: Reading, rate: Rate) -> None:
        if wait := rate.wait(self._loop.time()):
            raise _too_fast(wait)
        rate.spend(len(reading.records))
        try:
            await self._hand_on(reading)
        except DeliveryError:
            rate.spend(-len(reading.records))
            raise

    async def _hand_on(self, reading: Reading) -> None:
        context = self._context
        if reading.carrier:
            context = structs.replace(context, carrier=reading.carrier)
        *parts, last = _parts(reading.records, MAX_DELIVERY if reading.delivery else MAX_TAKE)
        for part in parts:
            await self.intake.take(Received(context, part))
        if reading.delivery:
            # With its last events, for it says of all that they are durable.
            context = structs.replace(context, redo=reading.delivery.encode())
        if last:
            await self.intake.take(Received(context, last))

    async def _read(self, request: Request, read: Read) -> Reading:
        step = partial(_read, request, self.config, read)
        if len(request.body) <= (LONG if _coding(request.head) == "identity" else LONG_PACKED):
            return step()
        return await self._loop.run_in_executor(self.workers, step)

    def refused(self, why: Refusal) -> None:
        """Count one request or connection."""
        self.intake.refused(self.name, why)

    def connections(self, count: int) -> None:
        """Say how many there are."""
        self.intake.connections(self.name, count)


def _read(request: Request, config: WebInput, read: Read) -> Reading:
    body = _unpacked(request, config)
    # The records are a copy of the body.
    if not request.hold.take(len(body)):
        raise Refused.busy()
    return read(request.head, body)


def _unpacked(request: Request, config: WebInput) -> bytes:
    coding, limits = _coding(request.head), config.limits
    if coding == "identity" or not request.body:
        return request.body
    return unpack(request.body, coding, most=limits.unpacked, ratio=limits.ratio, take=request.hold.take)


def _allowed(way: Way) -> str:
    return ", ".join((*way.methods, "OPTIONS"))


def _coding(head: Head) -> str:
    coding = head.headers.get(b"content-encoding")
    return coding.decode("latin-1").lower() if coding else "identity"


def _parts(records: list[bytes], most: int) -> Sequence[list[bytes]]:
    """Cut into lists of at most so many bytes, or of one record; at least one list."""
    made: list[list[bytes]] = [[]]
    left = most
    for record in records:
        left -= len(record)
        if left < 0 and made[-1]:
            made.append([])
            left = most - len(record)
        made[-1].append(record)
    return made


def _no_token() -> Refused:
    text = "no valid token; send Authorization: Bearer TOKEN, with a token of this input"
    headers = {"WWW-Authenticate": 'Bearer realm="tocsin"'}
    return Refused(401, "no_token", text, Refusal.TOKEN, headers=headers)


def _too_fast(wait: float) -> Refused:
    text = "above limits.events_per_second of this token; send it again after Retry-After seconds"
    return Refused(429, "too_fast", text, Refusal.RATE, headers={"Retry-After": str(ceil(wait))})


def _not_taken(error: DeliveryError) -> Refused:
    headers = {"Retry-After": str(RETRY)}
    if not error.retryable:
        text = "the monitor is about to end; send it again over a new connection"
        return Refused(503, "ending", text, Refusal.BUSY, headers=headers).closing()
    text = "the events could not be stored, none is lost that was answered; send it again after Retry-After seconds"
    return Refused(503, "not_stored", text, Refusal.BUSY, headers=headers)
