"""Files that a command writes: opened before the work, in their place only when they are whole."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TextIO

from tocsin.errors import ConfigError, DeliveryError
from tocsin.services.hunt.leftovers import clear, held


@contextmanager
def created(path: str) -> Iterator[TextIO]:
    """Give a file to write to; what was at the path stays there until all is written."""
    target = Path(path).resolve()
    apart = not target.exists() or target.is_file()  # a pipe or a device must not be replaced
    place = target.with_name(f".{target.name[:100]}.{os.getpid()}.part") if apart else target
    if apart:
        clear(target.parent, re.compile(rf"\.{re.escape(target.name[:100])}\.([0-9]{{1,9}})\.part"))
    try:
        file = place.open("x" if apart else "w", encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        with held(place) if apart else nullcontext():
            yield file
            with writing(path):
                file.close()
                if apart:
                    _put(place, target)
    finally:
        with suppress(OSError):  # what was wrong with the disk was said
            file.close()
        if apart:
            place.unlink(missing_ok=True)


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Say by name what could not be written. A reader that left is another matter, for the caller."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DeliveryError(
            f"{name}: cannot be written: {error.strerror or error}", retryable=False
        ) from None


def _put(place: Path, target: Path) -> None:
    if target.exists():
        place.chmod(target.stat().st_mode & 0o777)
    place.replace(target)
