"""The same telling gives the same messages, whoever tells it and however often."""

from typing import Any

from msgspec.structs import replace

from alert_samples import change
from tocsin.alert.merge import merged
from tocsin.alert.messages import Telling
from tocsin.alert.telling import OWN
from tocsin.model.alert import Alert, Grows, Mute, Muted
from tocsin.model.match import RuleRef
from tocsin.model.notice import notice
from tocsin.model.place import Place
from tocsin.notify.words import title
from tocsin.settings.tables import Route

ROUTES = (Route(channels=("chat",)), Route(channels=("oncall", "chat"), level="high"))


def begun(**other: Any) -> Alert:
    return merged(None, change(1, **other), Place("signals", 0, 0))


def grown(before: Alert, **other: Any) -> Alert:
    return merged(before, change(1, **other), Place("signals", 0, 1))


def told(alert: Alert) -> Alert:
    return replace(alert, told=alert.last_arrival)


def test_a_new_alert_is_told_to_each_channel_once() -> None:
    alert = begun(rule=RuleRef("r", "R", "critical"), sources=("okta",))
    messages = Telling(ROUTES)(None, alert)
    assert [one.target for one in messages] == ["chat", "oncall"]
    assert [one.key for one in messages] == [f"{alert.id}:1:new:chat", f"{alert.id}:1:new:oncall"]
    assert {one.alert for one in messages} == {alert.id}
    assert messages == Telling(ROUTES)(None, alert)
    found = notice(messages[0].payload)
    assert (found.type, found.data.because, found.data.first) == ("alert.new", "it is new", True)
    assert (found.data.thread, found.data.level, found.data.sources) == (alert.id, "critical", ("okta",))
    assert (found.data.rule, found.data.fields) == (alert.rule, alert.fields)


def test_one_that_rises_reaches_those_who_were_not_told() -> None:
    first = told(begun())
    risen = grown(first, rule=RuleRef("r", "R", "high"))
    messages = Telling(ROUTES)(first, risen)
    assert [one.key for one in messages] == [f"{first.id}:2:raised:chat", f"{first.id}:2:raised:oncall"]
    assert not notice(messages[0].payload).data.first


def test_one_that_goes_on_is_told_again_after_the_interval() -> None:
    first = told(begun())
    telling = Telling(ROUTES, repeat=60)
    assert telling(first, grown(first, arrived=first.last_arrival + 59)) == []
    again = telling(first, grown(first, arrived=first.last_arrival + 60))
    assert [one.key for one in again] == [f"{first.id}:2:again:chat"]


def test_what_is_silenced_is_not_told_until_it_is_not() -> None:
    quiet = begun(mute=Mute(Muted.SILENCED, "s1"))
    assert Telling(ROUTES)(None, quiet) == []
    loud = grown(quiet)
    assert [notice(one.payload).type for one in Telling(ROUTES)(quiet, loud)] == ["alert.unmuted"]


def test_what_no_route_takes_is_told_when_one_does() -> None:
    only_high = Telling((Route(channels=("oncall",), level="high"),))
    first = begun()
    assert only_high(None, first) == []
    risen = grown(first, rule=RuleRef("r", "R", "high"))
    assert [one.key for one in only_high(first, risen)] == [f"{first.id}:2:new:oncall"]
    assert notice(only_high(first, risen)[0].payload).data.first


def test_what_is_over_says_so_in_its_type_and_title() -> None:
    own = RuleRef("tocsin.canary.broken", "Input does not deliver", "high", (OWN,))
    first = told(begun(rule=own, grows=Grows.REPLACE, series=1))
    (message, _) = Telling(ROUTES)(first, grown(first, rule=own, grows=Grows.REPLACE, series=2, ended=True))
    found = notice(message.payload)
    assert (found.type, found.data.because, found.data.first) == ("alert.resolved", "it is over", False)
    assert found.data.thread == first.id
    assert title(found).startswith("[RESOLVED] Input does not deliver")
