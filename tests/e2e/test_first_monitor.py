"""A monitor from a folder that `tocsin init` wrote, as docs/tutorial/first-monitor.md has it: its blocks are run in order."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server

import pytest

from docs_pages import ROOT, Block, blocks

pytestmark = pytest.mark.e2e

PAGE = ROOT / "docs" / "tutorial" / "first-monitor.md"
READY, FOUND, STOP = 60.0, 60.0, 60.0
"""Seconds, at most."""
PORTS = ("8080", "5514", "9464")
WRAPPER = f'#!/bin/sh\nexec "{sys.executable}" -m tocsin "$@"\n'


def free_ports() -> dict[str, str]:
    """Return what to write in place of each port of the page."""
    with ExitStack() as held:
        made = [held.enter_context(closing(create_server(("127.0.0.1", 0)))) for _ in PORTS]
        return {port: str(one.getsockname()[1]) for port, one in zip(PORTS, made, strict=True)}


class Desk:
    """Where the reader sits: a folder, a PATH with `tocsin`, ports that nobody else has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = free_ports()
        (folder / "bin").mkdir()
        (folder / "bin" / "tocsin").write_text(WRAPPER)
        (folder / "bin" / "tocsin").chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}

    def here(self, text: str) -> str:
        """Return text with our ports."""
        return re.sub("|".join(PORTS), lambda found: self.ports[found[0]], text)

    def run(self, text: str) -> "subprocess.CompletedProcess[str]":
        """Run a block as it stands, but for the ports."""
        return subprocess.run(
            ["bash", "-ec", self.here(text)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )

    def move_ports(self) -> None:
        """Let the monitor listen elsewhere; nothing else of its settings is edited."""
        settings = self.folder / "monitor" / "tocsin.toml"
        text = self.here(settings.read_text())
        settings.write_text(f'{text}\n[metrics]\nlisten = "127.0.0.1:{self.ports["9464"]}"\n')

    @contextmanager
    def serving(self, text: str) -> Iterator["subprocess.Popen[bytes]"]:
        said = (self.folder / "said").open("wb")
        with (
            said,
            subprocess.Popen(
                ["bash", "-c", f"exec {text}"],
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=said,
            ) as process,
        ):
            try:
                self.until_ready()
                yield process
                process.terminate()
                process.wait(STOP)
            finally:
                process.kill()

    def until_ready(self) -> None:
        latest = time.monotonic() + READY
        while not self.ready():
            assert time.monotonic() < latest, (self.folder / "said").read_text()

    def ready(self) -> bool:
        with closing(HTTPConnection("127.0.0.1", int(self.ports["9464"]), timeout=5)) as there:
            try:
                there.request("GET", "/readyz")
                return there.getresponse().status == 200
            except OSError:
                return False


def until(desk: Desk, text: str, expected: str) -> None:
    """Run a block until it says what it should: an event can be found a moment after it was accepted."""
    latest = time.monotonic() + FOUND
    while True:
        done = desk.run(text)
        if done.returncode == 0 and re.search(expected, done.stdout):
            return
        assert time.monotonic() < latest, (text, done.stdout, done.stderr)


def recipes() -> list[Block]:
    """Return the blocks of the page, without the demo."""
    return [one for one in blocks(PAGE) if one.language == "sh" and "tocsin demo" not in one.text]


@pytest.mark.skipif(
    not shutil.which("curl") or not shutil.which("logger"), reason="curl and logger are needed"
)
def test_the_page(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    setup, serve, ready, http, syslog, search, metrics, reload = [one.text for one in recipes()]
    done = desk.run(setup)
    assert done.returncode == 0, done.stderr
    assert "nothing is wrong" in done.stdout
    desk.move_ports()
    with desk.serving(serve) as process:
        assert '"ready": true' in desk.run(ready).stdout
        assert desk.run(http).stdout.strip() == '{"accepted":1}'
        assert desk.run(syslog).returncode == 0
        until(desk, search, r"(?s)protected_branch\.destroy.* 12 .*198\.51\.100\.7")
        until(desk, metrics, r"alerts_begun_total\S* 2\.0")
        assert desk.run(reload).returncode == 0
        until(desk, "cat said", "reloaded: nothing has changed")
    assert process.returncode == 0, (tmp_path / "said").read_text()
