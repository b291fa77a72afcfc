"""What the settings ask of this machine: files that must be there, certificates, secrets that can be read."""

import os
import ssl
import stat
from collections.abc import Iterator
from glob import iglob
from itertools import islice
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.settings.limits import Tls
from tocsin.settings.mistake import Fault, Severity
from tocsin.settings.paths import InFile, InPath, OutFolder, Pattern
from tocsin.settings.quote import Keys, quoted
from tocsin.settings.secret import Secret
from tocsin.settings.tables import Settings
from tocsin.settings.walk import walk

MAX_FILES = 1000


def probe(settings: Settings) -> Iterator[Fault]:
    """Yield what is not as the settings have it. Looks, and changes nothing; no error shows a secret."""
    for keys, one in walk(settings):
        if isinstance(one, InFile | InPath):
            yield from _there(keys, one)
        elif isinstance(one, OutFolder):
            yield from _writable(keys, one.path)
        elif isinstance(one, Pattern):
            yield from _fits(keys, one)
        elif isinstance(one, Secret):
            yield from _resolves(keys, one)
        elif isinstance(one, Tls):
            yield from _certificate(keys, one)


def _there(keys: Keys, one: InFile | InPath) -> Iterator[Fault]:
    why = _unreadable(one.path)
    if why:
        yield Fault(keys, f"{quoted(str(one))} {why}")
    elif isinstance(one, InFile) and not one.path.is_file():
        yield Fault(keys, f"{quoted(str(one))} is no file; name a file")


def _unreadable(path: Path) -> str:
    try:
        path.stat()
    except OSError as error:
        return f"cannot be read: {error.strerror}; mend the path"
    allowed = os.access(path, os.R_OK | (os.X_OK if path.is_dir() else 0))
    return "" if allowed else "cannot be read: Permission denied; let the user that runs Tocsin read it"


def _writable(keys: Keys, folder: Path) -> Iterator[Fault]:
    try:
        there = next(one for one in (folder, *folder.parents) if one.exists())
    except OSError as error:
        yield Fault(keys, f"{quoted(str(folder))} cannot be used: {error.strerror}; choose another folder")
        return
    if not there.is_dir():
        yield Fault(keys, f"{quoted(str(there))} is no folder; choose another")
    elif not os.access(there, os.W_OK | os.X_OK):
        # The service makes it with rights that whoever checks need not have.
        text = (
            f"{quoted(str(there))} cannot be written by this user; run the check as the user that runs Tocsin"
        )
        yield Fault(keys, text, Severity.WARNING)


def _fits(keys: Keys, pattern: Pattern) -> Iterator[Fault]:
    if keys[-2:-1] == ("exclude",):
        return
    found = list(islice(iglob(pattern, recursive=True), MAX_FILES))  # noqa: PTH207 (absolute patterns)
    if not found:
        yield Fault(
            keys, f"{quoted(str(pattern))} is no file yet; nothing is read until it is", Severity.WARNING
        )
    shut = next((why for path in found if (why := _unreadable(Path(path)))), "")
    if shut:
        yield Fault(keys, f"{quoted(str(pattern))} {shut}", Severity.WARNING)


def _resolves(keys: Keys, secret: Secret) -> Iterator[Fault]:
    if secret.literal:
        return
    try:
        secret.resolve()
    except ConfigError as error:
        # The variables of a service are not those of the shell in which it is checked.
        yield Fault(keys, str(error), Severity.WARNING if secret.env else Severity.ERROR)
    if secret.file and _is_open(Path(secret.file)):
        text = f"{secret!r} can be read by every user of this machine; chmod o-r"
        yield Fault(keys, text, Severity.WARNING)


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _certificate(keys: Keys, tls: Tls) -> Iterator[Fault]:
    """What cannot be read at all is told by its key; here, whether it is what it should be."""
    if any(_unreadable(one.path) or not one.path.is_file() for one in (tls.cert, tls.key)):
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # A passphrase would be asked for on the terminal.
        context.load_cert_chain(tls.cert, tls.key, password=lambda: b"")
    except (ssl.SSLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        text = f"cannot be used with the key: {quoted(str(why))}; give a PEM certificate and its own key, without a passphrase"
        yield Fault((*keys, "cert"), text)
    if tls.client_ca and tls.client_ca.path.is_file():
        yield from _authorities((*keys, "client_ca"), tls.client_ca)


def _authorities(keys: Keys, file: InFile) -> Iterator[Fault]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(file)
    except (ssl.SSLError, OSError) as error:
        why = getattr(error, "reason", None) or error
        yield Fault(keys, f"holds no certificates: {quoted(str(why))}; give PEM certificates")
