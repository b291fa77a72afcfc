"""Frames become rows, once each, whatever goes wrong in between."""

from contextlib import suppress
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from store_samples import ARRIVED, Filled, event, frame, payload
from tocsin.errors import ConfigError, DamageError, DataError, DeliveryError
from tocsin.model.place import Place
from tocsin.model.received import Context, EventId
from tocsin.ports.journal import Frame
from tocsin.ports.store import Question
from tocsin.store import dead
from tocsin.store.block import insert, table_of
from tocsin.store.loader import Bounds
from tocsin.store.plan import Plan, PlanFile, Span

EVERY = Question()


def test_a_row_has_all_that_its_frame_and_its_event_say(fresh: Filled) -> None:
    record = '{"a": 1, "b": {"c": "d"}, "e": null}'
    given = event(record, user__name="Al", source__port=0, time=ARRIVED - 7, refused="")
    fresh.load([given], context=Context("hook", retention="long"))
    row = fresh.reader.get(EventId(0, 0, 0))
    assert row is not None
    assert (row.time, row.arrived) == (ARRIVED - 7, ARRIVED)
    assert (row.source, row.input, row.retention, row.refused) == ("test", "hook", "long", "")
    assert row.values == {"user.name": "Al", "source.port": 0}
    assert row.fields == {"a": "1", "b": '{"c":"d"}'}
    assert row.raw == record.encode()


@pytest.mark.parametrize("time", [None, -1])
def test_an_event_without_a_time_that_can_be_has_that_of_its_arrival(fresh: Filled, time: int | None) -> None:
    fresh.load([event(time=time)])
    assert fresh.reader.search(EVERY).rows[0].time == ARRIVED


def test_bytes_that_are_no_text_stay_as_they_are(fresh: Filled) -> None:
    raw = bytes(range(256)) * 3
    fresh.load([event(raw)])
    assert fresh.reader.search(EVERY).rows[0].raw == raw


def test_frames_wait_until_there_are_enough(fresh: Filled) -> None:
    fresh.loader.close()
    loader = fresh.opened(Bounds(rows=3, seconds=5))
    fresh.write([frame(0, [event()])])
    fresh.write([frame(0, [event()], partition=1)], partition=1)
    assert loader.step() == 0
    fresh.write([frame(1, [event()])])
    assert loader.step() == 3
    fresh.write([frame(2, [event()])])
    assert loader.step() == 0
    fresh.now += 5
    assert loader.step() == 1
    assert loader.loaded.blocks == 2
    loader.close()


def test_what_comes_fast_waits_for_a_larger_block(fresh: Filled) -> None:
    fresh.loader.close()
    loader = fresh.opened(Bounds(seconds=1, brisk=5, patience=4))
    for offset, events in enumerate((6, 6, 6)):
        fresh.write([frame(offset, [event()] * events)])
        assert loader.step() == 0
        fresh.now += 1
    assert loader.step() == 0
    fresh.now += 1
    assert loader.step() == 18
    fresh.write([frame(3, [event()] * 4)])
    assert loader.step() == 0
    fresh.now += 1
    assert loader.step() == 4
    loader.close()


def test_a_finished_plan_is_not_carried_out_again(fresh: Filled) -> None:
    fresh.load([event()] * 3)
    fresh.loader.close()
    again = fresh.opened()
    assert again.step(flush=True) == 0
    assert fresh.reader.count(EVERY) == 3
    fresh.loader = again


def planned(fresh: Filled) -> list[Frame]:
    """Write three frames of three parts of the table, and a plan that was not finished."""
    frames = [
        frame(0, [event()] * 2),
        frame(1, [event()] * 3, context=Context("hook", retention="long")),
        frame(2, [event()] * 4, arrived=ARRIVED - 86_400_000_000),
    ]
    fresh.loader.close()
    fresh.write(frames)
    PlanFile(fresh.folder).write(Plan((Span(0, 0, 3),)))
    return frames


@pytest.mark.parametrize("there", [[], [0], [1, 2], [0, 1, 2]])
def test_a_plan_that_a_crash_cut_off_is_finished(fresh: Filled, there: list[int]) -> None:
    frames = planned(fresh)
    insert(fresh.database, [table_of(frames[number]) for number in there], "0-0-3")
    fresh.loader = fresh.opened()
    assert fresh.loader.step() == sum(frames[number].events for number in {0, 1, 2} - set(there))
    assert fresh.reader.count(EVERY) == 9
    assert fresh.loader.step(flush=True) == 0


def test_a_plan_whose_consumers_moved_on_in_part_was_inserted(fresh: Filled) -> None:
    fresh.loader.close()
    for partition in range(2):
        fresh.write([frame(0, [event()], partition=partition)], partition)
    PlanFile(fresh.folder).write(Plan((Span(0, 0, 1), Span(1, 0, 1))))
    consumer = fresh.journal.consumer("store", "columns", 0)
    consumer.commit(1)
    consumer.close()
    fresh.loader = fresh.opened()
    assert fresh.loader.step() == 0
    assert fresh.reader.count(EVERY) == 0
    fresh.write([frame(1, [event()])])
    assert fresh.loader.step(flush=True) == 1


def test_a_plan_of_frames_that_never_were_is_damage(fresh: Filled) -> None:
    fresh.loader.close()
    PlanFile(fresh.folder).write(Plan((Span(0, 0, 1),)))
    fresh.loader = fresh.opened()
    with pytest.raises(DamageError, match="planned and is not there"):
        fresh.loader.step()


def test_a_spoiled_plan_is_damage(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(b'[["0"')
    with pytest.raises(DamageError, match="delete it"):
        PlanFile(tmp_path).read()


def test_the_same_token_is_inserted_once(fresh: Filled) -> None:
    table = table_of(frame(0, [event()] * 2))
    for _ in range(2):
        insert(fresh.database, [table], "0-0-1")
    assert fresh.reader.count(EVERY) == 2


def broken(payload_: bytes, meta: bytes = msgspec.msgpack.encode(Context("hook"))) -> Frame:
    return Frame(payload_, 1, ARRIVED * 1_000, Place("events", 0, 7), meta)


BROKEN = {
    "no Arrow": broken(b"no arrow"),
    "nothing": broken(b""),
    "no origin": Frame(payload(pa.table({})), 1, ARRIVED, None, msgspec.msgpack.encode(Context("hook"))),
    "no context": broken(frame(0, [event()]).payload, b"\xc1"),
    "columns missing": broken(payload(pa.table({"raw": pa.array([b"x"])}))),
    "a wrong type": broken(payload(pa.table({"raw": [b"x"], "index": ["x"], "part": [0], "source": [""]}))),
    "cut off": broken(frame(0, [event()] * 100).payload[:-300]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_frame_that_cannot_be_read_is_set_aside_and_the_line_goes_on(fresh: Filled, name: str) -> None:
    fresh.write([frame(0, [event()]), BROKEN[name], frame(8, [event()])])
    assert fresh.loader.step(flush=True) == 2
    (letter,) = (fresh.folder / "dead").iterdir()
    content = msgspec.msgpack.decode(letter.read_bytes())
    assert content["reason"].startswith(("no frame of columns", "frame of columns without"))
    assert content["payload"] == BROKEN[name].payload
    assert fresh.loader.loaded.dead == 1
    assert sum(fresh.loader.loaded.reasons.values()) == 1


@pytest.mark.parametrize(("bound", "value"), [("MAX_FILES", 2), ("MAX_BYTES", 600)])
def test_dead_letters_are_bounded_and_the_oldest_stay(
    fresh: Filled, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(dead, bound, value)
    spoiled = [structs.replace(broken(bytes(100)), origin=Place("events", 0, number)) for number in range(4)]
    fresh.write([*spoiled, frame(8, [event()])])
    assert fresh.loader.step(flush=True) == 1
    assert sorted(one.name for one in (fresh.folder / "dead").iterdir()) == ["0-0.msgpack", "0-1.msgpack"]
    assert (fresh.loader.loaded.dead, fresh.loader.loaded.unkept) == (4, 2)


WHOLE = frame(0, [event("x" * 50, user__name="al", source__port=1)] * 3)


@given(
    at=st.integers(0, len(WHOLE.payload) - 1),
    byte=st.integers(0, 255),
    end=st.integers(0, len(WHOLE.payload)),
)
@settings(max_examples=300, deadline=None)
def test_a_spoiled_frame_is_read_or_refused(at: int, byte: int, end: int) -> None:
    spoiled = bytearray(WHOLE.payload)
    spoiled[at] = byte
    for content in (bytes(spoiled), bytes(spoiled[:end])):
        with suppress(DataError):
            assert table_of(broken(content)).num_rows <= 3


def test_one_process_at_a_time_loads(fresh: Filled) -> None:
    with pytest.raises(DeliveryError, match="another process is consumer"):
        fresh.opened()


def test_a_folder_with_a_question_mark_is_refused(tmp_path: Path) -> None:
    from tocsin.store.database import Database

    with pytest.raises(ConfigError, match="question mark"):
        Database(tmp_path / "what?")
