"""What is behind the paths of an HTTP input."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from math import ceil

from tocsin.errors import DeliveryError
from tocsin.intake.http.message import Head, Request, Response, problem
from tocsin.intake.inputs.http.config import Config
from tocsin.intake.inputs.http.rate import Rate
from tocsin.intake.inputs.http.records import read_records
from tocsin.intake.inputs.http.refusing import Refused
from tocsin.intake.inputs.http.tokens import Tokens
from tocsin.intake.inputs.http.unpack import CODINGS, unpack
from tocsin.model.received import Context, Received
from tocsin.ports.input import Intake, Refusal

EVENTS = {"/", "/v1/events"}
HEALTH = "/healthz"
MAX_TAKE = 32 << 20
"""Bytes of records that are handed on at a time; a larger body goes in several parts, in order."""
LONG = 512 << 10
LONG_PACKED = 8 << 10
"""Bodies from these sizes on (plain, compressed) are read in a thread, so that others need not wait."""
RETRY = 2
"""Seconds after which a sender may try again when the journal is full."""

_JSON = {"Content-Type": "application/json"}
_OK = Response(200, b'{"ok":true}\n', _JSON)


class EventsSite:
    """Takes events. One for each input."""

    def __init__(self, name: str, config: Config, intake: Intake, tokens: Tokens, workers: Executor) -> None:
        self._name, self._config, self._intake = name, config, intake
        self._tokens, self._workers = tokens, workers
        self._context = Context(name, config.source, config.retention)
        self._rates: dict[str, Rate] = {}
        self._limit = config.limits.events_per_second
        self._loop = asyncio.get_running_loop()

    def admit(self, head: Head) -> Response | None:
        """Say what is wrong with a request as far as its head tells."""
        if head.path in EVENTS:
            return self._admit_events(head)
        if head.path == HEALTH:
            return (
                None
                if head.method in {"GET", "HEAD", "OPTIONS"}
                else self._wrong_method("GET, HEAD, OPTIONS")
            )
        text = "there is nothing here; send events to /v1/events"
        return self._refuse(Refused(404, "not_found", text))

    def _admit_events(self, head: Head) -> Response | None:
        if head.method == "OPTIONS":
            return None
        if head.method not in {"POST", "PUT"}:
            return self._wrong_method("POST, PUT, OPTIONS")
        holder = self._holder(head)
        if holder is None:
            return self._refuse(_no_token())
        if _coding(head) not in CODINGS:
            text = "this Content-Encoding is not understood; send gzip, zstd or deflate"
            headers = {"Accept-Encoding": "gzip, zstd, deflate"}
            return self._refuse(Refused(415, "unknown_encoding", text, headers=headers))
        wait = self._rate(holder).wait(self._loop.time()) if self._limit else 0.0
        return self._refuse(_too_fast(wait)) if wait else None

    def _wrong_method(self, allowed: str) -> Response:
        text = f"this method is not for this path; allowed: {allowed}"
        return self._refuse(Refused(405, "method", text, headers={"Allow": allowed}))

    def _refuse(self, refused: Refused) -> Response:
        self.refused(refused.why)
        return refused.answer

    def _holder(self, head: Head) -> str | None:
        """Return whose token it is; empty if none are asked for."""
        return self._tokens.holder(head.headers) if self._tokens else ""

    def _rate(self, holder: str) -> Rate:
        if holder not in self._rates:
            self._rates[holder] = Rate(self._limit, self._loop.time())
        return self._rates[holder]

    async def answer(self, request: Request) -> Response:
        """Take what was sent; answer when it is durable."""
        head = request.head
        if head.method == "OPTIONS":
            allowed = "POST, PUT, OPTIONS" if head.path in EVENTS else "GET, HEAD, OPTIONS"
            return Response(204, headers={"Allow": allowed})
        if head.path == HEALTH:
            return _OK
        try:
            return await self._take(request)
        except Refused as refused:
            return self._refuse(refused)
        except DeliveryError as error:
            return self._refuse(_not_taken(error))

    async def _take(self, request: Request) -> Response:
        records = await self._read(request)
        if self._limit:
            await self._hand_on_slowly(records, self._rate(self._holder(request.head) or ""))
        else:
            await self._hand_on(records)
        return Response(200, b'{"accepted":%d}\n' % len(records), _JSON)

    async def _hand_on_slowly(self, records: list[bytes], rate: Rate) -> None:
        if wait := rate.wait(self._loop.time()):
            raise _too_fast(wait)
        rate.spend(len(records))
        try:
            await self._hand_on(records)
        except DeliveryError:
            rate.spend(-len(records))
            raise

    async def _hand_on(self, records: list[bytes]) -> None:
        for part in _parts(records):
            await self._intake.take(Received(self._context, part))

    async def _read(self, request: Request) -> list[bytes]:
        coding = _coding(request.head)
        read = partial(_read, request, coding, self._config)
        if len(request.body) <= (LONG if coding == "identity" else LONG_PACKED):
            return read()
        return await self._loop.run_in_executor(self._workers, read)

    def refused(self, why: Refusal) -> None:
        """Count one request or connection."""
        self._intake.refused(self._name, why)

    def connections(self, count: int) -> None:
        """Say how many there are."""
        self._intake.connections(self._name, count)


def _read(request: Request, coding: str, config: Config) -> list[bytes]:
    limits, body = config.limits, request.body
    if coding != "identity":
        body = unpack(body, coding, most=limits.unpacked, ratio=limits.ratio, take=request.hold.take)
    # The records are a copy of the body.
    if not request.hold.take(len(body)):
        raise Refused.busy()
    return read_records(body, depth=limits.depth)


def _coding(head: Head) -> str:
    coding = head.headers.get(b"content-encoding")
    return coding.decode("latin-1").lower() if coding else "identity"


def _parts(records: list[bytes]) -> Sequence[list[bytes]]:
    """Cut into lists of at most MAX_TAKE bytes, or of one record."""
    made: list[list[bytes]] = [[]]
    left = MAX_TAKE
    for record in records:
        left -= len(record)
        if left < 0 and made[-1]:
            made.append([])
            left = MAX_TAKE - len(record)
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
    text = "the events could not be stored, none is lost that was answered; send it again after Retry-After seconds"
    refused = Refused(503, "not_stored", text, Refusal.BUSY, headers={"Retry-After": str(RETRY)})
    if not error.retryable:
        text = "the monitor is about to end; send it again over a new connection"
        refused.answer = problem(503, "ending", text, {"Retry-After": str(RETRY)}, close=True)
    return refused
