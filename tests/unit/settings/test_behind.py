"""A secret or a certificate that was renewed in its place is noticed; what is the same is not."""

from pathlib import Path

import pytest

from tocsin.services.kinds import load_settings
from tocsin.settings.behind import behind

SETTINGS = """
[inputs.web]
kind = "http"
tokens = { first = { file = "token" }, second = { env = "SECOND_TOKEN" } }
tls = { cert = "cert.pem", key = "key.pem" }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECOND_TOKEN", "two")
    (tmp_path / "tocsin.toml").write_text(SETTINGS)
    for name in ("token", "cert.pem", "key.pem"):
        (tmp_path / name).write_text(name)
    return tmp_path


def seen(folder: Path) -> bytes:
    return behind(load_settings(folder / "tocsin.toml").inputs)


def test_what_is_the_same_stays_the_same(folder: Path) -> None:
    before = seen(folder)
    (folder / "token").write_text("token")
    assert seen(folder) == before


@pytest.mark.parametrize("name", ["token", "cert.pem", "key.pem"])
def test_what_is_renewed_or_gone_is_noticed(folder: Path, name: str) -> None:
    before = seen(folder)
    (folder / name).write_text("renewed")
    renewed = seen(folder)
    (folder / name).unlink()
    assert len({before, renewed, seen(folder)}) == 3


def test_two_that_change_places_are_noticed(folder: Path) -> None:
    before = seen(folder)
    (folder / "cert.pem").write_text("key.pem")
    (folder / "key.pem").write_text("cert.pem")
    assert seen(folder) != before
