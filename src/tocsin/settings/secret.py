"""Secrets: the settings hold where one is, and it is looked up when it is used. No text form shows one."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.settings.quote import Keys, dotted

MAX_BYTES = 64 * 1024
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
HOW = 'write { env = "NAME" } or { file = "/path" }'


class Secret:
    """A reference: an environment variable, a file, or (`toml`, `keys`) a literal left in the settings file.

    No Struct, so that no encoder writes it out unasked. Its `repr` is the reference.
    """

    __slots__ = ("_literal", "env", "file", "keys", "toml")

    def __init__(
        self, *, env: str = "", file: str = "", toml: str = "", keys: Keys = (), literal: str = ""
    ) -> None:
        self.env, self.file, self.toml, self.keys, self._literal = env, file, toml, keys, literal

    @classmethod
    def read(cls, value: Any) -> Self:
        """Take `{env}`, `{file}` or, for `check` to complain of, a literal. No error repeats what was written."""
        if isinstance(value, str) and value:
            return cls(literal=value)
        given = value if isinstance(value, dict) else {}
        if set(given) == {"toml", "keys"} and isinstance(given["keys"], list):
            return cls(toml=str(given["toml"]), keys=tuple(given["keys"]))
        name = next(iter(given.values()), None) if len(given) == 1 else None
        if not isinstance(name, str) or not name or not set(given) <= {"env", "file"}:
            raise ValueError(f"is no reference to a secret; {HOW}")
        if "env" in given and not _NAME.fullmatch(name):
            raise ValueError("names no environment variable: letters, digits and _, not a digit first")
        if "\0" in name:
            raise ValueError("holds a NUL, which no path has")
        return cls(**given)

    @property
    def literal(self) -> bool:
        """Whether the secret itself stands in the settings file."""
        return bool(self._literal)

    @property
    def telling(self) -> bool:
        """Whether whoever reads the settings file knows the secret."""
        return self.literal

    def reference(self) -> dict[str, Any]:
        """Return the reference as TOML has it: what a snapshot holds."""
        if self.env:
            return {"env": self.env}
        return {"file": self.file} if self.file else {"toml": self.toml, "keys": list(self.keys)}

    def placed(self, toml: Path, keys: Keys) -> Self:
        """Return it as seen from anywhere: a relative path is meant from the settings file's folder."""
        if self.file:
            return type(self)(file=str(toml.parent / self.file))
        return type(self)(toml=str(toml), keys=keys, literal=self._literal) if self.telling else self

    def resolve(self, environment: Mapping[str, str] | None = None) -> str:
        """Look it up; raises ConfigError that says which reference failed and why."""
        if self._literal:
            return self._literal
        if self.env:
            found = (os.environ if environment is None else environment).get(self.env, "")
            if not found:
                raise ConfigError(f"{self!r}: the environment variable is not set, or empty; set it")
            return found
        return _from_file(Path(self.file), self) if self.file else self._from_toml()

    def _from_toml(self) -> str:
        try:
            found: Any = tomllib.loads(Path(self.toml).read_text(encoding="utf-8"))
            for key in self.keys:
                found = found[key]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            found = None
        if not isinstance(found, str):
            raise ConfigError(f"{self!r}: is not there any more; {HOW}") from None
        return found

    def __repr__(self) -> str:
        if self.env:
            return f'{{ env = "{plain(self.env, 128)}" }}'
        if self.file:
            return f'{{ file = "{plain(self.file, 200)}" }}'
        return f'{{ toml = "{plain(self.toml, 200)}", key = "{dotted(self.keys)}" }}'

    __str__ = __repr__

    def __reduce_ex__(self, protocol: Any) -> str | tuple[Any, ...]:
        """Pickles end up in files and queues."""
        if self._literal:
            raise TypeError("a secret is not pickled")
        return super().__reduce_ex__(protocol)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # it cannot change

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[object, ...]:
        # A literal and the reference to its place are one: what a snapshot gives back equals what was put in.
        return (self.env, self.file, self.toml, self.keys, "" if self.toml else self._literal)


class SecretUrl(Secret):
    """A URL that may hold a password: as a literal it is fine as long as it does not."""

    __slots__ = ()

    @property
    def telling(self) -> bool:
        try:
            return self.literal and urlsplit(self._literal).password is not None
        except ValueError:
            return True

    def reference(self) -> dict[str, Any]:
        return super().reference() if self.telling or not self.literal else {"url": self._literal}

    @classmethod
    def read(cls, value: Any) -> Self:
        plain_url = value.get("url") if isinstance(value, dict) and set(value) == {"url"} else value
        return super().read(plain_url)


def advice(what: str) -> str:
    """Say what to do about a secret in the file."""
    return f"{what} stands in this file, where every reader, backup and repository of it has it; {HOW}, and change it"


def _from_file(path: Path, secret: Secret) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        found = content.decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise ConfigError(f"{secret!r}: cannot be read: {why}") from None
    if not found or len(content) > MAX_BYTES:
        raise ConfigError(f"{secret!r}: is {'too large to be a secret' if found else 'empty'}")
    return found
