"""`tocsin.toml` -> Settings, or every mistake in it with its place."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.settings.across import across
from tocsin.settings.kinds import Kinds
from tocsin.settings.mistake import Fault, Mistake, SettingsError, Severity
from tocsin.settings.place import placed
from tocsin.settings.positions import Place, Positions
from tocsin.settings.quote import dotted
from tocsin.settings.reader import WRONG, Reader
from tocsin.settings.secret import Secret, advice
from tocsin.settings.shapes import shapes
from tocsin.settings.tables import Settings
from tocsin.settings.walk import walk

MAX_BYTES = 256 * 1024
MAX_LINE = 4096
"""In characters. tomllib's time grows with the square of the parts of one dotted key."""
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


@dataclass(slots=True)
class Reading:
    """What came of a settings file. settings: None when it cannot be used; then there is an error."""

    path: Path
    positions: Positions
    settings: Settings | None = None
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether there is no error; warnings there may be."""
        return self.settings is not None and all(one.severity is Severity.WARNING for one in self.mistakes)

    def note(self, faults: Iterable[Fault]) -> None:
        """Take faults in, with their places."""
        self.mistakes += [self._mistake(fault) for fault in faults]

    def _mistake(self, fault: Fault) -> Mistake:
        place = self.positions.find(fault.keys, on_key=fault.on_key)
        return Mistake(str(self.path), *place, dotted(fault.keys), fault.text, fault.severity)


def load(path: Path, kinds: Kinds) -> Settings:
    """Read the settings; raises SettingsError with every mistake, ConfigError when the file cannot be read."""
    reading = read_file(path, kinds)
    if not reading.usable or reading.settings is None:
        raise SettingsError(one for one in reading.mistakes if one.severity is Severity.ERROR)
    return reading.settings


def read_file(path: Path, kinds: Kinds) -> Reading:
    """Read a settings file; raises ConfigError when it cannot be read. What is wrong in it is in the result."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no path has such a name"
        raise ConfigError(
            f"{plain(str(path), 300)}: cannot be read: {why}; `tocsin init` writes one"
        ) from None
    return read_content(content, path, kinds)


def read_content(content: bytes, path: Path, kinds: Kinds) -> Reading:
    """Read the bytes of a settings file. Total: any bytes give a Reading. path: what relative paths are meant from."""
    try:
        text = _text(content)
        document = tomllib.loads(text)
        positions = Positions(text)
    except tomllib.TOMLDecodeError as error:
        return _broken(path, *_syntax(content, error))
    except RecursionError:
        return _broken(path, Place(1, 1), "nests too deep to be settings")
    except ValueError as error:  # such as a date that no calendar has
        return _broken(path, Place(1, 1), f"is not TOML: {plain(str(error), 200)}")
    reading = Reading(path, positions)
    _interpret(reading, document, kinds)
    _literals(reading, text)
    reading.mistakes.sort(key=lambda one: (one.line, one.column))
    return reading


def read_document(document: dict[str, Any], kinds: Kinds) -> Settings:
    """Read what `plain.plain_of` wrote; raises SettingsError."""
    reading = Reading(Path("snapshot"), Positions(""))
    reader = Reader(kinds)
    found = reader.table(Settings, document, ())
    errors = [fault for fault in reader.faults if fault.severity is Severity.ERROR]
    if found is WRONG or errors:
        reading.note(errors)
        raise SettingsError(reading.mistakes)
    settings: Settings = found
    return settings


def _interpret(reading: Reading, document: dict[str, Any], kinds: Kinds) -> None:
    reader = Reader(kinds)
    found = reader.table(Settings, document, ())
    reading.note(reader.faults)
    if found is not WRONG:
        reading.settings = placed(found, reading.path.absolute())
        reading.note(across(reading.settings, document))


def _literals(reading: Reading, text: str) -> None:
    """Tell of secrets in the file: by their key, and by their shape wherever else they stand."""
    found = [keys for keys, one in walk(reading.settings) if isinstance(one, Secret) and one.telling]
    reading.note(Fault(keys, advice("a secret"), Severity.WARNING) for keys in found)
    told = {reading.positions.find(keys).line for keys in found}
    for line, column, what in shapes(text):
        if line not in told:
            reading.mistakes.append(
                Mistake(str(reading.path), line, column, "", advice(what), Severity.WARNING)
            )


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1024} KiB")
    text = content.decode("utf-8-sig")
    longest = max(map(len, text.split("\n")))
    if longest > MAX_LINE:
        raise ValueError(f"a line has {longest} characters; {MAX_LINE} are allowed")
    return text


def _syntax(content: bytes, error: tomllib.TOMLDecodeError) -> tuple[Place, str]:
    found = _WHERE.search(str(error))
    text = _WHERE.sub("", str(error))
    lines = content.decode("utf-8-sig").split("\n")
    end = Place(len(lines), len(lines[-1]) + 1)
    place = Place(int(found[1]), int(found[2])) if found and found[1] else end
    return place, f"is not TOML: {plain(text, 200)}; what comes after it was not looked at"


def _broken(path: Path, place: Place, text: str) -> Reading:
    return Reading(path, Positions(""), None, [Mistake(str(path), *place, "", text)])
