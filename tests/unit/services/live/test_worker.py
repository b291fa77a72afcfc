"""A worker that dies anywhere loses nothing and doubles nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_desk import Desk, Line, after


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=3), max_size=3), max_size=12),
    st.lists(st.integers(0, 6), max_size=5),
)
@settings(deadline=None, max_examples=10)
def test_every_frame_gives_its_results_once_whenever_workers_die(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], lives: list[int]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.put(0, batches)
    desk.put(1, batches[::-1])
    for life in lives:
        desk.live(Line(after(life)))
    while not desk.live(Line()):
        pass
    for partition, sent in ((0, batches), (1, batches[::-1])):
        expected = [(at, b"signals of " + b" ".join(one)) for at, one in enumerate(sent)]
        assert desk.derived("signals", partition) == expected
        columns = [(at, b"columns of " + b" ".join(one)) for at, one in enumerate(sent) if one]
        assert desk.derived("columns", partition) == columns
        consumer = desk.journal.consumer("worker", "events", partition)
        assert consumer.offset == len(sent)
        consumer.close()
