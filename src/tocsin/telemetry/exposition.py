"""`/metrics`, `/healthz` and `/readyz`, from what the roles say of themselves."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import make_wsgi_app
from prometheus_client.registry import Collector, CollectorRegistry

from tocsin.errors import ConfigError
from tocsin.telemetry import status
from tocsin.telemetry.bounded import BoundedServer
from tocsin.telemetry.catalog import HELP
from tocsin.telemetry.status import Status

PREFIX = "tocsin_"
_OF_PROCESS = "process_"


class Metrics(Collector):
    """All samples of all roles, each with the label `role`."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.clock = clock

    def collect(self) -> Iterator[Any]:
        """Yield the families of metrics."""
        families: dict[str, tuple[Any, tuple[str, ...]]] = {}
        ready = _family("role_ready", "gauge", ["role"])
        for one in status.read(self.folder):
            ready.add_metric([one.role], float(status.is_well(one, self.clock())))
            for sample in one.samples:
                names = ("role", *sample.labels)
                family, expected = families.setdefault(
                    sample.name, (_family(sample.name, sample.kind, names), names)
                )
                if names == expected:
                    family.add_metric([one.role, *sample.labels.values()], sample.value)
        yield ready
        yield from (family for family, _ in families.values())


def _family(name: str, kind: str, labels: Sequence[str]) -> Any:
    text = HELP.get(name, name.replace("_", " "))
    made = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
    return made(f"{PREFIX}{name.removesuffix('_total')}", text, labels=labels)


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it so)
        """Scrapes are no news."""


class Health:
    """Answers over HTTP. expected: the roles that there should be. problems: of the supervisor itself."""

    def __init__(self, folder: Path, expected: Callable[[], Iterable[str]]) -> None:
        self.folder = folder
        self.expected = expected
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Metrics(folder))
        self._metrics = make_wsgi_app(registry)

    def start(self, host: str, port: int) -> int:
        """Listen in a thread of its own; returns the port. Raises ConfigError."""
        try:
            server = make_server(host, port, self._app, server_class=BoundedServer, handler_class=_Quiet)
        except OSError as error:
            raise ConfigError(
                f"metrics.listen: {host}:{port} cannot be listened on: {error.strerror}"
            ) from None
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
        return int(server.server_port)

    def missing(self) -> list[str]:
        """Return the roles that are not ready."""
        well = {one.role for one in self.statuses() if status.is_well(one, time.time())}
        return sorted(set(self.expected()) - well)

    def statuses(self) -> list[Status]:
        """Return what the expected roles, and the supervisor, said last."""
        expected = {*self.expected(), "supervisor"}
        return [one for one in status.read(self.folder) if one.role in expected]

    def _app(self, request: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = request.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(request, start)
            return answer
        if path == "/healthz":
            return _answer(start, "200 OK", {"ok": True})
        if path == "/readyz":
            missing = self.missing()
            found = {one.role: list(one.problems) for one in self.statuses() if one.problems}
            said = {"ready": not missing, "not_ready": missing, "problems": found}
            return _answer(start, "503 Service Unavailable" if missing else "200 OK", said)
        return _answer(start, "404 Not Found", {"error": "there are /metrics, /healthz and /readyz"})


def _answer(start: Any, line: str, said: object) -> Iterable[bytes]:
    body = json.dumps(said).encode()
    start(line, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
