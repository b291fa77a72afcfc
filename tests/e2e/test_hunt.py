"""`tocsin hunt` as a process, on files as users have them."""

import bz2
import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

pytestmark = pytest.mark.e2e

TOCSIN = str(Path(sys.executable).parent / "tocsin")
EXAMPLES = Path(__file__).parents[2] / "examples"


def tocsin(*words: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [TOCSIN, *words],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )


def hunt(*words: str, stdin: bytes = b"") -> tuple[int, list[dict[str, Any]]]:
    done = tocsin("hunt", *words, "--format", "ndjson", "-q", stdin=stdin)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def key_event(number: int) -> bytes:
    return orjson.dumps(
        {
            "eventVersion": "1.09",
            "userIdentity": {
                "type": "IAMUser",
                "arn": "arn:aws:iam::111122223333:user/ana",
                "userName": "ana",
            },
            "eventTime": "2026-03-02T09:15:00Z",
            "eventSource": "cloudtrail.amazonaws.com",
            "eventName": "StopLogging",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "aws-cli/2.15.0",
            "requestParameters": {"name": f"trail-{number}"},
            "eventID": f"id-{number}",
            "recipientAccountId": "111122223333",
        }
    )


def quiet_event(number: int) -> bytes:
    return key_event(number).replace(b"StopLogging", b"LookupEvents")


LINES = b"\n".join(key_event(n) if n % 10 == 3 else quiet_event(n) for n in range(40)) + b"\n"
WANTED = {f"id-{n}" for n in range(40) if n % 10 == 3}


def test_examples_show_the_attack_and_say_so_by_the_exit_code() -> None:
    code, matches = hunt(str(EXAMPLES))
    assert code == 1
    assert {"critical", "high"} <= {match["rule"]["level"] for match in matches}
    assert tocsin("hunt", str(EXAMPLES), "--exit-zero").returncode == 0


@pytest.mark.parametrize("kind", ["plain", "gz", "zst", "xz", "bz2", "zip", "array", "records", "pretty"])
def test_every_container_gives_the_same(kind: str, tmp_path: Path) -> None:
    events = [orjson.loads(line) for line in LINES.splitlines()]
    path = tmp_path / "a file with spaces é"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("logs/trail.ndjson", LINES)
    else:
        packs: dict[str, Callable[[bytes], bytes]] = {
            "plain": bytes,
            "gz": gzip.compress,
            "zst": zstandard.ZstdCompressor().compress,
            "xz": lzma.compress,
            "bz2": bz2.compress,
            "array": lambda _: orjson.dumps(events),
            "records": lambda _: orjson.dumps({"Records": events}),
            "pretty": lambda _: b"\n".join(
                orjson.dumps(event, option=orjson.OPT_INDENT_2) for event in events
            ),
        }
        path.write_bytes(packs[kind](LINES))
    code, matches = hunt(str(path))
    assert code == 1
    assert {match["event_id"] for match in matches} == WANTED


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_and_line_end_gives_the_same(encoding: str, end: bytes) -> None:
    _, wanted = hunt("-", stdin=LINES)
    code, matches = hunt("-", stdin=LINES.replace(b"\n", end).decode().encode(encoding))
    assert (code, matches) == (1, wanted)


def test_standard_input() -> None:
    code, matches = hunt("-", stdin=LINES)
    assert (code, {match["event_id"] for match in matches}) == (1, WANTED)
    assert {match["file"] for match in matches} == {"-"}


def test_nothing_found_is_zero_and_wrong_use_is_two(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.ndjson"
    quiet.write_bytes(quiet_event(1))
    assert tocsin("hunt", str(quiet)).returncode == 0
    missing = tocsin("hunt", str(tmp_path / "nothing"))
    assert missing.returncode == 2
    assert b"no such file" in missing.stderr
    assert tocsin("hunt", str(quiet), "--level", "loud").returncode == 2
    assert tocsin("hunt", str(quiet), "--source", "no_such").returncode == 2


def test_fail_on_counts_only_what_is_bad_enough(tmp_path: Path) -> None:
    path = tmp_path / "trail.ndjson"
    path.write_bytes(LINES)
    assert tocsin("hunt", str(path), "--fail-on", "critical").returncode == 0
    assert tocsin("hunt", str(path), "--fail-on", "low").returncode == 1


def test_a_truncated_file_gives_what_can_be_read_and_three(tmp_path: Path) -> None:
    noisy = b"\n".join(key_event(n) + os.urandom(400).hex().encode().join([b" ", b""]) for n in range(2000))
    packed = gzip.compress(noisy)
    path = tmp_path / "cut.gz"
    path.write_bytes(packed[: len(packed) // 2])
    done = tocsin("hunt", str(path), "--format", "ndjson")
    assert done.returncode == 3
    assert b"cut short or damaged" in done.stderr
    assert len(done.stdout.splitlines()) == 0 or b"id-0" in done.stdout


def test_what_no_parser_takes_is_counted_and_shown(tmp_path: Path) -> None:
    path = tmp_path / "mixed.log"
    path.write_bytes(LINES + b"\x00\x01 what is this\n" + b"{broken\n")
    done = tocsin("hunt", str(path), "--format", "json")
    summary = json.loads(done.stdout)["summary"]
    assert summary["rejected"] == 2
    assert summary["records"] == summary["events"] + summary["rejected"] + summary["outside"]
    assert any("what is this" in reject["head"] for reject in summary["rejects"])


def test_two_processes_say_the_same_as_one_also_of_pieces_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "big.ndjson"
    line = quiet_event(7).ljust(2_000) + b"\n"
    with path.open("wb") as file:
        for number in range(20_000):
            file.write(key_event(number) + b"\n" if number % 997 == 0 else line)
    assert path.stat().st_size > 32 * 1024 * 1024
    one = tocsin("hunt", str(path), "--format", "ndjson", "--jobs", "1")
    two = tocsin("hunt", str(path), "--format", "ndjson", "--jobs", "2")
    assert one.stdout == two.stdout
    numbers = [json.loads(text)["line"] for text in one.stdout.splitlines() if b'"correlation"' not in text]
    assert numbers == [number + 1 for number in range(20_000) if number % 997 == 0]


def test_since_and_until_bound_the_events_times(tmp_path: Path) -> None:
    path = tmp_path / "times.ndjson"
    days = [key_event(day).replace(b"2026-03-02T", f"2026-03-{day:02}T".encode()) for day in range(1, 10)]
    path.write_bytes(b"\n".join(days))
    code, matches = hunt(str(path), "--since", "2026-03-03", "--until", "2026-03-05T00:00:00Z")
    assert code == 1
    assert {match["event_id"] for match in matches} == {"id-3", "id-4"}


def test_a_killed_worker_is_said_and_three(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.ndjson").write_bytes(LINES * 4_000)
    running = subprocess.Popen(
        [TOCSIN, "hunt", str(tmp_path), "--jobs", "2", "--format", "ndjson"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    children: list[int] = []
    while not children and running.poll() is None:
        found = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        children = [int(child) for child in found]
    os.kill(children[0], signal.SIGKILL)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 3
    assert b"Traceback" not in said
    assert b"worker" in said


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "many.ndjson"
    path.write_bytes(b"\n".join(key_event(n) for n in range(5_000)))
    script = f"{TOCSIN} hunt {path} --format ndjson | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    assert done.stdout.strip() in (b"0", b"1")
