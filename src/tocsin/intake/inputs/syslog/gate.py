"""Who may send, and how much: networks, connections, messages a second."""

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network

from tocsin.intake.inputs.syslog.config import Config
from tocsin.ports.input import Intake, Refusal

ADDRESSES = 10_000
"""Addresses that are remembered at one time; with more than that, counting begins anew."""


class Gate:
    """What is known of the addresses that send."""

    def __init__(self, name: str, config: Config, intake: Intake, clock: Callable[[], float]) -> None:
        """name: the input's. clock: seconds, never backwards."""
        self._name = name
        self._intake = intake
        self._networks = [ip_network(one) for one in config.allow]
        self._rate = config.limits.events_per_second
        self._limits = config.connections
        self._clock = clock
        self._known: dict[str, bool] = {}
        self._second = -1
        self._sent: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    def refuse(self, why: Refusal, count: int = 1) -> None:
        """Count what is not taken."""
        if count:
            self._intake.refused(self._name, why, count)

    def may_send(self, host: str) -> bool:
        """Tell whether an address is in a network that may send."""
        if not self._networks:
            return True
        known = self._known.get(host)
        if known is None:
            if len(self._known) >= ADDRESSES:
                self._known.clear()
            known = self._known[host] = self._is_allowed(host)
        return known

    def allowance(self, host: str, count: int) -> int:
        """Return how many of so many messages an address may send now."""
        if not self._rate:
            return count
        second = int(self._clock())
        if second != self._second or (len(self._sent) >= ADDRESSES and host not in self._sent):
            self._second = second
            self._sent.clear()
        taken = max(0, min(count, self._rate - self._sent[host]))
        self._sent[host] += taken
        return taken

    def enter(self, host: str) -> bool:
        """Count a connection, or tell that there must be none."""
        if not self.may_send(host):
            self.refuse(Refusal.ADDRESS)
            return False
        if self._open.total() >= self._limits.total or self._open[host] >= self._limits.per_address:
            self.refuse(Refusal.CONNECTIONS)
            return False
        self._open[host] += 1
        self._intake.connections(self._name, self._open.total())
        return True

    def leave(self, host: str) -> None:
        """Count a connection that has ended."""
        self._open[host] -= 1
        if not self._open[host]:
            del self._open[host]
        self._intake.connections(self._name, self._open.total())

    def _is_allowed(self, host: str) -> bool:
        address = ip_address(host.partition("%")[0])
        # A socket for both families shows IPv4 senders as ::ffff:192.0.2.1.
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)
