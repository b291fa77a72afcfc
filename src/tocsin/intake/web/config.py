"""What there is to set of every input over HTTP."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import field

from tocsin.settings.kinds import Input, Remark, Socket, Table
from tocsin.settings.limits import Connections, Tls
from tocsin.settings.says import Says
from tocsin.settings.scalars import Listen, Size
from tocsin.settings.secret import Secret


class Limits(Table, frozen=True, kw_only=True):
    """What one request may be. Beyond it the answer is 413 or 429, and the refusal is counted."""

    body: Annotated[Size, Says("a request's body as sent", least=1024)] = Size(16 << 20)
    unpacked: Annotated[Size, Says("the same, decompressed", least=1024)] = Size(64 << 20)
    ratio: Annotated[int, Says("decompressed bytes for each compressed one, at most", least=2)] = 200
    depth: Annotated[int, Says("levels of nesting of a JSON record", least=2, most=500)] = 64
    events_per_second: Annotated[int, Says("events a second of one token; 0: no limit", least=0)] = 0


class WebInput(Input, frozen=True, kw_only=True, tag=""):
    """The keys that every input over HTTP has. A kind gives `listen` the port that its protocol usually has."""

    listen: Annotated[Listen, Says("address and port")] = Listen("127.0.0.1", 8080)
    tls: Annotated[Tls | None, Says("absent: plain HTTP")] = None
    limits: Limits = Limits()
    connections: Connections = Connections()

    @property
    def guarded(self) -> bool:
        """Whether a sender has to show who it is."""
        return bool(self.tls and self.tls.client_ca)

    def remarks(self) -> Iterator[Remark]:
        """What reaches other machines asks who is there, and is not sent in the clear."""
        if not self.guarded and not self.listen.local:
            yield Remark(("listen",), f"{self.listen} is open to anybody; {self.guard}")
        elif not self.tls and not self.listen.local:
            text = f"{self.listen} takes tokens and logs in the clear; add tls, or let a proxy have it and listen on 127.0.0.1"
            yield Remark(("listen",), text, harmless=True)
        if self.limits.unpacked < self.limits.body:
            yield Remark(
                ("limits", "unpacked"),
                f"{self.limits.unpacked} is less than body, {self.limits.body}; raise it",
            )

    @property
    def guard(self) -> str:
        """What to add so that not anybody can send."""
        return "add tls.client_ca"

    def sockets(self) -> Iterator[Socket]:
        """One."""
        yield Socket("listen", self.listen, "tcp")


class TokenInput(WebInput, frozen=True, kw_only=True, tag=""):
    """The keys of an input whose senders show a token."""

    tokens: Annotated[
        dict[str, Secret],
        Says(
            "who may send; a name for each, any number, so that they can be rotated",
            sample='{ ci = { env = "TOCSIN_CI_TOKEN" } }',
        ),
    ] = field(default_factory=dict)

    @property
    def guarded(self) -> bool:
        """Whether a sender has to show who it is."""
        return bool(self.tokens) or bool(self.tls and self.tls.client_ca)

    @property
    def guard(self) -> str:
        """What to add so that not anybody can send."""
        return "add tokens, or tls.client_ca"
