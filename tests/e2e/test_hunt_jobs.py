"""What hostile events hold comes through two processes as through one, in every format."""

import json
import re
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from tocsin.report import names

pytestmark = pytest.mark.e2e

TOCSIN = str(Path(sys.executable).parent / "tocsin")
EVENT = """{"eventVersion": "1.09", "userIdentity": {"type": "IAMUser", "userName": "ana"}, "eventTime": "2026-03-02T09:15:00Z",
 "eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging", "awsRegion": "us-east-1",
 "sourceIPAddress": "198.51.100.7", "eventID": "id-1", "odd": 1}""".replace("\n", "")
PLACES = ('"ana"', '"2026-03-02T09:15:00Z"', '"198.51.100.7"', '"id-1"', "1}")
# From some 900 levels on a decoder may refuse the record, and says so: where exactly is up to the stack.
LEVELS = (50, 99, 100, 101, 250, 700, 1_100, 50_000)
ODD = [
    *("18446744073709551615", "18446744073709551616", "-9223372036854775809", "9" * 5_000, "1e400", "-0.0"),
    *("NaN", "-Infinity", '["x", [NaN]]', "null", '{"": ""}', '{"\\ud800": 1, "\\udc00": 2}'),
    *(
        '"\\ud800"',
        '"\\udc00\\ud83d\\ude00"',
        '"\\u0000"',
        '"\\ufeff\\u202e\\u001b[31m"',
        f'"{"x" * 70_000}"',
    ),
    *("[" * levels + "]" * levels for levels in LEVELS),
    *('{"a":' * levels + "1" + "}" * levels for levels in LEVELS),
]
LINE = '203.0.113.7 - - [23/Nov/2026:07:50:09 +0000] "GET /evilword HTTP/1.1" 200 {} "-" "-"'
RULES = """title: Evil Word
id: 6d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f
logsource: {category: webserver}
detection: {keywords: [evilword], condition: keywords}
level: high
---
title: Logging Stopped
name: stopped
id: 8d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f
logsource: {product: aws, service: cloudtrail}
detection: {stopped: {eventName: StopLogging}, odd: {odd|exists: true}, who: {userIdentity.userName|exists: true}, condition: all of them}
level: high
---
title: Logging Stopped Again
id: 9d2f4c1e-5b3a-4f0e-9c7d-1a2b3c4d5e6f
correlation: {type: event_count, rules: [stopped], group-by: [odd, userIdentity.userName], timespan: 1d, condition: {gte: 2}, generate: true}
level: high
"""
# How long it took, as each format writes it.
CLOCK = re.compile(rb"\"seconds\":[0-9.e-]+|in [0-9.]+ m?s\b|[0-9,]+ events/s|made <time.*?</time>")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    lines = [EVENT.replace(place, odd + place[len(place.rstrip("}")) :]) for place in PLACES for odd in ODD]
    (made / "a.ndjson").write_bytes("\n".join(lines).encode() + b'\n{"odd": "\xff\xed\xa0\x80"}\n')
    (made / "b.ndjson").write_bytes((made / "a.ndjson").read_bytes())
    (made / "w.log").write_text("\n".join(LINE.format(size) for size in (1, 2**64, 2**99, "9" * 5_000)))
    (made / "rules.yml").write_text(RULES)
    return made


def hunted(folder: Path, name: str, jobs: str) -> tuple[int, bytes, bytes, bytes]:
    line = [TOCSIN, "hunt", *("a.ndjson", "b.ndjson", "w.log"), "--rules", "rules.yml", "--format", name]
    done = subprocess.run(
        [*line, "--jobs", jobs, "--report", "r.html"],
        capture_output=True,
        check=False,
        cwd=folder,
        timeout=120,
    )
    page = (folder / "r.html").read_bytes()
    return done.returncode, CLOCK.sub(b"", done.stdout), done.stderr, CLOCK.sub(b"", page)


@pytest.mark.parametrize("name", names())
def test_two_processes_say_the_same_as_one_of_hostile_events(name: str, folder: Path) -> None:
    one, two = hunted(folder, name, "1"), hunted(folder, name, "2")
    assert one[0] == 1
    assert b"Traceback" not in one[2]
    assert one == two


def test_only_what_no_decoder_reads_is_refused(folder: Path) -> None:
    _, out, said, _ = hunted(folder, "ndjson", "2")
    found = [json.loads(line) for line in out.splitlines()]
    assert {match["file"] for match in found} == {"a.ndjson", "b.ndjson", "w.log", ""}
    deep = [odd for odd in ODD if odd.count("[") + odd.count("{") > 1_000]
    lines = {match["line"] for match in found if match["file"] == "a.ndjson"}
    refused = [
        odd
        for odd, line in zip(chain.from_iterable(ODD for _ in PLACES), range(1, 999), strict=False)
        if line not in lines
    ]
    assert refused == deep * len(PLACES)
    assert b"records were not understood" in said
