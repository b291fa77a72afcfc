"""What a protocol is to the site: where its senders knock, how they show who they are, and the words of every answer."""

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from tocsin.intake.http.message import Head, Response
from tocsin.intake.web.refusing import Refused


class Reading(NamedTuple):
    """What a request brought.

    records: for the journal, as sent where that can be. carrier: what they are wrapped in (`sources/carriers/`), or empty.
    told: what only the dialect understands, for its answer. delivery: the sender's own id of the request, by which
    one that is sent again is known; empty without one.
    """

    records: list[bytes]
    carrier: str = ""
    told: object = None
    delivery: str = ""


Reply: TypeAlias = Callable[[Head, bytes], Response]
"""Answers without taking anything. Given the head and the unpacked body; may raise Refused."""
Read: TypeAlias = Callable[[Head, bytes], Reading]
"""Takes a body apart, maybe in a thread of its own: it must not touch the dialect's state. May raise Refused."""


class Way(Struct, frozen=True):
    """What is behind a path: `reply` where something is said, `read` where events are taken.

    open: asks nobody for a token.
    """

    methods: tuple[str, ...]
    reply: Reply | None = None
    read: Read | None = None
    open: bool = False


class Dialect(Protocol):
    """A protocol over HTTP. One for each input; all but `Read` runs in the event loop.

    delivers: whether its senders give requests an id.
    """

    delivers: bool

    def way(self, head: Head) -> Way | None:
        """Return what is behind a path, None for nothing."""

    def shown(self, head: Head) -> bytes | None:
        """Return the token that a request shows."""

    def taken(self, head: Head, reading: Reading) -> Response:
        """Answer a request of which all records are durable."""

    def refusal(self, head: Head, refused: Refused) -> Response:
        """Say in the protocol's words that a request is refused."""
