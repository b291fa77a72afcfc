"""Orphans are roles that run on this folder, and nobody else."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tocsin.app.orphans import SUPERVISED, end_orphans

WAITS = "import sys; print('here', flush=True); sys.stdin.read()"


@contextmanager
def process(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A process with such a command line."""
    command = [sys.executable, "-c", WAITS, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as found:
        assert found.stdout
        found.stdout.readline()
        try:
            yield found
        finally:
            found.kill()


def test_a_role_of_this_folder_is_ended(tmp_path: Path) -> None:
    with process("serve", "--data", str(tmp_path), "--role", "hub", SUPERVISED) as role:
        assert end_orphans(tmp_path) == [role.pid]
        assert role.wait() == -9
        assert end_orphans(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--data", "{data}", "--role", "hub"),
        ("--data", "{data}/other", SUPERVISED),
        ("--data", "/other", "{data}", SUPERVISED),
        ("{data}", SUPERVISED),
        (f"--data {{data}} {SUPERVISED}",),
        (),
    ],
    ids=["by hand", "folder below", "not its folder", "no folder", "one word", "nothing"],
)
def test_others_are_let_be(tmp_path: Path, words: tuple[str, ...]) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(process(*(word.format(data=tmp_path) for word in words)))
        assert end_orphans(tmp_path) == []
        assert other.poll() is None
