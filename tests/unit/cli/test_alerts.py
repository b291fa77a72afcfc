"""`tocsin alerts`: lists, tells all of one, and decides only on what was seen."""

import json
import re
from pathlib import Path

import pytest

from alert_samples import NOON, change, run_all
from databases import opened
from tocsin.cli.main import main
from tocsin.control.listing import find
from tocsin.model.alert import Alert, AlertBatch, Status, Verdict, alert_id
from tocsin.model.match import Entities, RuleRef
from tocsin.model.place import Place

IDS = [alert_id(f"{number:032x}", int(NOON) * 1_000_000) for number in range(3)]
HOSTILE = "Rule \x1b[2J\u202e"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "tocsin.toml").write_text('[tocsin]\ndata = "data"\n')
    (tmp_path / "data").mkdir()
    with opened(url(tmp_path)) as database:
        changes = (
            change(0),
            change(1, rule=RuleRef("rule-1", HOSTILE, "critical"), arrived=NOON + 2),
            change(2, entities=Entities(user=("carol",), host=("web1",)), arrived=NOON + 3),
        )
        run_all(database, [AlertBatch(Place("signals", 0, 0), changes)])
    return tmp_path


def url(place: Path) -> str:
    return f"sqlite:///{place}/data/control.db"


def run(place: Path, *words: str) -> int:
    return main(["alerts", *words, "--config", str(place / "tocsin.toml")])


def alert(place: Path, key: str) -> Alert:
    with opened(url(place)) as database, database.read() as connection:
        found = find(connection, key)
    assert found
    return found


def listed(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    run(place, "list", "--format", "json", *words)
    return [one["id"] for one in json.loads(capsys.readouterr().out)["alerts"]]


def test_a_list_is_plain_text_newest_first(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place) == 1
    out = capsys.readouterr().out
    assert re.findall(r"[0-9a-f]{24}", out) == [IDS[2], IDS[1], IDS[0]]
    assert "Rule \\x1b[2J\\u202e" in out
    assert out.isascii()
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--level", "high"], [1]),
        (["--rule", "rule-0", "--rule", "rule-2"], [2, 0]),
        (["--entity", "user:carol"], [2]),
        (["--entity", "carol", "--entity", "host:web1"], [2]),
        (["--entity", "user:carol", "--entity", "ip:192.0.2.1"], []),
        (["--since", "1h"], [2, 1, 0]),
        (["--until", "2001-01-01"], []),
        (["--status", "closed"], []),
        (["--status", "any"], [2, 1, 0]),
        (["--status", "new", "--status", "closed"], [2, 1, 0]),
    ],
)
def test_filters(
    words: list[str],
    expected: list[int],
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.time", lambda: NOON + 60)
    assert listed(place, capsys, *words) == [IDS[number] for number in expected]


def test_pages_hold_everything_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found, words = [], ["list", "--limit", "1"]
    while run(place, *words) == 1:
        told = capsys.readouterr()
        found += re.findall(r"[0-9a-f]{24}", told.out)
        more = re.search(r"--after (\S+)", told.err)
        if not more:
            break
        words = ["list", "--limit", "1", "--after", more[1]]
    assert found == [IDS[2], IDS[1], IDS[0]]


def test_all_of_one(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "ack", IDS[1], "--note", "looking \x1b into it") == 0
    capsys.readouterr()
    assert run(place, "show", IDS[1]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    for text in ("CRITICAL", IDS[1], "acknowledged, triage 2", "action = key.create", "user1", "192.0.2.1"):
        assert text in out
    assert "tocsin search id:event-1" in out
    assert "alert.decide" in out
    assert "looking" in out
    assert run(place, "show", IDS[1], "--format", "json") == 0
    one = json.loads(capsys.readouterr().out)
    assert (one["id"], one["status"], one["events"]) == (IDS[1], "acknowledged", ["event-1"])
    assert one["audit"][0]["detail"]["note"] == "looking \\x1b into it"


def test_a_life_of_decisions(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = IDS[0]
    assert run(place, "assign", key, "--to", "bob") == 0
    assert alert(place, key).assignee == "bob"
    assert run(place, "close", key, "--verdict", "false") == 0
    assert (alert(place, key).status, alert(place, key).verdict) == (Status.CLOSED, Verdict.FALSE)
    capsys.readouterr()
    assert listed(place, capsys) == [IDS[2], IDS[1]]
    assert run(place, "reopen", key) == 0
    assert (alert(place, key).status, alert(place, key).verdict) == (Status.NEW, None)
    assert run(place, "assign", key, "--nobody") == 0
    assert alert(place, key).assignee is None


def test_who_decided_is_recorded(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "alice")
    assert run(place, "assign", IDS[0]) == 0
    assert alert(place, IDS[0]).assignee == "alice"
    capsys.readouterr()
    run(place, "show", IDS[0], "--format", "json")
    assert json.loads(capsys.readouterr().out)["audit"][0]["actor"] == "user:alice"


def test_what_changed_meanwhile_is_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "ack", IDS[0], IDS[1]) == 0
    capsys.readouterr()
    assert run(place, "close", IDS[0], "no-such-alert", "--triage", "1") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{IDS[0]}: its status, verdict, assignee or level has changed" in told.err
    assert "(it is acknowledged, level medium, triage 2)" in told.err
    assert "no-such-alert: there is no such alert" in told.err
    assert run(place, "close", IDS[0], "--triage", "2") == 0


@pytest.mark.parametrize(
    "words",
    [
        ["show"],
        ["show", "no-such-alert"],
        ["close"],
        ["list", IDS[0]],
        ["list", "--limit", "0"],
        ["list", "--entity", "planet:mars"],
        ["list", "--since", "yesterday-ish"],
        ["ack", IDS[0], "--to", "bob"],
        ["assign", IDS[0], "--to", "bob", "--nobody"],
    ],
)
def test_wrong_use(words: list[str], place: Path) -> None:
    assert run(place, *words) == 2


def test_a_place_that_is_none(place: Path) -> None:
    assert run(place, "list", "--after", "nowhere") == 3
