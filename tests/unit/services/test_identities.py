"""`tocsin identities suggest` and `confirm`: a real store behind its socket, real files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from store_samples import ARRIVED, Filled, event
from tocsin.cli.main import main
from tocsin.services.search import socket_of
from tocsin.store.server import Server

SINCE = "2026-11-01"
HOSTILE = "\x1b[2Jred"


def seen(user: str, mail: str) -> dict[str, object]:
    raw = json.dumps({"action": "git.clone", "external_identity_nameid": mail})
    return event(raw, source="github_audit", user__name=user, time=ARRIVED)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("identities") / "data"
    with Filled(folder) as store:
        okta = event("{}", source="okta", user__name="ada@example.com", time=ARRIVED)
        store.load(
            [seen("Ada-L", "ada@example.com")] * 4
            + [seen(HOSTILE, "eve@example.com"), seen("zoe", "no address")] * 3
            + [okta] * 3
        )
        server = Server(store.reader, socket_of(folder))
        yield folder
        server.close()


@pytest.fixture
def config(data: Path, tmp_path: Path) -> str:
    toml = tmp_path / "tocsin.toml"
    toml.write_text(f'[tocsin]\ndata = {json.dumps(str(data))}\n[identities]\nfile = "people.csv"\n')
    return str(toml)


def suggested(config: str, capsys: pytest.CaptureFixture[str], form: str = "json") -> str:
    capsys.readouterr()
    words = ["identities", "suggest", "--since", SINCE, "--until", "2026-12-01", "--format", form]
    assert main([*words, "--config", config]) == 0
    return capsys.readouterr().out


def confirm(config: str, *words: str) -> int:
    return main(["identities", "confirm", *words, "--config", config])


def test_links_are_suggested_until_they_are_confirmed(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = suggested(config, capsys, "table").splitlines()
    assert table[0].split() == ["4", "email:ada@example.com", "github:ada-l", "-"]
    assert table[1].split() == ["3", "email:ada@example.com", "okta:ada@example.com", "-"]
    assert len(table) == 2
    assert confirm(config, "Ada Lovelace", "github:ada-l") == 0
    (first, _) = json.loads(suggested(config, capsys))
    assert (first["seen"], first["known"]) == (4, "Ada Lovelace")
    assert confirm(config, "Ada Lovelace", "email:ada@example.com") == 0
    assert json.loads(suggested(config, capsys)) == []


def test_lines_that_are_there_stay_and_so_do_permissions(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    people = Path(config).with_name("people.csv")
    people.write_text("person,kind,name\nBob,github,bob")
    people.chmod(0o640)
    assert confirm(config, "Lovelace, Ada", "github:ada", "github:ada", "aws:arn:aws:iam::1:user/ada") == 0
    assert people.read_text().splitlines()[1:] == [
        "Bob,github,bob",
        '"Lovelace, Ada",github,ada',
        '"Lovelace, Ada",aws,arn:aws:iam::1:user/ada',
    ]
    assert people.stat().st_mode & 0o777 == 0o640
    assert confirm(config, "Lovelace, Ada", "github:ADA") == 0
    assert "0 new accounts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("Eve", "github:BOB"), "is 'Bob' already"),
        (("Eve", "fax:1"), "is no account"),
        (("Eve", "github:"), "is no account"),
        (("Eve", "github:a\x1b"), "is no account"),
        (("", "github:a"), "no name of a person"),
        (("Eve",), "name the person"),
    ],
)
def test_what_the_file_cannot_hold_is_refused(
    config: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    people = Path(config).with_name("people.csv")
    people.write_text("person,kind,name\nBob,github,bob\n")
    assert confirm(config, *words) == 2
    said = capsys.readouterr().err
    assert says in said
    assert "\x1b" not in said
    assert people.read_text() == "person,kind,name\nBob,github,bob\n"
