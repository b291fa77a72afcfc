"""The numbers at the end."""

from report_samples import few, summary
from tocsin.model.summary import Summary
from tocsin.report.digest import Digest
from tocsin.report.facts import facts, headline, ledger, place, rejected


def test_every_record_is_accounted_for() -> None:
    done = summary(few())
    assert done.records == done.events + done.rejected + done.outside
    assert ledger(done) == "12,400 = 12,345 events + 12 rejected + 43 outside the time range"


def test_the_headline_counts_by_level() -> None:
    assert (
        headline(Digest().take(few())) == "5 matches of 4 rules: 1 critical, 2 high, 1 low, 1 informational"
    )
    assert headline(Digest()) == "No rule matched"


def test_an_empty_hunt_has_numbers_too() -> None:
    assert dict(facts(Summary(), Digest())) == {
        "Matches": "No rule matched",
        "Records": "0 = 0 events + 0 rejected",
        "Read": "0 files, 0 B in 0 s",
        "Rules": "0 loaded",
    }


def test_rejected_records_stand_by_reason_most_frequent_first() -> None:
    found = list(rejected(summary(few())))
    assert [(reason, count) for reason, count, _ in found] == [("not JSON", 11), ("line too long", 1)]
    assert place(found[0][2][0]) == "logs/cloudtrail.json.gz:17"
