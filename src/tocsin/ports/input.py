"""What an input folder (`intake/inputs/<kind>/`) is to the intake role, and the role to it.

A folder exports, beside `config.py`, `input.py` with `open_input(name, config, intake) -> Input`. All of an
input runs in the event loop of the intake role; what takes long is for threads of its own. `canary.py` has
`ways(config, folder) -> {transport: Send}`: how a test event gets in, sent by another process; blocking.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol, TypeAlias

from tocsin.model.received import Received

Send: TypeAlias = Callable[[bytes], None]
"""Delivers one record to an input as its senders do. Raises a retryable DeliveryError."""


class Refusal(Enum):
    """Why an input did not take something. A reason is a label of a counter: there are only these."""

    TOKEN = "no valid token"
    TOO_LARGE = "above a limit of size"
    TOO_DEEP = "nested too deeply"
    BOMB = "decompresses to too much"
    MALFORMED = "cannot be read"
    RATE = "above a limit of rate"
    CONNECTIONS = "too many connections"
    IDLE = "silent for too long"
    ADDRESS = "an address that may not send"
    BUSY = "the journal takes no more"
    LOST = "the system had dropped it before it could be read"


class Intake(Protocol):
    """What an input is handed."""

    async def take(self, batch: Received) -> None:
        """Return when all records are durable. Nobody may be answered before.

        Raises DeliveryError: retryable when the journal has no room (tell the sender to wait); not retryable
        when the role is about to end. Waiting for it is the back-pressure: an input bounds what it has waiting.
        Batches with `redo` of one input are kept in order, each in frames of its own; others may be joined
        into one frame with those that are taken at the same moment. A large batch is split into frames.
        """

    def refused(self, name: str, why: Refusal, count: int = 1) -> None:
        """Count what an input did not take. name: the input's."""

    def connections(self, name: str, count: int) -> None:
        """Say how many connections are open now."""

    def redo(self, name: str) -> Sequence[bytes]:
        """Return `Context.redo` of this input's durable batches that its last `saved` did not know of, oldest first."""

    def saved(self, name: str) -> None:
        """Say that everything taken until now need not be handed to `redo` again: the input has stored how far it is."""


class Input(Protocol):
    """A running input."""

    @property
    def addresses(self) -> Sequence[str]:
        """Where it listens (`127.0.0.1:8080/tcp`), as bound; empty if it does not."""

    async def start(self) -> None:
        """Begin. Raises ConfigError if it cannot: says what, where, and what to do."""

    async def stop(self, grace: float) -> None:
        """Take nothing new; finish within so many seconds what was received, then let go of everything."""
