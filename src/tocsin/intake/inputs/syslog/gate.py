"""Who may send, and how much: networks, connections, messages a second."""

from collections import Counter
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network

from tocsin.ports.input import Refusal

ADDRESSES = 10_000
"""Addresses that are remembered at one time; with more than that, counting begins anew."""


class Gate:
    """What is known of the addresses that send."""

    def __init__(
        self,
        allow: Sequence[str],
        events_per_second: int,
        connections: tuple[int, int],
        clock: Callable[[], float],
    ) -> None:
        """connections: in total, and of one address. clock: seconds, never backwards."""
        self._networks = [ip_network(one) for one in allow]
        self._rate = events_per_second
        self._total, self._each = connections
        self._clock = clock
        self._known: dict[str, bool] = {}
        self._second = -1
        self._sent: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many connections are open."""
        return self._open.total()

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

    def enter(self, host: str) -> Refusal | None:
        """Count a connection, or return why there must be none."""
        if not self.may_send(host):
            return Refusal.ADDRESS
        if self._open.total() >= self._total or self._open[host] >= self._each:
            return Refusal.CONNECTIONS
        self._open[host] += 1
        return None

    def leave(self, host: str) -> None:
        """Count a connection that has ended."""
        self._open[host] -= 1
        if not self._open[host]:
            del self._open[host]

    def _is_allowed(self, host: str) -> bool:
        address = ip_address(host.partition("%")[0])
        # A socket for both families shows IPv4 senders as ::ffff:192.0.2.1.
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)
