"""Decisions of people: only on what they saw, and never without a record."""

import json

import pytest
from sqlalchemy import func, select

from alert_samples import NOON, change, run_all
from tocsin.control.audit import By
from tocsin.control.database import Database
from tocsin.control.listing import find
from tocsin.control.tables import ALERT, AUDIT
from tocsin.control.triage import MAX_NAME, MAX_NOTE, Decision, Refused, decide
from tocsin.control.verify import Verified, verify
from tocsin.model.alert import Alert, AlertBatch, Status, Verdict
from tocsin.model.match import RuleRef
from tocsin.model.place import Place

ALICE = By("user:alice", NOON + 60)


@pytest.fixture
def alert(database: Database) -> str:
    arrive(database, 0)
    with database.read() as connection:
        return str(connection.scalars(select(ALERT.c.id)).one())


def arrive(database: Database, offset: int, level: str = "medium") -> None:
    more = change(rule=RuleRef("rule-0", "Rule 0", level))
    run_all(database, [AlertBatch(Place("signals", 0, offset), (more,))])


def decided(database: Database, alert: str, decision: Decision, triage: int = 1) -> Alert | Refused:
    with database.write() as connection:
        return decide(connection, alert, decision, triage=triage, by=ALICE)


def records(database: Database) -> list[tuple[str, str, str, object]]:
    wanted = select(AUDIT.c.actor, AUDIT.c.action, AUDIT.c.object, AUDIT.c.detail).order_by(AUDIT.c.seq)
    with database.read() as connection:
        assert isinstance(verify(connection), Verified)
        return [(*row[:3], json.loads(row[3])) for row in connection.execute(wanted)]


def test_a_decision_is_kept_and_recorded(database: Database, alert: str) -> None:
    decision = Decision(status=Status.CLOSED, verdict=Verdict.BENIGN_EXPECTED, assignee="bob")
    after = decided(database, alert, decision)
    assert isinstance(after, Alert)
    assert (after.status, after.verdict, after.assignee) == (Status.CLOSED, Verdict.BENIGN_EXPECTED, "bob")
    assert (after.triage, after.revision) == (2, 2)
    with database.read() as connection:
        assert find(connection, alert) == after
    assert records(database)[-1] == (
        "user:alice",
        "alert.decide",
        f"alert:{alert}",
        {
            "from": {"status": "new", "verdict": None, "assignee": None},
            "to": {"status": "closed", "verdict": "benign-expected", "assignee": "bob"},
            "triage": 2,
        },
    )


def test_what_is_not_named_stays_and_none_takes_back(database: Database, alert: str) -> None:
    decided(database, alert, Decision(verdict=Verdict.TRUE, assignee="bob"))
    after = decided(database, alert, Decision(assignee=None), triage=2)
    assert isinstance(after, Alert)
    assert (after.status, after.verdict, after.assignee) == (Status.NEW, Verdict.TRUE, None)


def test_who_saw_an_older_state_is_refused(database: Database, alert: str) -> None:
    assert isinstance(decided(database, alert, Decision(status=Status.ACKNOWLEDGED)), Alert)
    before = records(database)
    assert decided(database, alert, Decision(status=Status.CLOSED)) is Refused.STALE
    assert records(database) == before
    with database.read() as connection:
        found = find(connection, alert)
    assert found
    assert found.status is Status.ACKNOWLEDGED


def test_more_events_do_not_count_against_a_decision(database: Database, alert: str) -> None:
    arrive(database, 1)
    after = decided(database, alert, Decision(status=Status.ACKNOWLEDGED))
    assert isinstance(after, Alert)
    assert (after.count, after.revision, after.triage) == (2, 3, 2)


def test_a_risen_level_does(database: Database, alert: str) -> None:
    arrive(database, 1, "critical")
    assert decided(database, alert, Decision(status=Status.CLOSED)) is Refused.STALE


def test_a_decision_that_changes_nothing_is_not_recorded(database: Database, alert: str) -> None:
    before = len(records(database))
    after = decided(database, alert, Decision(status=Status.NEW))
    assert isinstance(after, Alert)
    assert (after.triage, len(records(database))) == (1, before)


def test_a_note_is_recorded_bounded_and_plain(database: Database, alert: str) -> None:
    decided(database, alert, Decision(note="\x1b" + "n" * 10_000))
    *_, detail = records(database)[-1]
    assert isinstance(detail, dict)
    assert detail["note"].startswith(r"\x1bnn")
    assert len(detail["note"]) == MAX_NOTE
    assert (detail["from"], detail["triage"]) == (detail["to"], 1)


@pytest.mark.parametrize("name", ["", "no-such-alert", "\0", "\ud800", "x" * 100_000])
def test_an_alert_that_is_not_there(database: Database, name: str) -> None:
    assert decided(database, name, Decision(status=Status.CLOSED)) is Refused.UNKNOWN


def test_an_assignee_is_bounded_and_plain(database: Database, alert: str) -> None:
    after = decided(database, alert, Decision(assignee="\x1b[2J\0" + "b" * 10_000))
    assert isinstance(after, Alert)
    assert after.assignee
    assert after.assignee.startswith(r"\x1b[2J\x00bb")
    assert len(after.assignee) == MAX_NAME


def test_a_decision_and_its_record_are_both_there_or_neither(database: Database, alert: str) -> None:
    def fail() -> None:
        with database.write() as connection:
            decide(connection, alert, Decision(status=Status.CLOSED), triage=1, by=ALICE)
            raise LookupError("on the way")

    with pytest.raises(LookupError):
        fail()
    with database.read() as connection:
        assert connection.scalar(select(func.count()).where(AUDIT.c.action == "alert.decide")) == 0
        assert connection.scalar(select(ALERT.c.status)) == "new"
