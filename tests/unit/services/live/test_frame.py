"""One frame of events gives a row for each event, and says what it found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import tocsin.sources
from live_rules import live_rules
from tocsin.model import received, signals
from tocsin.model.canary import SOURCE, Canary, Marker
from tocsin.model.columns import NORMALISED, NUMBERS, OWN
from tocsin.model.place import Place
from tocsin.model.received import Context, Received
from tocsin.model.signals import Count, Heard, Signals
from tocsin.normalise.columns import MAX_TEXT, Rows, Spot, streams
from tocsin.normalise.identity import Account, Identities
from tocsin.ports.journal import Frame
from tocsin.services.live.derive import Placed
from tocsin.services.live.frame import FrameWork
from tocsin.services.live.poison import REASON
from tocsin.sources import catalog

NOW = 1_795_000_000
PLACE = Place("events", 2, 77)
MARKER = Marker(bytes(32))
HERE = Path(tocsin.sources.__file__).parent


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> FrameWork:
    return FrameWork(live_rules(tmp_path_factory.mktemp("rules")), lambda records: (records, 0), MARKER)


def frame(records: Sequence[bytes], source: str = "") -> Frame:
    payload, meta = received.dump(Received(Context("web", source), list(records)))
    return Frame(payload, len(records), NOW * 10**9, None, meta)


def run(
    work: FrameWork, records: Sequence[bytes], source: str = "", without: frozenset[int] = frozenset()
) -> tuple[list[dict[str, Any]], Signals]:
    [(columns, said)] = work([Placed(PLACE, frame(records, source), without)])
    rows = pa.ipc.open_stream(columns.payload).read_all().to_pylist() if columns else []
    return rows, signals.load(said.payload)


def audit(**fields: object) -> bytes:
    return orjson.dumps({"@timestamp": NOW * 1000, "_document_id": "x", "action": "repo.create", **fields})


def moment(row: dict[str, Any]) -> float | None:
    time: datetime | None = row["time"]
    return time.replace(tzinfo=UTC).timestamp() if time else None


def lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines() if line.strip()]


@pytest.mark.parametrize(
    "source", [one for one in catalog().values() if one.unpack is None], ids=lambda one: one.name
)
def test_every_record_of_every_source_is_a_row(work: FrameWork, source: Any) -> None:
    records = [line for path in sorted(HERE.glob(f"{source.name}/samples/*")) for line in lines(path)]
    rows, said = run(work, records)
    assert {row["index"] for row in rows} == set(range(len(records)))
    assert len({(row["index"], row["part"]) for row in rows}) == len(rows)
    assert sum(one.events + one.refused for one in said.counts) == len(rows)
    assert sum(row["refused"] is not None for row in rows) == sum(one.count for one in said.refused)
    assert said.received == len(records)
    for row in rows:
        assert row["raw"] in records or catalog()[row["source"]].expand
        assert (moment(row) or 0) <= NOW


def test_the_payload_is_as_the_model_says(work: FrameWork) -> None:
    [(columns, _)] = work([Placed(PLACE, frame([audit(actor="mona", repo="octo/cat"), b"no log at all"]))])
    assert columns
    schema = pa.ipc.open_stream(columns.payload).schema
    for name, kind in OWN.items():
        assert name == "said" or str(schema.field(name).type) == kind
    for name in set(schema.names) - OWN.keys():
        assert name in NORMALISED
        assert str(schema.field(name).type) == ("uint32" if name in NUMBERS else "string")
    assert (columns.origin, columns.arrived, columns.events) == (PLACE, NOW * 10**9, 2)
    assert received.context_of(columns.meta) == Context("web")


def test_matches_and_observations_name_their_event(work: FrameWork) -> None:
    quiet, public = audit(), audit(action="repo.access", visibility="public", actor="mona")
    failed = audit(action="org.login_failed", actor="eve")
    rows, said = run(work, [quiet, public, failed])
    assert [(one.rule.title, one.event_id, one.time) for one in said.matches] == [
        ("Repository made public", "2-77-1", NOW)
    ]
    assert [(one.event, one.values) for one in said.observations] == [("2-77-2", {"actor": "eve"})]
    assert {row["index"]: row["raw"] for row in rows}[1] == public


def test_what_nobody_can_read_is_stored_with_the_reason(work: FrameWork) -> None:
    rows, said = run(work, [audit(), b'{"broken": ', b"\xff\xfe\x00 neither text nor JSON"])
    refused = {row["index"]: (row["source"], row["refused"], row["raw"]) for row in rows if row["refused"]}
    assert set(refused) == {1, 2}
    assert refused[1][2] == b'{"broken": '
    assert all(reason for _, reason, _ in refused.values())
    assert sum(one.refused for one in said.counts) == 2
    assert {one.event for one in said.refused} <= {"2-77-1", "2-77-2"}


@pytest.mark.parametrize(
    ("stamp", "expected", "clamped"),
    [
        (NOW * 1000 - 5_000, NOW - 5, 0),
        ((NOW + 1) * 1000, NOW, 1),
        (7_258_118_400_000, NOW, 1),  # the year 2200
        (0, 0, 0),
        ("not a time", None, 0),
    ],
)
def test_no_event_is_later_than_its_arrival(
    work: FrameWork, stamp: object, expected: float | None, clamped: int
) -> None:
    record = audit(**{"@timestamp": stamp, "action": "repo.access", "visibility": "public"})
    rows, said = run(work, [record])
    assert moment(rows[0]) == expected
    assert said.matches[0].time == (NOW if expected is None else expected)
    assert said.clamped == clamped


def test_records_that_kill_are_stored_unread(work: FrameWork) -> None:
    rows, said = run(
        work, [audit(), audit(action="repo.access", visibility="public")], without=frozenset({1})
    )
    assert [(row["index"], row["refused"]) for row in rows] == [(0, None), (1, REASON)]
    assert not said.matches


def test_a_tick_has_no_columns(work: FrameWork) -> None:
    rows, said = run(work, [])
    assert not rows
    assert (said.received, said.arrived, said.counts) == (0, NOW, ())


def test_records_that_hold_several_events_are_a_row_each(work: FrameWork) -> None:
    said = [{"timeUnixNano": str(NOW * 10**9), "body": {"stringValue": text}} for text in ("one", "two")]
    record = orjson.dumps({"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": said}]}]})
    rows, signalled = run(work, [record])
    assert [(row["index"], row["part"], row["source"]) for row in rows] == [
        (0, 0, "otel_log"),
        (0, 1, "otel_log"),
    ]
    assert signalled.received == 1


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(),
            st.integers(),
            st.floats(),
            st.lists(st.text(), max_size=3),
            st.dictionaries(st.text(), st.integers(), max_size=3),
        ),
        min_size=1,
    )
)
@settings(deadline=None)
def test_any_value_makes_a_column(values: list[object]) -> None:
    size = len(values)
    columns = {"user.name": [*values[:-1], "half \ud800 a pair"], "source.port": values}
    rows = Rows("x", [Spot(0, at, 0) for at in range(size)], [b""] * size, [None] * size, columns)
    [written] = streams([rows], 1)
    table = pa.ipc.open_stream(written or b"").read_all()
    texts = table.column("user.name").to_pylist()
    assert len(texts) == size
    for text, value in zip(texts, columns["user.name"], strict=True):
        if isinstance(value, str):
            assert text == value.encode("utf-8", "replace").decode()[:MAX_TEXT]
        assert (text is None) == (value is None)
    for number in table.column("source.port").to_pylist() if "source.port" in table.column_names else ():
        assert number is None or 0 <= number < 2**32


def test_canaries_are_stored_and_no_rule_sees_them(work: FrameWork) -> None:
    canary = Canary("web", "http", NOW * 1000 - 250)
    marked, public = MARKER.write(canary), audit(action="repo.access", visibility="public")
    rows, said = run(work, [public, marked, audit()])
    assert [(row["index"], row["source"], row["raw"]) for row in rows if row["source"] == SOURCE] == [
        (1, SOURCE, marked)
    ]
    assert said.canaries == (Heard("2-77-1", "http", canary.sent),)
    assert [match.event_id for match in said.matches] == ["2-77-0"]
    assert Count(SOURCE, 1, 0, NOW - 0.25, NOW - 0.25) in said.counts
    assert sum(one.events + one.refused for one in said.counts) == len(rows) == said.received == 3


def test_a_canary_alone_in_its_frame_is_enough(work: FrameWork) -> None:
    rows, said = run(work, [MARKER.write(Canary("web", "http", NOW * 1000))], "github_audit")
    assert (len(rows), len(said.canaries), said.refused) == (1, 1, ())


NO_CANARIES = [
    MARKER.write(Canary("other", "http", NOW * 1000)),
    MARKER.write(Canary("web", "http", (NOW - 3600) * 1000)),
    MARKER.write(Canary("web", "http", (NOW + 3600) * 1000)),
    Marker(b"\1" * 32).write(Canary("web", "http", NOW * 1000)),
    MARKER.write(Canary("web", "http", NOW * 1000)) + b" more",
]


@pytest.mark.parametrize("record", NO_CANARIES)
def test_what_only_looks_like_one_is_an_event_like_any_other(work: FrameWork, record: bytes) -> None:
    rows, said = run(work, [audit(), record])
    assert said.canaries == ()
    assert [row["raw"] for row in rows if row["source"] != "github_audit"] == [record]
    assert sum(one.events + one.refused for one in said.counts) == len(rows) == 2


def test_nobody_hides_an_attack_behind_a_marker(work: FrameWork) -> None:
    marked = MARKER.write(Canary("web", "http", NOW * 1000)).decode()
    hidden = [
        audit(action="repo.access", visibility="public", note=marked),
        b" ".join([marked.encode(), audit(action="repo.access", visibility="public")]),
    ]
    _, said = run(work, hidden, "github_audit")
    assert [match.event_id for match in said.matches] == ["2-77-0"]
    assert said.canaries == ()


def test_a_canary_that_kills_is_stored_unread(work: FrameWork) -> None:
    rows, said = run(work, [MARKER.write(Canary("web", "http", NOW * 1000))], without=frozenset({0}))
    assert (said.canaries, [row["refused"] for row in rows]) == ((), [REASON])


def test_people_behind_accounts(tmp_path: Path) -> None:
    rules = replace(live_rules(tmp_path), identities=Identities({Account("github", "mona"): "Mona Lisa"}))
    work = FrameWork(rules, lambda records: (records, 0), MARKER)
    public = {"action": "repo.access", "visibility": "public"}
    _, said = run(work, [audit(actor="Mona", **public), audit(actor="zoe", **public)])
    known, unknown = said.matches
    assert (known.entities.user, known.entities.person) == (("Mona",), ("Mona Lisa",))
    assert known.people == (("Mona", "Mona Lisa"),)
    assert (unknown.entities.person, unknown.people) == ((), ())


SAMPLES = [line for path in sorted(HERE.glob("*/samples/*")) for line in lines(path) if len(line) < 4_000]
KINDS = [
    audit(action="repo.access", visibility="public", actor="mona"),
    audit(action="org.login_failed", actor="eve"),
    audit(**{"@timestamp": (NOW + 60) * 1000}),
    MARKER.write(Canary("web", "http", NOW * 1000)),
    b'{"broken": ',
    b"\xff no log",
]


def content(columns: Frame | None) -> list[dict[str, Any]]:
    rows = pa.ipc.open_stream(columns.payload).read_all().to_pylist() if columns else []
    assert len(rows) == (columns.events if columns else 0)
    filled = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return sorted(filled, key=lambda row: (row["index"], row["part"]))


def said_of(frame: Frame) -> object:
    said = signals.load(frame.payload)
    lists = ("matches", "observations", "counts", "refused", "canaries")
    return structs.replace(said, **{name: tuple(sorted(getattr(said, name), key=repr)) for name in lists})


@given(
    st.lists(
        st.tuples(
            st.lists(st.one_of(st.sampled_from(KINDS), st.sampled_from(SAMPLES)), max_size=12),
            st.sampled_from(["", "", "github_audit"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(deadline=None, max_examples=40)
def test_what_a_frame_gives_does_not_depend_on_those_beside_it(
    work: FrameWork, batches: list[tuple[list[bytes], str, bool]]
) -> None:
    placed = [
        Placed(Place("events", number % 2, number), frame(records, source), frozenset({0} if kills else ()))
        for number, (records, source, kills) in enumerate(batches)
        if records or not kills
    ]
    together = work(placed)
    for one, (columns, said) in zip(placed, together, strict=True):
        [(own_columns, own_said)] = work([one])
        assert content(columns) == content(own_columns)
        assert said_of(said) == said_of(own_said)
        assert said.origin == one.place


def test_observations_name_source_entities_and_people(tmp_path: Path) -> None:
    rules = replace(live_rules(tmp_path), identities=Identities({Account("github", "mona"): "Mona Lisa"}))
    work = FrameWork(rules, lambda records: (records, 0), MARKER)
    failed = {"action": "org.login_failed", "actor_ip": "192.0.2.7"}
    _, said = run(work, [audit(actor="Mona", **failed), audit(actor="zoe", **failed)])
    assert [one.about for one in said.observations] == [
        ("source:github_audit", "user:Mona", "ip:192.0.2.7", "person:Mona Lisa"),
        ("source:github_audit", "user:zoe", "ip:192.0.2.7"),
    ]
