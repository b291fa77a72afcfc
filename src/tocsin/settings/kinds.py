"""What every input and every channel has, whatever its kind; and the kinds that were found.

A kind is one folder with a `config.py`: `class Config(Input, frozen=True, kw_only=True, tag="<folder>")`.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, NamedTuple, TypeAlias

from msgspec import Struct

from tocsin.settings.quote import Keys
from tocsin.settings.says import Says
from tocsin.settings.scalars import Duration, Listen


class Remark(NamedTuple):
    """What a table says about its own keys. keys: from the table on. harmless: `serve` starts all the same."""

    keys: Keys
    text: str
    harmless: bool = False


class Socket(NamedTuple):
    """Something that will be listened on. protocol: `tcp` or `udp`."""

    key: str
    listen: Listen
    protocol: str


class Table(Struct, frozen=True, kw_only=True):
    """A table of the settings file. Its keys say what they are with `Says`."""

    def remarks(self) -> Iterator[Remark]:
        """Yield what is wrong between its keys."""
        yield from ()

    def sockets(self) -> Iterator[Socket]:
        """Yield what it will listen on."""
        yield from ()


class Input(Table, frozen=True, kw_only=True, tag=""):
    """The keys that every kind of input has."""

    source: Annotated[
        str,
        Says(
            "what the logs are, see `tocsin sources`; empty: told from the content of each record",
            sample='"github_audit"',
        ),
    ] = ""
    retention: Annotated[str, Says("the retention class of its events, one of [store.retention]")] = (
        "standard"
    )
    canary: Annotated[bool, Says("whether [canary] sends its test events through here")] = True


class Channel(Table, frozen=True, kw_only=True, tag=""):
    """The keys that every kind of channel has."""

    timeout: Annotated[Duration, Says("how long one delivery may take", least=0.1)] = Duration(10)
    per_minute: Annotated[int, Says("deliveries a minute, at most; what is above waits", least=1)] = 60
    give_up_after: Annotated[
        Duration, Says("how long a delivery is tried again before it is a dead letter")
    ] = Duration(86_400)


Kinds: TypeAlias = Mapping[type, Mapping[str, type[Table]]]
"""Input and Channel -> the kinds of each, by name."""


def kind_of(table: Table) -> str:
    """Return the word that `kind` has in the file."""
    return str(table.__struct_config__.tag)
