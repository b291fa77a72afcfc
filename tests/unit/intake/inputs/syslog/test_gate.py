"""Rates by address, with a table that cannot grow without end."""

import pytest

from intakes import Recorder
from tocsin.intake.inputs.syslog import gate
from tocsin.intake.inputs.syslog.config import Config, Limits
from tocsin.intake.inputs.syslog.gate import Gate
from tocsin.settings.limits import Connections
from tocsin.settings.scalars import Network


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def made(config: Config) -> tuple[Gate, Recorder, Clock]:
    recorder, clock = Recorder(), Clock()
    return Gate("sys", config, recorder, clock), recorder, clock


def test_an_address_has_its_allowance_each_second() -> None:
    one, _, clock = made(Config(limits=Limits(events_per_second=10)))
    assert [one.allowance("a", 7), one.allowance("a", 7), one.allowance("a", 7)] == [7, 3, 0]
    assert one.allowance("b", 20) == 10
    clock.now = 1.0
    assert one.allowance("a", 7) == 7


def test_invented_addresses_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "ADDRESSES", 10)
    one, _, _ = made(Config(limits=Limits(events_per_second=1), allow=(Network("192.0.2.0/24"),)))
    for number in range(1000):
        assert one.allowance(f"198.51.{number // 250}.{number % 250}", 1) == 1
        assert not one.may_send(f"198.51.{number // 250}.{number % 250}")
    assert len(one._sent) <= 10
    assert len(one._known) <= 10


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.9", True),
        ("::ffff:192.0.2.9", True),
        ("192.0.3.9", False),
        ("fe80::1%eth0", True),
        ("2001:db8::1", False),
    ],
)
def test_networks(host: str, expected: bool) -> None:
    one, _, _ = made(Config(allow=(Network("192.0.2.0/24"), Network("fe80::/10"))))
    assert one.may_send(host) is expected


def test_connections_are_counted_by_address_and_in_all() -> None:
    one, recorder, _ = made(Config(connections=Connections(total=3, per_address=2)))
    assert [one.enter(host) for host in "aaabb"] == [True, True, False, True, False]
    assert recorder.open == 3
    one.leave("a")
    assert one.enter("b")
    for host in "abb":
        one.leave(host)
    assert recorder.open == 0
    assert not one._open
