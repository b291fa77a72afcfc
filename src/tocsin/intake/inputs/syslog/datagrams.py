"""Syslog over UDP: what a socket has is read at once, many datagrams at a waking."""

import asyncio
import socket

from tocsin.intake.inputs.syslog.framing import ENDS
from tocsin.intake.inputs.syslog.gate import Gate
from tocsin.intake.inputs.syslog.gathering import Gatherer
from tocsin.intake.inputs.syslog.sockets import drops_of
from tocsin.ports.input import Refusal

AT_ONCE = 500
"""Datagrams read before others have their turn."""
_LARGEST = 65_536


class Datagrams:
    """One bound socket."""

    def __init__(self, bound: socket.socket, gatherer: Gatherer, gate: Gate, limit: int) -> None:
        """limit: bytes of a message; what is beyond is cut off, and counted."""
        self.socket = bound
        self._gatherer = gatherer
        self._gate = gate
        self._limit = limit
        self._buffer = memoryview(bytearray(_LARGEST))
        self._lost = 0

    def start(self) -> None:
        """Read from now on, in the running loop."""
        asyncio.get_running_loop().add_reader(self.socket.fileno(), self.read)

    def stop(self) -> None:
        """Read what has come, and close."""
        asyncio.get_running_loop().remove_reader(self.socket.fileno())
        while self.read() == AT_ONCE and not self._gatherer.full:
            pass
        self.count_lost()
        self.socket.close()

    def count_lost(self) -> None:
        """Count what the system has dropped since this was asked last."""
        now = drops_of(self.socket)
        if new := (now - self._lost) % (1 << 32):
            self._lost = now
            self._gate.refuse(Refusal.LOST, new)

    def read(self) -> int:
        """Read what is there, up to AT_ONCE datagrams; return how many."""
        found: list[bytes] = []
        read = long = 0
        while read < AT_ONCE:
            try:
                size, address = self.socket.recvfrom_into(self._buffer)
            except (BlockingIOError, InterruptedError):
                break
            read += 1
            text = bytes(self._buffer[:size]).rstrip(ENDS)
            if text and self._permitted(address[0]):
                if len(text) > self._limit:
                    long += 1
                    text = text[: self._limit].rstrip(ENDS) or text[:1]
                found.append(text)
        self._hand_on(found, long)
        return read

    def _permitted(self, host: str) -> bool:
        if not self._gate.may_send(host):
            self._gate.refuse(Refusal.ADDRESS)
            return False
        if not self._gate.allowance(host, 1):
            self._gate.refuse(Refusal.RATE)
            return False
        return True

    def _hand_on(self, found: list[bytes], long: int) -> None:
        if found and self._gatherer.full:
            self._gate.refuse(Refusal.BUSY, len(found))
            return
        self._gate.refuse(Refusal.TOO_LARGE, long)
        self._gatherer.put(found)
