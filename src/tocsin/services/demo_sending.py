"""How `tocsin demo` sends: as the programs would that it stands for, over real connections and into real files."""

import contextlib
import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path

HOST = "127.0.0.1"
TIMEOUT = 10.0
RETRY_SECONDS = 0.2


class _RefusedError(OSError):
    """The input did not take an event."""


class Senders:
    """Sends lines to a monitor on this machine; what it cannot take now (a role starts again) is sent again.

    http, syslog: ports. logs: the folder of the files. wait: seconds -> whether to stop.
    """

    def __init__(self, http: int, syslog: int, token: str, logs: Path, wait: Callable[[float], bool]) -> None:
        self.http, self.syslog, self.token, self.logs, self.wait = http, syslog, token, logs, wait
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._stream: socket.socket | None = None

    def send(self, to: str, line: str) -> None:
        """Return when it is sent, or when it is time to stop. to: `http`, `syslog/udp`, `syslog/tcp`, `file/NAME`."""
        kind, _, name = to.partition("/")
        ways = {"http": self._post, "syslog/udp": self._datagram, "syslog/tcp": self._streamed}
        way = ways.get(to) or (lambda text: self._append(name, text))
        if kind not in {"http", "syslog", "file"}:
            raise ValueError(f"nothing is sent to {to!r}")
        while True:
            try:
                way(line)
            except (OSError, HTTPException):
                if self.wait(RETRY_SECONDS):
                    return
            else:
                return

    def close(self) -> None:
        """Close the sockets."""
        self._datagrams.close()
        self._drop()

    def _post(self, line: str) -> None:
        connection = HTTPConnection(HOST, self.http, timeout=TIMEOUT)
        with contextlib.closing(connection):
            connection.request("POST", "/v1/events", line.encode(), {"Authorization": f"Bearer {self.token}"})
            status = connection.getresponse().status
        if status != 200:
            raise _RefusedError(f"HTTP {status}")

    def _datagram(self, line: str) -> None:
        self._datagrams.sendto(line.encode(), (HOST, self.syslog))

    def _streamed(self, line: str) -> None:
        try:
            if self._stream is None:
                self._stream = socket.create_connection((HOST, self.syslog), TIMEOUT)
            self._stream.sendall(line.encode() + b"\n")
        except OSError:
            self._drop()
            raise

    def _drop(self) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def _append(self, name: str, line: str) -> None:
        with (self.logs / name).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
