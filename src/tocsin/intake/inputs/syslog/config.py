"""What there is to set of a syslog input."""

from collections.abc import Iterator
from typing import Annotated, Literal

from tocsin.settings.kinds import Input, Remark, Socket, Table
from tocsin.settings.limits import Connections, Tls
from tocsin.settings.says import Says
from tocsin.settings.scalars import Listen, Network, Size


class Limits(Table, frozen=True, kw_only=True):
    """What one message may be, and how many there may be. What is beyond is dropped, and counted."""

    message: Annotated[Size, Says("one message", least=480)] = Size(64 << 10)
    events_per_second: Annotated[int, Says("messages a second of one address; 0: no limit", least=0)] = 0


class Config(Input, frozen=True, kw_only=True, tag="syslog"):
    """Receives syslog: RFC 3164 and 5424, over UDP, TCP (both framings) and TLS."""

    listen: Annotated[Listen, Says("address and port, for every protocol")] = Listen("127.0.0.1", 5514)
    protocols: Annotated[
        tuple[Literal["udp", "tcp", "tls"], ...], Says("tcp and tls share a port, so only one of them")
    ] = ("udp", "tcp")
    allow: Annotated[
        tuple[Network, ...],
        Says(
            "networks that may send; []: any that can reach the port",
            sample='["10.0.0.0/8", "2001:db8::/32"]',
        ),
    ] = ()
    tls: Annotated[Tls | None, Says('for the protocol "tls"')] = None
    limits: Limits = Limits()
    connections: Connections = Connections()

    def remarks(self) -> Iterator[Remark]:
        """TLS needs a certificate, and a certificate TLS."""
        if not self.protocols:
            yield Remark(("protocols",), 'is empty; write ["udp", "tcp"]')
        if {"tcp", "tls"} <= set(self.protocols):
            yield Remark(
                ("protocols",),
                'has "tcp" and "tls" for one port; make two inputs, each with a port of its own',
            )
        if "tls" in self.protocols and not self.tls:
            yield Remark(
                ("protocols",), 'has "tls", and there is no certificate; add tls = { cert = …, key = … }'
            )
        if self.tls and "tls" not in self.protocols:
            yield Remark(("tls",), 'is not used; add "tls" to protocols', harmless=True)
        if not self.listen.local and not self.allow and not (self.tls and self.tls.client_ca):
            text = f"{self.listen} believes whoever can reach it; name the networks that may send in allow"
            yield Remark(("listen",), text, harmless=True)

    def sockets(self) -> Iterator[Socket]:
        """One for each transport."""
        for one in sorted({"udp" if name == "udp" else "tcp" for name in self.protocols}):
            yield Socket("listen", self.listen, one)
