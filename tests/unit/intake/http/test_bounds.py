"""Counting of connections and memory."""

import pytest

from tocsin.intake.http.bounds import Budget, Gate, Hold


@pytest.mark.parametrize(
    ("addresses", "let_in"),
    [
        (["10.0.0.1"] * 3, [True, True, False]),
        (["10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.3"], [True, True, True, False]),
        (["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"], [True, True, False, True]),
        (["::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1", "::ffff:10.0.0.2"], [True, True, False, True]),
        (["fe80::1%eth0", "fe80::2%eth0", "fe80::3%eth1"], [True, True, False]),
    ],
)
def test_connections_are_counted_by_sender(addresses: list[str], let_in: list[bool]) -> None:
    gate = Gate(total=3, per_address=2)
    assert [gate.enter(address) for address in addresses] == let_in
    for address, inside in zip(addresses, let_in, strict=True):
        if inside:
            gate.leave(address)
    assert gate.count == 0
    assert gate.enter(addresses[0])


def test_memory_is_given_back_once() -> None:
    budget = Budget(10)
    first, second = Hold(budget), Hold(budget)
    assert first.take(6)
    assert not second.take(5)
    assert second.take(4)
    first.free()
    first.free()
    assert budget.used == 4
