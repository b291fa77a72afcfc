"""`tocsin channels test`: what it sends, and what it says."""

import json
from pathlib import Path

import pytest

from live_load.monitor import free_port
from receivers import Answers, http
from tocsin.cli.main import main


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    file = tmp_path / "tocsin.toml"
    file.write_text(
        '[channels.oncall]\nkind = "webhook"\nurl = { env = "HOOK" }\n'
        '[channels.chat]\nkind = "slack"\nurl = { env = "HOOK" }\n'
        '[[routes]]\nchannels = ["oncall", "chat"]\n'
    )
    monkeypatch.delenv("HOOK", raising=False)
    return str(file)


def run(*words: str) -> int:
    return main(["channels", "test", *words])


@pytest.mark.parametrize("name", ["oncall", "chat"])
def test_a_message_that_is_marked(
    name: str, settings: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers(200, b"ok")
    with http(answers) as port:
        monkeypatch.setenv("HOOK", f"http://127.0.0.1:{port}/T0PS3CRET")
        assert run(name, "--config", settings) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{name}: delivered in ")
    assert "T0PS3CRET" not in said
    (got,) = answers.got
    body = json.loads(got.body)
    if name == "oncall":
        assert body["type"] == "test"
        assert got.headers["webhook-id"].startswith("test:")
    else:
        assert "Test message from Tocsin" in body["text"]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (503, "not delivered: the answer was 503; it would be tried again, not before 30 s\n"),
        (404, "not delivered: the answer was 404; it would be given up\n"),
    ],
)
def test_what_happened(
    status: int,
    said: str,
    settings: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http(Answers(status, Retry_After="30")) as port:
        monkeypatch.setenv("HOOK", f"http://127.0.0.1:{port}/")
        assert run("oncall", "--config", settings) == 1
    assert capsys.readouterr().out == f"oncall: {said}"


def test_nobody_is_there(
    settings: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", f"http://127.0.0.1:{free_port()}/T0PS3CRET")
    assert run("oncall", "--config", settings) == 1
    assert capsys.readouterr().out == "oncall: not delivered: connection refused; it would be tried again\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("onkall", 'no channel "onkall"; did you mean "oncall"?'),
        ("a\x1bb", r'no channel "a\x1bb"; there are oncall, chat'),
        ("oncall", '{ env = "HOOK" }: the environment variable is not set'),
    ],
)
def test_wrong_use(name: str, said: str, settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, "--config", settings) == 2
    assert said in capsys.readouterr().err
