"""Secrets are looked up late, and shown by nothing."""

import copy
import json
import pickle
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import ConfigError
from tocsin.services.kinds import kinds
from tocsin.settings.load import read_content
from tocsin.settings.plain import plain_of
from tocsin.settings.secret import MAX_BYTES, Secret, SecretUrl

HIDDEN = "hunter2-correct-horse"


def test_the_environment_is_looked_up_late() -> None:
    secret = Secret.read({"env": "TOKEN"})
    assert secret.resolve({"TOKEN": HIDDEN}) == HIDDEN
    with pytest.raises(ConfigError, match="not set, or empty"):
        secret.resolve({"TOKEN": ""})


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\n", "empty"), (b"\xff\xfe", "not UTF-8"), (b"x" * (MAX_BYTES + 1), "too large")],
    ids=["empty", "line", "bytes", "large"],
)
def test_files_that_are_no_secret(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(ConfigError, match=words) as refused:
        Secret.read({"file": str(tmp_path / "s")}).resolve()
    assert "xx" not in str(refused.value)


def test_a_file_loses_its_last_line_end_only(tmp_path: Path) -> None:
    (tmp_path / "s").write_text(f" {HIDDEN} \n")
    assert Secret.read({"file": str(tmp_path / "s")}).resolve() == f" {HIDDEN} "
    with pytest.raises(ConfigError, match="No such file"):
        Secret.read({"file": str(tmp_path / "gone")}).resolve()


def test_a_literal_is_shown_by_nothing() -> None:
    secret = Secret.read(HIDDEN)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{(secret,)}", str(secret.reference())]
    assert not any(HIDDEN in one for one in shown)
    with pytest.raises(TypeError):
        msgspec.json.encode(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    reference = Secret.read({"env": "X"})
    assert pickle.loads(pickle.dumps(reference)) == reference  # noqa: S301 (our own)
    assert copy.deepcopy(secret).resolve() == HIDDEN


def test_a_literal_is_found_again_by_its_place(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.toml"
    file.write_text(f"channels.c = {{ kind = 'slack', url = '{HIDDEN}' }}")
    reading = read_content(file.read_bytes(), file, kinds())
    assert reading.settings is not None
    plain = plain_of(reading.settings)
    assert HIDDEN not in str(plain)
    assert HIDDEN not in repr(reading.settings)
    again = Secret.read(plain["channels"]["c"]["url"])
    assert again.resolve() == HIDDEN
    file.write_text("")
    with pytest.raises(ConfigError, match="not there any more"):
        again.resolve()


@pytest.mark.parametrize(
    ("url", "telling"),
    [
        ("postgresql://db/x", False),
        ("postgresql://u:p@db/x", True),
        ("sqlite:///x", False),
        ("http://[", True),
    ],
)
def test_a_url_tells_when_it_holds_a_password(url: str, telling: bool) -> None:
    assert SecretUrl.read(url).telling is telling
    assert ("url" in SecretUrl.read(url).reference()) is not telling


WRONG = [
    'channels.c = {{ kind = "slack", url = ["{0}"] }}',
    'channels.c = {{ kind = "slack", url = {{ env = "{0}" }} }}',
    'channels.c = {{ kind = "slack", url = {{ value = "{0}" }} }}',
    'channels.c = {{ kind = "slack", url = {{ env = "A", file = "{0}" }} }}',
    'channels.c = {{ kind = "slack", ulr = "{0}" }}',
    'inputs.c = {{ kind = "http", tokens = "{0}" }}',
    'inputs.c = {{ kind = "http", tokens = ["{0}"] }}',
    'inputs.c = {{ kind = "http", tokens = {{ a = {{ b = "{0}" }} }} }}',
    'channels.c = "{0}"',
]


@pytest.mark.parametrize("text", WRONG)
def test_no_mistake_repeats_a_secret(text: str) -> None:
    reading = read_content(text.format(HIDDEN).encode(), Path("x"), kinds())
    assert reading.mistakes
    assert not [one for one in reading.mistakes if HIDDEN in str(one)]


@given(st.recursive(st.text() | st.integers(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_reading_is_total_and_silent(value: object) -> None:
    try:
        Secret.read(value)
    except ValueError as error:
        assert str(error).isascii()
