"""What stands behind the settings without being in them: secrets and certificates, which are renewed in their places."""

from hashlib import sha256
from typing import Any

from tocsin.errors import ConfigError
from tocsin.settings.paths import InFile
from tocsin.settings.secret import Secret
from tocsin.settings.walk import walk


def behind(settings: Any) -> bytes:
    """Return a hash of every secret and file that a part of the settings names; what cannot be read counts as none.

    To be compared, in memory: it is not to be written or shown.
    """
    found = sha256()
    for keys, one in walk(settings):
        if isinstance(one, Secret | InFile):
            found.update(repr(keys).encode() + sha256(_content(one)).digest())
    return found.digest()


def _content(one: Secret | InFile) -> bytes:
    try:
        return one.resolve().encode() if isinstance(one, Secret) else one.path.read_bytes()
    except (ConfigError, OSError):
        return b""
