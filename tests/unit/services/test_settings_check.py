"""`tocsin check` looks at the rules and files too, and tells programs as well as people."""

import json
from pathlib import Path

import pytest

from tocsin.cli.main import OK, USAGE, main
from tocsin.services.packs import packs
from tocsin.services.settings_check import check

RULE = "title: A Rule\nlogsource: {product: linux}\ndetection:\n  a: {x: 1}\n  condition: b\n"


def said(file: Path) -> list[str]:
    return [
        f"{Path(one.path).name}:{one.line} {one.severity.value} {one.key}: {one.text}" for one in check(file)
    ]


def wrote(folder: Path, text: str) -> Path:
    file = folder / "tocsin.toml"
    file.write_text(text)
    return file


def test_rules_that_do_not_load_are_told_with_the_settings(tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text(RULE)
    (tmp_path / "waits.yml").write_text(RULE.replace("x: 1", "x|expand: '%admins%'").replace(": b", ": a"))
    found = said(
        wrote(
            tmp_path,
            '[rules]\npaths = ["bad.yml", "waits.yml"]\npacks = ["awz"]\n[inputs.a]\nkind = "syslog"\nsource = "linux_aut"\n',
        )
    )
    assert found[0].startswith('tocsin.toml:3 error rules.packs[0]: no pack "awz"')
    assert (
        found[1] == 'tocsin.toml:6 error inputs.a.source: no source "linux_aut"; did you mean "linux_auth"?'
    )
    assert found[2].startswith("bad.yml:")
    assert found[3].startswith("waits.yml:")
    assert " warning " in found[3]
    assert found[4] == "tocsin.toml:1 error rules: no rule is left to run; name packs or paths"


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [("placeholders", "[1]", "rules.placeholders"), ("pipelines", "a: [", "rules.pipelines")],
)
def test_files_beside_the_rules(tmp_path: Path, name: str, content: str, key: str) -> None:
    (tmp_path / "x.yml").write_text(content)
    value = '"x.yml"' if name == "placeholders" else '["x.yml"]'
    (found,) = said(wrote(tmp_path, f"rules.{name} = {value}"))
    assert found.startswith(f"tocsin.toml:1 error {key}: ")


def test_the_file_of_identities_is_read(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person,kind,name\nAda,phone,1\nAda\n")
    first, second = said(wrote(tmp_path, '[identities]\nfile = "people.csv"\n'))
    assert first.startswith("tocsin.toml:2 error identities.file: ")
    assert first.endswith("; there are aws, email, entra, github, gitlab, google, host, kubernetes, okta")
    assert "people.csv:3: 3 columns are needed" in second


def test_json_is_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = wrote(tmp_path, '"\\u001b[31m" = 1\n')
    assert main(["check", "--config", str(file), "--format", "json"]) == USAGE
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == 1
    assert found["counts"] == {"error": 1, "warning": 0}
    (one,) = found["mistakes"]
    assert set(one) == {"path", "line", "column", "key", "text", "severity"}
    assert (one["line"], one["column"], one["key"]) == (1, 1, '"\\x1b[31m"')


def test_nothing_hidden_reaches_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.yml").write_text(RULE.replace("condition: b", 'condition: "\\e[31mb\\u202e"'))
    folder = tmp_path / "a\x1b[31m"
    folder.mkdir()
    file = wrote(
        folder, '"\\u001b" = "\\u001b"\nrules.paths = ["../r.yml", "\\u001b"]\ntocsin.data = "\\u202e"'
    )
    assert main(["check", "--config", str(file)]) == USAGE
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()


def test_the_default_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == OK
    assert "aws" in packs()


def test_a_channel_that_could_not_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("whsec_c2hvcnQ=")
    (tmp_path / "url").write_text("gopher://hidden.example")
    for name in ("secret", "url"):
        (tmp_path / name).chmod(0o600)
    text = (
        '[channels.a]\nkind = "webhook"\nurl = { file = "url" }\n'
        '[channels.b]\nkind = "webhook"\nurl = { env = "NOT_THERE" }\nsecret = { file = "secret" }\n'
        '[channels.c]\nkind = "slack"\nurl = { file = "url" }\n'
        '[[routes]]\nchannels = ["a", "b", "c"]\n'
    )
    found = said(wrote(tmp_path, text))
    assert [one.partition(": ")[0] for one in found] == [
        "tocsin.toml:3 error channels.a.url",
        "tocsin.toml:6 warning channels.b.url",
        "tocsin.toml:10 error channels.c.url",
    ]
    assert "hidden" not in "".join(found)
