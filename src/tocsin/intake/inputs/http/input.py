"""Events over HTTP, in no protocol but their own. Documented in docs/reference/http.md."""

from pathlib import Path

from tocsin.intake.http.message import Head, Response
from tocsin.intake.inputs.http.config import Config
from tocsin.intake.inputs.http.records import read_records
from tocsin.intake.web.dialect import Reading, Way
from tocsin.intake.web.input import WebServer
from tocsin.intake.web.refusing import Refused
from tocsin.intake.web.tokens import bearer
from tocsin.ports.input import Intake

EVENTS = {"/", "/v1/events"}


def open_input(name: str, config: Config, intake: Intake, folder: Path) -> WebServer:
    """Return an input that is not started yet. It keeps nothing."""
    return WebServer(name, config, Events(config.limits.depth), intake, folder)


class Events:
    """A Dialect. depth: levels of nesting of a record, at most."""

    delivers = False

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._events = Way(("POST", "PUT"), read=self._read)

    def way(self, head: Head) -> Way | None:
        """Return what is behind a path."""
        return self._events if head.path in EVENTS else None

    def _read(self, _: Head, body: bytes) -> Reading:
        return Reading(read_records(body, depth=self._depth))

    def shown(self, head: Head) -> bytes | None:
        """Return the token that a request shows."""
        return bearer(head.headers)

    def taken(self, _: Head, reading: Reading) -> Response:
        """Say how many there are."""
        body = b'{"accepted":%d}\n' % len(reading.records)
        return Response(200, body, {"Content-Type": "application/json"})

    def refusal(self, _: Head, refused: Refused) -> Response:
        """Say why."""
        return refused.answer
