"""What is to be told to somebody: a row of the outbox before it is one."""

from msgspec import Struct

from tocsin.model.event import Value


class Message(Struct, frozen=True):
    """One message for one target (a notifier's name in the settings).

    key: its identity, the same whenever the same is to be told to the same: it is sent once. payload: JSON.
    """

    key: str
    target: str
    payload: Value
    alert: str | None = None
