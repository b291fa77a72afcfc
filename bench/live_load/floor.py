"""What a team would build in its place: rsyslog to a file, and PostgreSQL with a column of JSONB."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import orjson
import psycopg

from live_load.cluster import cluster, programs
from live_load.monitor import free_port, wait_for
from live_load.prepared import Prepared

PATIENCE = 60.0
"""Seconds that a floor may take to be ready, or to have written all."""
_RSYSLOG = """\
module(load="imtcp")
input(type="imtcp" port="{port}" address="127.0.0.1" supportOctetCountedFraming="off")
global(workDirectory="{folder}" maxMessageSize="64k")
template(name="raw" type="string" string="%rawmsg%\\n")
action(type="omfile" file="{folder}/out" template="raw")
"""


class Floor(NamedTuple):
    """events a second until the last one was written; bytes on the disk for each byte of the events."""

    name: str
    rate: float
    disk: float


def rsyslog(load: Prepared) -> Floor | None:
    """Send all bodies over TCP to rsyslogd, which writes them to a file; None when it is not installed."""
    program = shutil.which("rsyslogd")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        (folder / "conf").write_text(_RSYSLOG.format(port=port, folder=folder))
        command = [program, "-n", "-f", str(folder / "conf"), "-i", str(folder / "pid")]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(lambda: _listens(port), "rsyslogd to listen", PATIENCE)
                began = time.perf_counter()
                _pour(load, port)
                wait_for(lambda: _lines(folder / "out") >= load.events, "rsyslogd to write", PATIENCE)
                seconds = time.perf_counter() - began
            finally:
                process.terminate()
        return Floor("rsyslog to a file", load.events / seconds, (folder / "out").stat().st_size / load.size)


def _pour(load: Prepared, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for body in load.bodies():
            connection.sendall(body.data)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _lines(path: Path) -> int:
    """Count by reading what is there; called a few times at most."""
    done = subprocess.run(["wc", "-l", str(path)], capture_output=True, text=True, check=False)
    return int(done.stdout.split()[0]) if done.stdout else 0


def postgresql(load: Prepared) -> Floor | None:
    """COPY all events into a column of JSONB with a GIN index, a transaction a body; None when it is not installed."""
    found = programs()
    if found is None:
        return None
    with cluster(found) as url, psycopg.connect(f"{url}/postgres") as connection:
        connection.execute("CREATE TABLE events (arrived timestamptz DEFAULT now(), event jsonb)")
        connection.execute("CREATE INDEX ON events USING gin (event jsonb_path_ops)")
        connection.execute("CREATE INDEX ON events (arrived)")
        connection.commit()
        began = time.perf_counter()
        for body in load.bodies():
            with connection.cursor().copy("COPY events (event) FROM STDIN") as copy:
                for line in body.data.splitlines():
                    copy.write_row((_json(line),))
            connection.commit()
        seconds = time.perf_counter() - began
        row = connection.execute("SELECT pg_total_relation_size('events')").fetchone()
        taken = row[0] if row else 0
    return Floor("PostgreSQL, JSONB and GIN, COPY", load.events / seconds, taken / load.size)


def _json(line: bytes) -> str:
    """Return an event as JSONB takes it: lines as a string, and without the character zero."""
    text = (
        line.decode(errors="replace")
        if line[:1] == b"{"
        else orjson.dumps({"line": line.decode("latin-1")}).decode()
    )
    return text.replace("\\u0000", "")
