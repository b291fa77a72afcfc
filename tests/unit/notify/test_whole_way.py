"""From a match to a person, as the hub does it, with real parts all along."""

import json
import time

from receivers import Answers, http
from tocsin.alert.flood import MAX_ALERTS, joined
from tocsin.alert.merge import merged
from tocsin.alert.messages import Telling
from tocsin.alert.stage import Alerting
from tocsin.control.alerts import Applied, Skipped, Ways, apply
from tocsin.control.database import Database
from tocsin.control.listing import page
from tocsin.model.match import Entities, Match, MatchedField, RuleRef
from tocsin.model.place import Place
from tocsin.notify.lane import Lane, Outlet
from tocsin.notify.webhook.config import Config
from tocsin.notify.webhook.notifier import open_notifier
from tocsin.settings.secret import Secret
from tocsin.settings.tables import Route

NOON = 1_795_000_000.0
ROUTES = (
    Route(channels=("scm",), sources=("github_*",), level="high"),
    Route(channels=("rest",), sources=("okta",)),
)


def match(source: str, level: str = "high") -> Match:
    rule = RuleRef("r1", "Deploy key added", level, ("attack.t1098",))
    return Match(
        time=NOON,
        rule=rule,
        source=source,
        event_id=f"{source}-1",
        event={},
        fields=(MatchedField("action", "public_key.create"),),
        entities=Entities(user=("alice",)),
        attack=(),
        file="",
        line=0,
    )


def applied(database: Database, offset: int, *matches: Match) -> Applied | Skipped:
    batch = Alerting({})(Place("signals", 0, offset), NOON + offset, matches)
    with database.write() as connection:
        return apply(
            connection, [batch], ways=Ways(merged, Telling(ROUTES, repeat=3_600), joined, MAX_ALERTS), at=NOON
        )


def sent_to(database: Database, name: str) -> list[dict[str, object]]:
    answers = Answers(200)
    with http(answers) as port:
        config = Config(url=Secret(literal=f"http://127.0.0.1:{port}/"))
        lane = Lane(database, name, Outlet(open_notifier(name, config)), time.time)
        while lane.step() <= time.time():
            pass
    return [json.loads(got.body) for got in answers.got]


def test_a_match_is_told_once_to_whom_it_concerns(database: Database) -> None:
    first = applied(database, 0, match("github_audit"))
    assert isinstance(first, Applied)
    assert first.messages == 1
    assert applied(database, 0, match("github_audit")) is Skipped.APPLIED
    second = applied(database, 1, match("github_audit"), match("okta"))
    assert isinstance(second, Applied)
    assert second.messages == 0  # it was told
    (told,) = sent_to(database, "scm")
    assert told["type"] == "alert.new"
    assert isinstance(told["data"], dict)
    assert told["data"]["sources"] == ["github_audit"]
    assert sent_to(database, "scm") == []
    assert sent_to(database, "rest") == []
    with database.read() as connection:
        (alert,) = page(connection).alerts
    assert alert.sources == ("github_audit", "okta")
    assert alert.told == NOON
