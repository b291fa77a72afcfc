"""One match a line."""

import io

from report_samples import hostile
from tocsin.report import About
from tocsin.report.formats.ndjson import write
from tocsin.report.match_line import line


def test_hostile_text_stays_on_its_line() -> None:
    matches, done = hostile()
    out = io.StringIO(newline="")
    write(out, iter(matches), lambda: done, About())
    assert out.getvalue().splitlines() == [line(one) for one in matches]
