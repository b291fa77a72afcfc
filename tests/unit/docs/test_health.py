"""docs/reference/health.md tells of every metric, as the monitor itself does."""

import re

from docs_pages import ROOT
from tocsin.services.live import lag, machine, refusals, rhythm
from tocsin.telemetry.catalog import HELP

PAGE = (ROOT / "docs" / "reference" / "health.md").read_text(encoding="utf-8")


def test_every_metric_is_told_in_its_own_words() -> None:
    told = re.findall(r"^\| `tocsin_(\w+)` \| [^|]*\| (.+) \|$", PAGE, re.MULTILINE)
    assert told == list(HELP.items())


def test_numbers_of_the_page_are_those_of_the_code() -> None:
    assert (rhythm.TIMES, rhythm.FLOOR_SECONDS, rhythm.TIMES_AT_FIRST) == (3, 600, 6)
    assert (rhythm.WEEKS, rhythm.LEAST_GAPS, rhythm.LATE_TIMES) == (4, 20, 10)
    assert (rhythm.LATE_FOR_SECONDS, rhythm.LATE_FLOOR_SECONDS) == (600, 900)
    assert (refusals.LEAST_SHARE, refusals.TIMES, refusals.LEAST_RECORDS) == (0.05, 5, 50)
    assert (lag.LATE_SECONDS, machine.STEP_SECONDS) == (60, 1)
