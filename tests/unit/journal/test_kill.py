"""A real writer, killed with -9 at any moment: what it has acknowledged is there, once, in order."""

import os
import random
import re
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from journals import frames, read_all
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.model.place import Place
from tocsin.ports.journal import Topic

THREADS = 4
TOPIC = Topic("events")
LIMITS = Limits(segment=20_000, reserve=0)
CHILD = f"""
import os, sys, threading
from pathlib import Path
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.model.place import Place
from tocsin.ports.journal import Frame, Topic

folder, start = Path(sys.argv[1]), int(sys.argv[2])
journal = LocalJournal(folder, [Topic("events")], Limits(segment=20_000, reserve=0))
appender = journal.appender("events", 0)

def work(thread):
    for number in range(start, 1 << 30):
        frames = [Frame(b"%d %d %d " % (thread, number, part) + b"x" * (number % 900)) for part in range(3)]
        offsets = appender.append(frames).result()
        # A few bytes into a pipe go in whole, whoever else writes.
        os.write(1, b"%d %d %d\\n" % (thread, number, offsets[0]))

threads = [threading.Thread(target=work, args=(number,)) for number in range({THREADS})]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
LINE = re.compile(rb"(\d+) (\d+) (\d+)\n")


def run_and_kill(folder: Path, start: int, moment: float) -> list[tuple[int, int, int]]:
    """Let a writer run until so long after its first word, kill it, and return what it has acknowledged."""
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(folder), str(start)], stdout=subprocess.PIPE)
    assert child.stdout
    said = b""
    deadline = None
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while deadline is None or time.monotonic() < deadline:
            left = 20.0 if deadline is None else max(0.0, deadline - time.monotonic())
            assert selector.select(left) or deadline, "the writer says nothing"
            if selector.select(0):
                said += os.read(child.stdout.fileno(), 65_536)
                deadline = deadline or time.monotonic() + moment
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read()
    child.stdout.close()
    assert child.wait(20) == -signal.SIGKILL
    return [(int(thread), int(number), int(offset)) for thread, number, offset in LINE.findall(said)]


def check(journal: LocalJournal, acknowledged: dict[int, tuple[int, int]]) -> int:
    """Hold all that is there against what was acknowledged; return how many frames are there."""
    found: dict[int, tuple[int, int, int]] = {}
    for one in read_all(journal, "events"):
        *numbers, text = one.frame.payload.split(b" ")
        who, number, part = map(int, numbers)
        assert text == b"x" * (number % 900)
        found[one.offset] = (who, number, part)
    assert sorted(found) == list(range(len(found)))
    assert len(set(found.values())) == len(found)
    for offset, (thread, number) in acknowledged.items():
        assert [found[offset + part] for part in range(3)] == [(thread, number, part) for part in range(3)]
    for each in range(THREADS):
        mine = [(number, part) for who, number, part in found.values() if who == each]
        assert mine == sorted(mine)
    return len(found)


def kill_often(folder: Path, times: int) -> None:
    chance = random.Random(times)  # noqa: S311 (repeatable)
    acknowledged: dict[int, tuple[int, int]] = {}
    journal = LocalJournal(folder, [TOPIC], LIMITS)
    for life in range(times):
        said = run_and_kill(folder, life * 1_000_000, chance.uniform(0, 0.2))
        assert said
        acknowledged |= {offset: (thread, number) for thread, number, offset in said}
        # Before the next writer mends anything, and after it.
        before = check(journal, acknowledged)
        journal.appender("events", 0).close()
        assert check(journal, acknowledged) == before
    assert len(list((folder / "events" / "0").glob("*.log"))) > 1


def test_killed_three_times(tmp_path: Path) -> None:
    kill_often(tmp_path, 3)


@pytest.mark.slow
def test_killed_a_hundred_times(tmp_path: Path) -> None:
    kill_often(tmp_path, 100)


REPEATER = """
import sys
from pathlib import Path
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.model.place import Place
from tocsin.ports.journal import Frame, Topic

limits = Limits(segment=20_000, reserve=0)
journal = LocalJournal(Path(sys.argv[1]), [Topic("events", consumers=("worker",)), Topic("signals")], limits)
consumer, appender = journal.consumer("worker", "events", 0), journal.appender("signals", 0)
reader = journal.reader("events", 0, consumer.offset)
while stored := reader.read(max_frames=3):
    for offset, frame in stored:
        appender.append([Frame(frame.payload, origin=Place("events", 0, offset))]).result()
        print(offset, flush=True)
    consumer.commit(reader.offset)
print("done", flush=True)
"""


def test_a_worker_that_is_killed_again_and_again_doubles_nothing(tmp_path: Path) -> None:
    topics = [Topic("events", consumers=("worker",)), Topic("signals")]
    journal = LocalJournal(tmp_path, topics, Limits(segment=20_000, reserve=0))
    appender = journal.appender("events", 0)
    appender.append(frames(*[b"%d" % number * 100 for number in range(300)])).result(20)
    done, lives = False, 0
    while not done:
        lives += 1
        child = subprocess.Popen([sys.executable, "-c", REPEATER, str(tmp_path)], stdout=subprocess.PIPE)
        assert child.stdout
        for _ in range(60):
            done = child.stdout.readline() in (b"done\n", b"") or done
        child.kill()
        child.communicate(timeout=20)
        assert lives < 20
    assert lives > 3
    expected = [(b"%d" % number * 100, Place("events", 0, number)) for number in range(300)]
    assert [(one.frame.payload, one.frame.origin) for one in read_all(journal, "signals")] == expected
