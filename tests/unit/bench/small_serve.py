"""A monitor as small as can be, to judge the judge: roles that say they are ready, and one that keeps what it takes.

    python small_serve.py durable|hasty --config FILE

durable: written and synced, then answered. hasty: answered, and written after the next request.
"""

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
import tomllib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

ROLES = ("intake", "worker-0")


class Keeper(socketserver.ThreadingTCPServer):
    """Keeps the bodies that it is sent in a file."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, path: Path, *, hasty: bool) -> None:
        self.file = path.open("ab")
        self.hasty = hasty
        self.waiting: list[bytes] = []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def keep(self, data: bytes) -> None:
        with self.lock:
            ready, self.waiting = (self.waiting, [data]) if self.hasty else ([data], [])
            for one in ready:
                self.file.write(one)
            self.file.flush()
            os.fdatasync(self.file.fileno())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Keeper

    def do_POST(self) -> None:
        self.server.keep(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives it)
        pass


def say(run: Path, role: str) -> None:
    """Write that this role is ready, as long as whoever started it lives."""
    parent = os.getppid()
    while os.getppid() == parent:
        text = json.dumps({"role": role, "pid": os.getpid(), "ready": True, "at": time.time()})
        (run / f".{role}").write_text(text)
        (run / f".{role}").rename(run / f"{role}.json")
        time.sleep(0.05)


def be(role: str, kind: str, config: str) -> None:
    """Be a role, as long as the supervisor lives."""
    settings = tomllib.loads(Path(config).read_text())
    data = Path(settings["tocsin"]["data"])
    if role == "intake":
        server = Keeper(
            int(settings["inputs"]["load"]["listen"].split(":")[1]), data / "kept", hasty=kind == "hasty"
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
    say(data / "run", role)


def supervise(kind: str, config: str) -> None:
    """Start the roles, and start again what ends."""
    data = Path(tomllib.loads(Path(config).read_text())["tocsin"]["data"])
    (data / "run").mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=say, args=(data / "run", "supervisor"), daemon=True).start()
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        while True:
            for role in ROLES:
                if role not in running or running[role].poll() is not None:
                    running[role] = subprocess.Popen(
                        [sys.executable, __file__, kind, "--config", config, role]
                    )
            time.sleep(0.01)
    finally:
        for one in running.values():
            one.kill()


if __name__ == "__main__":
    if len(sys.argv) > 4:
        be(sys.argv[4], sys.argv[1], sys.argv[3])
    else:
        supervise(sys.argv[1], sys.argv[3])
