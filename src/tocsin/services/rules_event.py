"""The one event that `rules explain` is asked about, as a hunt would read it from the file."""

from itertools import islice

from tocsin.errors import ConfigError
from tocsin.intake.files import Progress, Unit, read
from tocsin.intake.lines import Loss
from tocsin.sources import catalog


def read_event(path: str, line: int = 0) -> tuple[bytes, str]:
    """Return the record, and its source if the file's format says which. line: where it starts; 0: it is the only one."""
    pieces = read(Unit(path), list(catalog().values()), Progress())
    found = list(islice((one for one in pieces if not line or one[1].line == line), 2))
    where = f"{path}:{line}" if line else path
    if not found:
        raise ConfigError(f"{where}: there is no event {'that starts there' if line else 'in it'}")
    if len(found) > 1:
        advice = (
            "keep one of them in a file of its own" if line else "say with --line N on which line it starts"
        )
        raise ConfigError(f"{where}: holds more than one event; {advice}")
    origin, piece = found[0]
    if isinstance(piece, Loss):
        raise ConfigError(f"{where}: {piece.error}")
    return piece.content, origin.source
