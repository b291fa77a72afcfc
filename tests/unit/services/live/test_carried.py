"""What protocols wrap records in is taken off before anything looks at them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa
import pytest

from live_rules import live_rules
from tocsin.model import received, signals
from tocsin.model.canary import SOURCE, Canary, Marker
from tocsin.model.place import Place
from tocsin.model.received import Context, Received
from tocsin.model.signals import Signals
from tocsin.normalise.redact import Redactor
from tocsin.ports.journal import Frame
from tocsin.services.live.derive import Placed
from tocsin.services.live.frame import FrameWork

NOW = 1_795_000_000
MARKER = Marker(bytes(32))
AUDIT = {"@timestamp": (NOW - 5) * 1000, "_document_id": "x", "action": "repo.create", "actor": "mona"}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> FrameWork:
    return FrameWork(live_rules(tmp_path_factory.mktemp("rules")), Redactor(b"k" * 32), MARKER)


def run(
    work: FrameWork, records: Sequence[bytes], carrier: str = "hec"
) -> tuple[list[dict[str, Any]], Signals]:
    payload, meta = received.dump(Received(Context("web", carrier=carrier), list(records)))
    [(columns, said)] = work(
        [Placed(Place("events", 0, 1), Frame(payload, len(records), NOW * 10**9, None, meta))]
    )
    rows = pa.ipc.open_stream(columns.payload).read_all().to_pylist() if columns else []
    return sorted(rows, key=lambda row: row["index"]), signals.load(said.payload)


def hec(event: object, **said: object) -> bytes:
    return orjson.dumps({**said, "event": event})


def test_an_event_is_the_same_with_and_without_its_wrapping(work: FrameWork) -> None:
    plain, first = run(work, [orjson.dumps(AUDIT)], "")
    wrapped, second = run(work, [hec(AUDIT)])
    assert {**wrapped[0]} == {name: value for name, value in plain[0].items() if name in wrapped[0]}
    assert first.counts == second.counts
    assert [structure(one) for one in first.matches] == [structure(one) for one in second.matches]


def structure(match: Any) -> tuple[Any, ...]:
    return match.rule, match.time, match.entities, match.fields


def test_what_the_protocol_says_fills_what_the_record_does_not(work: FrameWork) -> None:
    about = {"host": "web1", "time": NOW - 60, "sourcetype": "linux_secure", "fields": {"env": "ci"}}
    rows, _ = run(work, [hec({"message": "hello", "n": 1}, **about), hec(AUDIT, **about)])
    assert [row["host.name"] for row in rows] == ["web1", "web1"]
    assert [row["time"].timestamp() for row in rows] == [utc(NOW - 60), utc(NOW - 5)]
    assert [orjson.loads(row["said"]) for row in rows] == [
        {"hec.sourcetype": "linux_secure", "hec.env": "ci"}
    ] * 2


def utc(seconds: int) -> float:
    """Arrow's times have no zone; neither has what Python makes of them."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).timestamp()


def test_a_record_that_is_not_out_of_its_wrapping_is_kept_and_told(work: FrameWork) -> None:
    rows, said = run(work, [b"no wrapping", hec(AUDIT)])
    assert [(row["refused"], row["raw"]) for row in rows] == [
        ("not JSON", b"no wrapping"),
        (None, orjson.dumps(AUDIT)),
    ]
    assert [(one.reason, one.count) for one in said.refused] == [("not JSON", 1)]
    assert said.received == 2


def test_secrets_in_what_the_protocol_says_are_redacted(work: FrameWork) -> None:
    token = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    rows, said = run(work, [hec({"message": "x"}, fields={"note": token}, host="h")])
    assert token not in rows[0]["said"]
    assert "[redacted:" in rows[0]["said"]
    assert said.redacted == 1


def test_a_canary_is_known_in_its_wrapping(work: FrameWork) -> None:
    record = MARKER.write(Canary("web", "http", NOW * 1000))
    rows, said = run(work, [hec(record.decode())])
    assert [row["source"] for row in rows] == [SOURCE]
    assert [one.way for one in said.canaries] == ["http"]
