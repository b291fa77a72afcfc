"""The folder of a demo: settings, a token, a rule of its own, and the log files that are followed."""

import re
import secrets
import shutil
import socket
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.services.demo_sending import HOST
from tocsin.services.demo_story import FOLDER


class Place(NamedTuple):
    """A folder and the ports of its inputs."""

    folder: Path
    http: int
    syslog: int
    metrics: int

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "tocsin.toml"

    @property
    def token(self) -> Path:
        """What the HTTP input asks for."""
        return self.folder / "token"

    @property
    def logs(self) -> Path:
        """Where the files lie that are followed."""
        return self.folder / "logs"


def make_place(folder: Path, port: int = 0) -> Place:
    """Write the files, on free ports of the loopback. port: of the HTTP input; 0: a free one. Raises ConfigError."""
    with ExitStack() as held:  # all at once, so that they differ
        made = Place(folder.absolute(), *(_free(held, wanted) for wanted in (port, 0, 0)))
    if made.settings.exists():
        settings = plain(str(made.settings), 300)
        raise ConfigError(
            f"{settings}: already there; go on with it by `tocsin serve`, or name another folder"
        )
    try:
        _write(made)
    except OSError as error:
        raise ConfigError(f"{plain(str(error.filename), 300)}: cannot be written: {error.strerror}") from None
    return made


def _free(held: ExitStack, port: int) -> int:
    """Return a port that is free for TCP and UDP; it is held until all are chosen."""
    stream = held.enter_context(closing(socket.socket()))
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    datagrams = held.enter_context(closing(socket.socket(type=socket.SOCK_DGRAM)))
    try:
        stream.bind((HOST, port))
        datagrams.bind((HOST, stream.getsockname()[1]))
    except OSError as error:
        raise ConfigError(f"--port {port}: cannot be listened on: {error.strerror}") from None
    return int(stream.getsockname()[1])


def _write(place: Place) -> None:
    place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.logs.mkdir(exist_ok=True)
    for name in ("access.log", "audit.log"):
        (place.logs / name).touch()
    shutil.copytree(FOLDER / "rules", place.folder / "rules", dirs_exist_ok=True)
    place.token.touch(mode=0o600)
    place.token.write_text(secrets.token_urlsafe(24), encoding="ascii")
    ports = {"HTTP": place.http, "SYSLOG": place.syslog, "METRICS": place.metrics}
    text = (FOLDER / "tocsin.toml").read_text(encoding="utf-8")
    place.settings.write_text(
        re.sub(r"@([A-Z]+)@", lambda found: str(ports[found[1]]), text), encoding="utf-8"
    )
