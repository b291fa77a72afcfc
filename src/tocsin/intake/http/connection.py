"""One sender's connection: reads ahead no further than it must, answers in order, and is never waited for without end."""

import asyncio
import time
from contextlib import suppress
from math import inf
from typing import Protocol, cast

from tocsin.intake.http.bounds import Bounds, Budget, Hold
from tocsin.intake.http.message import CONTINUE, Response, Site, encode, problem
from tocsin.intake.http.reading import Fault, Phase, Reading, Turn
from tocsin.ports.input import Refusal


class Keeper(Protocol):
    """What a connection needs of its server."""

    site: Site
    bounds: Bounds
    budget: Budget
    stopping: bool

    def joined(self, connection: "Connection") -> None:
        """Hear of a connection that begins."""

    def left(self, connection: "Connection") -> None:
        """Hear of one that is gone."""


class Connection(asyncio.Protocol):
    """Bytes in, answers out. `deadline` is by the loop's clock; the server looks at it and calls `expire`."""

    def __init__(self, keeper: Keeper, peer: str) -> None:
        self._keeper, self.peer = keeper, peer
        self._loop = asyncio.get_running_loop()
        self._reading = Reading(keeper.site, keeper.bounds, keeper.budget, peer)
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None
        self._held = b""
        self._hold = Hold(keeper.budget)
        self._step = 0
        self._mark = 0
        self._answered = False
        self._eof = self._paused = self._lingering = False
        self._writable = asyncio.Event()
        self._writable.set()
        self.deadline = inf
        self.met = False
        """Whether it was ever open: the server has to be told when it is gone."""

    @property
    def idle(self) -> bool:
        """Whether nothing of a request is here."""
        return not self._task and not self._held and self._reading.phase is Phase.BETWEEN

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are like it, and not of it.
        self._transport = cast("asyncio.Transport", transport)
        self.met = True
        self.deadline = self._loop.time() + self._keeper.bounds.idle
        self._keeper.joined(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._writable.set()
        self._hold.free()
        self._reading.close()
        self._keeper.left(self)

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            return
        if self._task:
            self._keep(data)
        else:
            self._feed(data)

    def eof_received(self) -> bool:
        """Keep a half-closed connection for the answers that are still due."""
        self._eof = True
        if not self._task and self._reading.phase is not Phase.BETWEEN and not self._lingering:
            self._keeper.site.refused(Refusal.MALFORMED)
        return self._task is not None and not self._transport.get_extra_info("ssl_object")

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # Reading.

    def _keep(self, data: bytes) -> None:
        """Let bytes wait while a request is answered; read no more until then."""
        self._pause()
        if self._hold.take(len(data)):
            self._held += data
        else:
            self._keeper.site.refused(Refusal.BUSY)
            self._transport.abort()

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _feed(self, data: bytes) -> None:
        used = self._reading.feed(data)
        if self._reading.ready or self._reading.fault:
            if used < len(data) and not self._reading.ended:
                self._keep(data[used:])
            self.deadline = inf
            self._task = self._loop.create_task(self._answer())
            self._task.add_done_callback(self._done)
            return
        if self._reading.asked:
            self._reading.asked = False
            self._transport.write(CONTINUE)
        self._time()

    def _time(self) -> None:
        if self._step == self._reading.step:
            return
        self._step = self._reading.step
        self._mark = 0
        bounds = self._keeper.bounds
        wait = {Phase.BETWEEN: bounds.idle, Phase.HEAD: bounds.head, Phase.BODY: bounds.progress}
        self.deadline = self._loop.time() + wait[self._reading.phase]

    # Answering.

    async def _answer(self) -> None:
        reading, site = self._reading, self._keeper.site
        while reading.ready:
            turn = reading.ready.popleft()
            try:
                response = turn.answer or await site.answer(turn.request)
            finally:
                turn.request.hold.free()
            if not await self._send_turn(turn, response):
                return
        if reading.fault:
            await self._send_fault(reading.fault)
            return
        # Not in `_done`: until that is called the next request may come, and would have to be held.
        self._task = None
        self._go_on()

    async def _send_turn(self, turn: Turn, response: Response) -> bool:
        """Return whether the connection goes on."""
        last = self._eof and not self._held and not self._reading.ready
        close = response.close or not turn.keep or self._keeper.stopping or last
        await self._send(response, close=close, headless=turn.request.head.method == "HEAD")
        if close:
            self._linger() if self._held else self._transport.close()
        return not close and not self._transport.is_closing()

    async def _send_fault(self, fault: Fault) -> None:
        if fault.why:
            self._keeper.site.refused(fault.why)
        await self._send(fault.answer, close=True, headless=fault.headless)
        self._linger()

    async def _send(self, response: Response, *, close: bool, headless: bool) -> None:
        self._answered = True
        self._transport.write(encode(response, now=time.time(), close=close, headless=headless))
        if not self._writable.is_set():
            self.deadline = self._loop.time() + self._keeper.bounds.idle
            await self._writable.wait()
            self.deadline = inf

    def _linger(self) -> None:
        """Read on for a moment: closing with bytes unread would reset the connection before the answer is seen."""
        if self._transport.is_closing():
            return
        self._lingering = True
        self._held = b""
        self._hold.free()
        self.deadline = self._loop.time() + self._keeper.bounds.linger
        if self._eof:
            self._transport.close()
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._resume()

    def _resume(self) -> None:
        if self._paused:
            self._paused = False
            # The other end may have gone meanwhile.
            with suppress(RuntimeError):
                self._transport.resume_reading()

    def _go_on(self) -> None:
        """Read what came meanwhile, and what comes."""
        self._step = -1
        if self._held:
            held, self._held = self._held, b""
            self._hold.free()
            self._feed(held)
            if self._task:
                return
        else:
            self._time()
        if self._eof:
            self._transport.close()
        else:
            self._resume()

    def _done(self, task: asyncio.Task[None]) -> None:
        """Look at how it ended. An exception is a defect of ours: whoever runs the loop must hear of it."""
        if self._task is task:
            self._task = None
        if task.cancelled():
            self._transport.abort()
        elif error := task.exception():
            self._transport.write(encode(_defect(), now=time.time(), close=True))
            self._transport.close()
            self._loop.call_exception_handler({"message": "an HTTP input failed", "exception": error})

    # What the server calls.

    def expire(self, now: float) -> None:
        """Do what is due at the deadline."""
        reading = self._reading
        if self._lingering or self._task:
            self._transport.abort()
        elif reading.phase is Phase.BETWEEN:
            if not self._answered:
                self._keeper.site.refused(Refusal.IDLE)
            self._transport.close()
        elif reading.phase is Phase.BODY and self._moves():
            self._mark = reading.got
            self.deadline = now + self._keeper.bounds.progress
        else:
            reading.give_up(_slow(), Refusal.IDLE)
            self._feed(b"")

    def _moves(self) -> bool:
        bounds = self._keeper.bounds
        return self._reading.got - self._mark >= bounds.rate * bounds.progress

    def close_if_idle(self) -> None:
        """Close unless a request is here, whole or in part."""
        if self.idle and not self._lingering:
            self._transport.close()

    def abort(self) -> None:
        """End at once."""
        if self._task:
            self._task.cancel()
        self._transport.abort()


def _slow() -> Response:
    text = "the request came too slowly; send it in one go"
    return problem(408, "too_slow", text, close=True)


def _defect() -> Response:
    text = "something failed here that should not; the cause is in the log of the server"
    return problem(500, "internal", text, close=True)
