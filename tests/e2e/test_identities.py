"""A running monitor: what events suggest is confirmed, and is suggested no more."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from live_load.monitor import environment, monitor
from tocsin.ports.store import Question
from tocsin.store.client import StoreClient

pytestmark = pytest.mark.e2e


def said(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "tocsin", "identities", *words, "--config", str(folder / "tocsin.toml")]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True, env=environment()
    ).stdout


def test_a_link_is_suggested_until_it_is_confirmed(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("person,kind,name\n")
    audit = {
        "action": "git.clone",
        "actor": "ada-l",
        "org": "octo",
        "external_identity_nameid": "a@example.com",
    }
    body = b"\n".join(json.dumps({**audit, "_document_id": str(number)}).encode() for number in range(4))
    with monitor(tmp_path, more='[identities]\nfile = "people.csv"\n[canary]\nenabled = false\n') as running:
        request = urllib.request.Request(
            f"http://127.0.0.1:{running.port}/v1/events",
            data=body,
            headers={"Authorization": f"Bearer {running.token}"},
        )
        urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 (our own listener)
        store = StoreClient(running.data / "run" / "store.sock")
        running.until(lambda: store.count(Question("user:ada-l")) == 4, "the events to be stored")
        (found,) = json.loads(said(tmp_path, "suggest", "--format", "json"))
        assert found["seen"] == 4
        pair = [f"{one['kind']}:{one['name']}" for one in found["accounts"]]
        assert pair == ["email:a@example.com", "github:ada-l"]
        said(tmp_path, "confirm", "Ada Lovelace", *pair)
        assert json.loads(said(tmp_path, "suggest", "--format", "json")) == []
    assert "Ada Lovelace,github,ada-l\n" in people.read_text()
