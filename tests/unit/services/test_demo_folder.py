"""A demo's folder: settings that pass the check, on ports of their own."""

import socket
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.services.demo_folder import make_place
from tocsin.services.demo_sending import HOST
from tocsin.services.kinds import load_settings
from tocsin.services.settings_check import check


def test_its_settings_are_sound(tmp_path: Path) -> None:
    place = make_place(tmp_path / "new" / "one")
    assert check(place.settings) == []
    inputs = load_settings(place.settings).inputs
    assert set(inputs) == {"http", "syslog", "files"}
    assert len({place.http, place.syslog, place.metrics}) == 3
    assert stat.S_IMODE(place.token.stat().st_mode) == 0o600
    assert "@" not in place.settings.read_text()


def test_two_are_two(tmp_path: Path) -> None:
    one, two = make_place(tmp_path / "1"), make_place(tmp_path / "2")
    assert one.token.read_text() != two.token.read_text()


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    before = make_place(tmp_path).settings.read_text()
    with pytest.raises(ConfigError, match="already there"):
        make_place(tmp_path)
    assert (tmp_path / "tocsin.toml").read_text() == before


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"--port {port}: cannot be listened on"):
            make_place(tmp_path, port)


def test_a_port_that_is_free(tmp_path: Path) -> None:
    with closing(socket.create_server((HOST, 0))) as free:
        port = free.getsockname()[1]
    assert make_place(tmp_path, port).http == port


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        make_place(tmp_path / "file" / "inside")
