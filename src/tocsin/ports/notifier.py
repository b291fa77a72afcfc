"""What a notifier folder (`notify/<kind>/`) exports in `notifier.py`: `open_notifier(name, config) -> Notifier`."""

from typing import Protocol

from msgspec import Struct

from tocsin.errors import DeliveryError
from tocsin.model.event import Value


class Delivery(Struct, frozen=True):
    """One message to send. key: the same for every attempt; receivers that know keys take it once.

    payload: what the message tells, JSON: see docs/reference/alerts.md. at: seconds since 1970, of the attempt.
    """

    key: str
    payload: Value
    at: float


class NotDeliveredError(DeliveryError):
    """A message did not arrive. after: seconds that the receiver asked to wait (Retry-After), if it did."""

    def __init__(self, message: str, *, retryable: bool, after: float | None = None) -> None:
        super().__init__(message, retryable=retryable)
        self.after = after


class Notifier(Protocol):
    """One way to tell a person. `send` is called from one thread at a time."""

    def send(self, delivery: Delivery) -> None:
        """Return when it has arrived; raises NotDeliveredError with what happened, never with a secret in it."""

    def close(self) -> None:
        """Let go of connections."""
