"""Every text format byte for byte, of the same few matches; `--update-golden` rewrites, the diff is reviewed."""

import io
from pathlib import Path

import pytest

from report_samples import T0, few, summary
from tocsin.report import About, load, names

FOLDER = Path(__file__).parent / "report"
ABOUT = About(version="0.1.0", inputs=("logs",), made=T0 + 3600, color=False, width=100)


def written(name: str) -> bytes:
    matches = few()
    out = io.StringIO()
    load(name).write(out, iter(matches), lambda: summary(matches), ABOUT)
    return out.getvalue().encode()


@pytest.mark.parametrize("name", names())
def test_a_format_is_written_as_pinned(name: str, update_golden: bool) -> None:
    golden = FOLDER / f"few.{name}"
    if update_golden:
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(written(name))
    assert written(name) == golden.read_bytes()


def test_a_format_that_is_asked_for_in_color_writes_the_same_words() -> None:
    matches = few()
    out = io.StringIO()
    about = About(version="0.1.0", color=True, width=100)
    load("table").write(out, iter(matches), lambda: summary(matches), about)
    bare = "".join(
        part.partition("m")[2] if index else part for index, part in enumerate(out.getvalue().split("\x1b["))
    )
    words = [line.rstrip() for line in bare.splitlines()]
    assert "\x1b[" in out.getvalue()
    assert words == [line.rstrip() for line in written("table").decode().splitlines()]
