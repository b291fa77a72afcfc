"""What a key says of itself: the example file, the reference page and the reader all take it from here."""

from msgspec import Struct


class Says(Struct, frozen=True):
    """Stands beside a key's type: `Annotated[int, Says("how many", least=1)]`.

    sample: the key's value as TOML, for a key that has no default to show. least and most: bounds of a number,
    both allowed.
    """

    text: str
    sample: str = ""
    least: float | None = None
    most: float | None = None
