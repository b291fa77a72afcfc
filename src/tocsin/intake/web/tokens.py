"""Who may send: tokens, of which only digests are kept."""

import hashlib
import hmac
import re
from base64 import b64decode
from collections.abc import Mapping

from tocsin.errors import ConfigError
from tocsin.settings.secret import Secret

_HASHED = re.compile(r"sha256:([0-9A-Fa-f]{64})")
_SCHEME = re.compile(rb"([A-Za-z]+) +(\S+)")


class Tokens:
    """The tokens of one input, each with its name."""

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        """Look them up; raises ConfigError."""
        self._digests = {name: _digest(name, secret.resolve()) for name, secret in secrets.items()}

    def __len__(self) -> int:
        return len(self._digests)

    def holder(self, shown: bytes | None) -> str | None:
        """Return the name of the token that a request shows; None for a wrong one and for none.

        How long it takes says nothing about the token: digests are compared, all of them, in constant time.
        """
        if shown is None:
            return None
        digest = hashlib.sha256(shown).digest()
        found = [name for name, one in self._digests.items() if hmac.compare_digest(digest, one)]
        return found[0] if found else None


def bearer(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the token of `Authorization: Bearer`, or of a header of ours; None without one."""
    return scheme(headers, b"bearer") or headers.get(b"x-tocsin-token")


def scheme(headers: Mapping[bytes, bytes], name: bytes) -> bytes | None:
    """Return what stands behind a scheme's name (in small letters) in `Authorization`."""
    found = _SCHEME.fullmatch(headers.get(b"authorization", b""))
    return found[2] if found and found[1].lower() == name else None


def password(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the password of `Authorization: Basic`, whoever the user is."""
    try:
        _, found, word = b64decode(scheme(headers, b"basic") or b"", validate=True).partition(b":")
    except ValueError:
        return None
    return word if found else None


def _digest(name: str, text: str) -> bytes:
    found = _HASHED.fullmatch(text)
    if found:
        return bytes.fromhex(found[1])
    if text.startswith("sha256:"):
        raise ConfigError(
            f"tokens.{name}: sha256: is followed by the 64 hexadecimal digits of the token's SHA-256"
        )
    return hashlib.sha256(text.encode()).digest()
