"""`tocsin hunt` where the world is unkind: full disks, closed streams, odd names, signals."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

pytestmark = pytest.mark.e2e

TOCSIN = str(Path(sys.executable).parent / "tocsin")
GUESS = b"Mar  2 09:15:%02d gate sudo: ana : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh\n"
LOG = b"".join(GUESS % number for number in range(60))
RULE = """title: Evil Word
id: 6d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f
logsource: {category: webserver}
detection: {keywords: [evilword], condition: keywords}
level: high
"""
MANY = f"""title: Two Evil Words
id: 7d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f
correlation:
  type: event_count
  rules: [6d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f]
  timespan: 1h
  condition: {{gte: 2}}
level: high
---
{RULE}"""


def shell(script: str, folder: Path) -> tuple[int, list[str]]:
    """Run a line of shell; returns the exit code and the lines on standard error."""
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, check=False, timeout=120, cwd=folder, text=True
    )
    return done.returncode, done.stderr.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "auth.log").write_bytes(LOG)
    (tmp_path / "more.log").write_bytes(LOG)
    (tmp_path / "one.yml").write_text(MANY)
    return tmp_path


def exported(number: int, text: str) -> bytes:
    records = [
        {
            "timeUnixNano": str(1_772_442_900_000_000_000 + number),
            "body": {"stringValue": text},
            "attributes": [{"key": "http.request.method", "value": {"stringValue": "GET"}}],
        }
    ] * 2
    return orjson.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]})


def test_pieces_of_a_file_number_expanded_records_and_damage_alike(folder: Path) -> None:
    big = folder / "otlp.ndjson"
    (folder / "alone.yml").write_text(
        MANY.replace("condition: {gte: 2}", "condition: {gte: 2}\n  generate: true")
    )
    quiet = exported(0, "quiet ".ljust(4_000)) + b"\n"
    with big.open("wb") as file:
        for number in range(6_000):
            file.write(exported(number, "evilword") + b"\n" if number % 499 == 7 else quiet)
        file.write(b"x" * (17 << 20) + b"\n" + exported(1, "evilword") + b"\n")
    line = [TOCSIN, "hunt", str(big), "--rules", str(folder / "alone.yml"), "--format", "ndjson", "--jobs"]
    one, two = (subprocess.run([*line, jobs], capture_output=True, check=False, timeout=120) for jobs in "12")
    assert one.stdout == two.stdout
    assert one.stderr == two.stderr
    assert b"otlp.ndjson:6001: record too long" in two.stderr
    assert b"otlp.ndjson:6002#2" in two.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_name_that_is_not_utf8_is_shown_escaped(jobs: str, folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/un\xffi.log")).write_bytes(LOG)
    line = [TOCSIN, "hunt", str(folder), "--format", "ndjson", "--jobs", jobs, "-q"]
    done = subprocess.run(line, capture_output=True, check=False, timeout=120)
    assert done.returncode == 1
    assert rb"un\\xffi.log" in done.stdout


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("hunt auth.log > /dev/full", 3, "standard output: cannot be written"),
        ("hunt auth.log -o /dev/full", 3, "/dev/full: cannot be written"),
        ("hunt auth.log --report /dev/full >/dev/null", 3, "/dev/full: cannot be written"),
        ("rules list > /dev/full", 3, "No space left"),
        ("hunt auth.log >&-", 3, "standard output is closed"),
        ("hunt - <&-", 2, "standard input is closed"),
        ("hunt auth.log --report no/x.html", 2, "no/x.html: cannot be written"),
        ("hunt auth.log -o auth.log", 2, "is read, so it cannot be written to"),
        ("hunt auth.log -o a.html --report ./a.html", 2, "need a file each"),
        ("hunt ''", 2, "empty path"),
        ("hunt auth.log --report -", 2, "--report -: the page needs a file"),
        ("hunt auth.log --since ''", 2, "is no time"),
        ("hunt auth.log --since 2026-01-02 --until 2026-01-02", 2, "is not before"),
        ("rules test auth", 2, "there is no rule to test"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_code(line: str, code: int, said: str, folder: Path) -> None:
    (folder / "auth").mkdir()
    found, lines = shell(f"{TOCSIN} {line}", folder)
    assert (found, len(lines)) == (code, 1)
    assert said in lines[0]
    assert (folder / "auth.log").read_bytes() == LOG
    assert not list(folder.glob(".*.part"))


def test_a_dash_is_standard_output(folder: Path) -> None:
    line = f"{TOCSIN} hunt auth.log --format ndjson"
    assert shell(f"{line} > a; {line} -o - > b; [ -s a ] && cmp a b", folder)[0] == 0
    assert not (folder / "-").exists()


def test_a_full_disk_leaves_what_was_there(folder: Path) -> None:
    (folder / "r.html").write_text("before")
    code, lines = shell(f"ulimit -f 1; {TOCSIN} hunt auth.log --report r.html -q >/dev/null", folder)
    assert (code, len(lines)) == (3, 1)
    assert lines[0].startswith("tocsin: r.html: cannot be written")
    assert (folder / "r.html").read_text() == "before"
    assert not list(folder.glob(".*.part"))


def test_full_temporary_folder_is_one_line(folder: Path) -> None:
    code, lines = shell(f"ulimit -f 0; {TOCSIN} hunt *.log --jobs 2 -q >/dev/null", folder)
    assert (code, len(lines)) == (3, 1)
    assert "TMPDIR" in lines[0]


def test_an_earlier_report_among_the_logs_is_no_log(folder: Path) -> None:
    for _ in range(2):
        code, _ = shell(f"{TOCSIN} hunt . -q -o found.json --format json", folder)
        assert code == 1
        assert orjson.loads((folder / "found.json").read_bytes())["summary"]["files"] == 3


def test_nothing_to_read_is_said(folder: Path) -> None:
    (folder / "empty").mkdir()
    code, lines = shell(f"{TOCSIN} hunt empty --format ndjson", folder)
    assert (code, lines) == (3, ["tocsin: there was no file to read"])
    (folder / "empty" / "a.log").touch()
    code, lines = shell(f"{TOCSIN} hunt empty --format ndjson", folder)
    assert (code, lines) == (0, ["tocsin: there was no record to read in any file"])


# Root may look into everything, unless it gives up the right to.
AS_OTHERS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@pytest.mark.skipif(
    bool(AS_OTHERS) and not shutil.which("setpriv"), reason="root, and no setpriv (util-linux)"
)
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("pattern", ["logs", "logs/shut", "logs/**", "logs/*/*.log", "logs/shut/*.log"])
def test_a_folder_that_cannot_be_read_is_said_however_it_is_named(
    pattern: str, jobs: str, tmp_path: Path
) -> None:
    (tmp_path / "logs" / "shut").mkdir(parents=True)
    for log in ("a.log", "b.log", "shut/c.log"):
        (tmp_path / "logs" / log).write_bytes(LOG)
    (tmp_path / "logs" / "shut").chmod(0)
    line = [*AS_OTHERS, TOCSIN, "hunt", pattern, "--jobs", jobs, "--format", "ndjson"]
    done = subprocess.run(line, capture_output=True, check=False, cwd=tmp_path, timeout=120)
    (tmp_path / "logs" / "shut").chmod(0o755)
    assert done.returncode == 3
    assert b"tocsin: logs/shut: cannot be read: Permission denied\n" in done.stderr


def test_a_reader_that_left_does_not_end_what_else_was_asked(folder: Path) -> None:
    (folder / "many.ndjson").write_bytes(b"\n".join(exported(n, "evilword") for n in range(2_000)))
    (folder / "alone.yml").write_text(RULE)
    head = "| head -1 >/dev/null; exit ${PIPESTATUS[0]}"
    words = "hunt many.ndjson --rules alone.yml --format ndjson -q"
    assert shell(f"{TOCSIN} {words} {head}", folder) == (0, [])
    assert shell(f"{TOCSIN} {words} --fail-on low {head}", folder) == (1, [])
    assert shell(f"{TOCSIN} {words} --report r.html {head}", folder) == (1, [])
    assert "</html>" in (folder / "r.html").read_text()


def test_a_pipe_among_rules_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yml")
    assert shell(f"{TOCSIN} hunt auth.log --rules . -q >/dev/null", folder) == (0, [])


def test_rejects_are_shown_of_many_files(folder: Path) -> None:
    for name in ("bad1.bin", "bad2.bin"):
        (folder / name).write_bytes(b"\x01\x02 what\n" * 50)
    done = subprocess.run(
        [TOCSIN, "hunt", ".", "--format", "json"], capture_output=True, check=False, cwd=folder
    )
    rejects = orjson.loads(done.stdout)["summary"]["rejects"]
    assert [reject["file"] for reject in rejects if "bad" in reject["file"]] == [
        name for name in ("bad1.bin", "bad2.bin") for _ in range(2)
    ]


def children(parent: int) -> set[int]:
    return set(map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split()))


def test_a_killed_worker_costs_what_it_did_and_no_more(folder: Path) -> None:
    """The first file is finished when a worker dies, and the pieces of the second are not."""
    (folder / "alone.yml").write_text(MANY)
    quiet = exported(2, "quiet ".ljust(400)) + b"\n"
    (folder / "a.ndjson").write_bytes(exported(1, "evilword") + b"\n" + quiet * 2_000)
    (folder / "b.ndjson").write_bytes(quiet * 60_000)
    (folder / "tmp").mkdir()
    line = [TOCSIN, "hunt", *("a.ndjson", "b.ndjson"), "--rules", "alone.yml", "--jobs", "2"]
    running = subprocess.Popen(
        [*line, "--format", "json", "-o", "found.json", "--report", "r.html"],
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
    )
    # What a worker left of the first file appears, and goes when it was read.
    for there in (True, False):
        while running.poll() is None and bool(list((folder / "tmp").glob("tocsin-hunt-*/0"))) != there:
            pass
    os.kill(min(children(running.pid)), signal.SIGKILL)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 3
    assert re.search(rb"b\.ndjson:1: not read: a worker process was killed", said)
    assert not re.search(rb"Traceback|a\.ndjson", said)
    found = orjson.loads((folder / "found.json").read_bytes())
    assert {match["rule"]["title"] for match in found["matches"]} == {"Two Evil Words"}
    assert found["summary"]["events"] >= 4_002
    assert "</html>" in (folder / "r.html").read_text()
    assert not list((folder / "tmp").iterdir())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_workers_end_with_the_hunt(number: signal.Signals, code: int, folder: Path) -> None:
    for name in range(6):
        (folder / f"{name}.log").write_bytes(LOG * 20_000)
    (folder / "tmp").mkdir()
    running = subprocess.Popen(
        [TOCSIN, "hunt", *map(str, folder.glob("[0-9].log")), "--jobs", "2", "--format", "ndjson"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
    )
    while running.poll() is None and not list((folder / "tmp").glob("tocsin-hunt-*/*")):
        pass
    running.send_signal(number)
    # Standard error ends when the last of the workers has closed it.
    _, said = running.communicate(timeout=20)
    assert running.returncode == code
    if number == signal.SIGTERM:
        assert said == b"tocsin: stopped\n"
        assert not list((folder / "tmp").iterdir())


def test_what_a_killed_hunt_left_goes_with_the_next(folder: Path) -> None:
    (folder / "tmp").mkdir()
    for name in range(4):
        (folder / f"{name}.log").write_bytes(LOG * 20_000)
    line = [TOCSIN, "hunt", *map(str, folder.glob("[0-9].log")), "--jobs", "2", "-o", "out.json"]
    apart = {**os.environ, "TMPDIR": str(folder / "tmp")}
    running = subprocess.Popen([*line, "-q"], cwd=folder, env=apart)
    while running.poll() is None and not list((folder / "tmp").glob("tocsin-hunt-*/*")):
        pass
    running.kill()
    running.wait()
    left = folder / f".out.json.{running.pid}.part"
    spool = folder / "tmp" / f"tocsin-spool-{running.pid}-abcd1234"
    spool.mkdir()
    others = [
        folder / f".out.json.{os.getpid()}.part",
        folder / f".out.json.{running.pid}.part.bak",
        folder / f".else.json.{running.pid}.part",
    ]
    for other in others:
        other.touch()
    assert left.exists()
    subprocess.run(
        [TOCSIN, "hunt", "auth.log", "more.log", "--jobs", "2", "-o", "out.json", "-q"],
        cwd=folder,
        env=apart,
        check=False,
    )
    assert not left.exists()
    assert not list((folder / "tmp").iterdir())
    assert all(other.exists() for other in others)
