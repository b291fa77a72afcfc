"""Whoever has something to say goes on, whether or not it can be written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
from tocsin.telemetry.log import logger, settle
settle("hub", "info", "{form}")
for _ in range(3):
    logger().error("it happened", value="\\x1b[2J\\n\\ud800")
print("went on")
"""


def said(form: str, stderr: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", PROGRAM.format(form=form)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False)


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_full_disk_ends_nobody(form: str) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = said(form, full)
    finally:
        os.close(full)
    assert (done.returncode, done.stdout) == (0, "went on\n")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_reader_that_is_gone_ends_nobody(form: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = said(form, writer)
    finally:
        os.close(writer)
    assert (done.returncode, done.stdout) == (0, "went on\n")


def test_lines_are_json_and_what_comes_from_outside_is_plain(tmp_path: Path) -> None:
    with (tmp_path / "said").open("wb") as file:
        said("json", file.fileno())
    lines = [json.loads(line) for line in (tmp_path / "said").read_bytes().splitlines()]
    assert [(one["event"], one["level"], one["role"]) for one in lines] == [
        ("it happened", "error", "hub")
    ] * 3
    assert all(one["value"].isprintable() for one in lines)
